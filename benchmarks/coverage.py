"What `run.coverage()` costs: CPU seconds for a context of 10 MB and 500 sub-calls, beside the floor of reading it all once, for what is read in slices, in scattered lines and around hits, and for prompts that hold nothing of it; and how near the truth it is: `python benchmarks/coverage.py`"
import random,re,sys,time,tracemalloc
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rlm.context.matching import FlatContext
from rlm.trace.events import Trace
from rlm.view.coverage import coverage,readings

size,calls = 10_000_000,500

def lines(n, seed=1):
    "Lines of a log, most of them alike"
    rng = random.Random(seed)
    what,names = ('opened','closed','failed to open','was asked about'),[f'service-{i}' for i in range(500)]
    res = []
    while n>0:
        res.append(f'2026-03-{rng.randrange(1, 29):02} {rng.randrange(24):02}:{rng.randrange(60):02} {rng.choice(names)} {rng.choice(what)} {rng.randrange(10**7)} in {rng.randrange(5000)} ms')
        n -= len(res[-1])+1
    return res

def traced(prompts):
    "The trace of a run that sent these prompts"
    trace = Trace()
    run = trace.add('run_started')
    for p in prompts:
        call = trace.add('subcall_started', parent=run.id, depth=1, prompt='')
        call.prompt = p # in full, as a file has it
        trace.add('subcall_ended', parent=run.id, depth=1, of=call.id, error=None, reply=dict(content='fine'))
    return trace

def ways(rows, context):
    "What the sub-calls were sent, by a name for it, and how many characters of the context that is"
    step = size//calls
    ask = 'Which of these lines are about a service that failed? Answer with their numbers.\n\n'
    slices = [context[i:i+step*7//10] for i in range(0, step*calls, step)]
    strided = [rows[i::2*calls] for i in range(calls)]
    hits = [m.span() for m in re.finditer(r'failed to open \d+7 in', context)]
    around = [[context[max(0, a-60):b+40] for a,b in hits[i::calls]] for i in range(calls)]
    seen = bytearray(len(context))
    for a,b in hits: seen[max(0, a-60):b+40] = b'\1'*(b+40-max(0, a-60))
    yield 'slices',[ask+o for o in slices],sum(map(len, slices))
    yield 'scattered lines',[ask+'\n'.join(o) for o in strided],sum(len(r) for o in strided for r in o)
    yield 'around hits',[ask+'\n---\n'.join(o) for o in around],sum(seen[:len(context)])
    yield 'another document',[ask+'\n'.join(lines(2000, seed)) for seed in range(2, 2+calls)],0

def cpu(f):
    "What `f` gives, and the CPU seconds that it took"
    start = time.process_time()
    return f(),time.process_time()-start

def main():
    "Print seconds, memory and shares"
    rows = lines(size)
    context = '\n'.join(rows)
    print(f'Python {sys.version.split()[0]}, a context of {len(context):,} characters, {calls} sub-calls')
    for name,prompts,truth in ways(rows, context):
        trace = traced(prompts)
        _,floor = cpu(lambda: (FlatContext(context), sum(len(text.encode()) for _,text in readings(trace)), hash(context.encode())))
        found,spent = cpu(lambda: coverage(trace, context))
        sent = sum(map(len, prompts))
        print(f'{name:<18} {sent:>11,} characters sent: {spent:5.2f} s (floor {floor:.3f} s)   share {100*found.share:6.2f} %, truth {100*truth/len(context):6.2f} %, off by {100*abs(found.seen-truth)/len(context):.2f} points')
    tracemalloc.start()
    coverage(trace, context)
    print(f'memory beside context and trace: {tracemalloc.get_traced_memory()[1]/2**20:.0f} MiB at most')

if __name__=='__main__': main()
