"What the loop itself costs per step of a long run, against the floor of its parts measured in the same run, the same with limits and with a trace to 2,000 steps, and the tokens that a server with a prefix cache would bill: `python benchmarks/steps.py`"
import json,statistics,sys,tempfile,time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rlm.core import RLM
from rlm.models.budget import Limits
from rlm.models.providers import load_litellm
from rlm.models.scripted import ScriptedLM, call_repl, completion
from rlm.tools import prep_shell

n,window,marks = 200,10,(10,50,100,200)
far,far_marks = 2000,(20,200,1000,2000)
code = 'found = [i for i in range(50) if i%7==0]\nprint(found)\nlen(found)'

class Timed(ScriptedLM):
    "A scripted model that notes when each call came, what it cost itself, and what a prefix cache would not hold"
    def __init__(self, **kw):
        super().__init__([], **kw)
        self.starts,self.spent,self.billed,self.total,self.before = [],[],[],[],[]

    async def send(self, request):
        start = time.process_time()
        self.starts.append(start)
        parts = [json.dumps(o) for o in request['messages']]
        same = next((i for i,(a,b) in enumerate(zip(self.before, parts)) if a!=b), min(len(parts), len(self.before)))
        self.before = parts
        self.billed.append(sum(map(len, parts[same:]))//4)
        self.total.append(sum(map(len, parts))//4)
        k = len(self.starts)
        res = load_litellm().ModelResponse(**completion(call_repl(code, f'Step {k}.') if k<n else 'FINAL(done)', [], n=k))
        self.spent.append(time.process_time()-start)
        return res

class Quick(ScriptedLM):
    "A scripted model that reads nothing of what it is told, so that its own work is the same at each step"
    def __init__(self, n, **kw):
        super().__init__([], **kw)
        self.n,self.starts,self.spent = n,[],[]

    async def send(self, request):
        start = time.process_time()
        self.starts.append(start)
        k = len(self.starts)
        res = load_litellm().ModelResponse(**completion(call_repl(code, f'Step {k}.') if k<self.n else 'FINAL(done)', [], n=k))
        res._hidden_params['response_cost'] = self.cost
        self.spent.append(time.process_time()-start)
        return res

def own_ms(lm):
    "CPU milliseconds from call to call, without the double's own work"
    return [1000*(b-a-s) for a,b,s in zip(lm.starts, lm.starts[1:], lm.spent)]

def far_run(trace=False, **limits):
    "CPU milliseconds of a step at each of `far_marks`, median of 20"
    lm = Quick(far, cost=.0001)
    with tempfile.TemporaryDirectory() as folder:
        rlm = RLM(lm, mode='tools', sandbox='trusted', trace=f'{folder}/run.jsonl' if trace else None, limits=Limits(**dict(steps=far, calls=None, tokens=None) | limits))
        run = rlm('some context', 'q')
    assert run.steps==far and run.stop=='final', run
    own = own_ms(lm)
    return [statistics.median(own[k-20:k-1]) for k in far_marks]

def floor_ms():
    "CPU milliseconds of one bare cell, and of one bare call through the same door: what any loop would spend"
    sh,lm = prep_shell('c'),ScriptedLM(lambda m: 'ok')
    def each(f):
        times = []
        for _ in range(60):
            start = time.process_time()
            f()
            times.append(time.process_time()-start)
        return 1000*statistics.median(times[10:])
    res = each(lambda: sh.run(code)) + each(lambda: lm('q'))
    sh.close()
    return res

def main():
    "Print CPU time and billed tokens per step"
    floor = floor_ms()  # imports litellm too
    lm = Timed()
    run = RLM(lm, mode='tools', limits=Limits(steps=n), sandbox='trusted')('some context', 'q')
    assert run.steps==n and run.stop=='final', run
    own = own_ms(lm)
    at = {k: statistics.median(own[max(1, k-1-window):k-1]) for k in marks}
    print(f'Python {sys.version.split()[0]}, {n} steps, own CPU time per step, median of {window} steps; floor (one bare cell and one bare call): {floor:.2f} ms')
    for k in marks: print(f'step {k:>3}: {at[k]:6.2f} ms  floor x {at[k]/floor:.2f}   prompt {lm.total[k-1]:>7,} tokens   billed so far with a prefix cache {sum(lm.billed[:k]):>8,} ({sum(lm.billed[:k])/k:,.0f} a step), without {sum(lm.total[:k]):>10,}')
    print(f'step {n} : step {marks[0]} = {at[n]/at[marks[0]]:.2f}  (aim: at most 1.5)')
    print(f'billed at {n} : billed at {n//2} = {sum(lm.billed)/sum(lm.billed[:n//2]):.2f}  (linear: 2)')
    print(f'{far} steps, milliseconds at step {", ".join(map(str, far_marks))}')
    ways = {'no limits': {}, 'limit on cost': dict(cost=1000.), 'limit on tokens': dict(tokens=10**9), 'trace file': dict(trace=True)}
    for name,kw in ways.items():
        at = far_run(**kw)
        print(f'  {name:<16}' + ''.join(f'{o:7.2f}' for o in at) + f'   floor x {at[-1]/floor:.2f}   last : first = {at[-1]/at[0]:.2f}')

if __name__=='__main__': main()
