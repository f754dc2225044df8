"One run with many sub-calls and a trace file, against the same number of bare calls of the model: CPU time and memory of each, and how quickly lines are written: `python benchmarks/many.py [20000]`"
import gc,json,resource,sys,tempfile,time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rlm.core import RLM
from rlm.models.budget import Limits
from rlm.models.providers import load_litellm
from rlm.models.scripted import ScriptedLM, call_repl, completion
from rlm.trace.files import TraceFile
from rlm.trace.reading import read_trace

n = int(sys.argv[1]) if len(sys.argv)>1 else 20_000
words = 'which of these words are colours and which are the names of a place '*3

class Quick(ScriptedLM):
    "A scripted model that remembers nothing of what it was asked"
    def __init__(self): super().__init__([], cost=.0001)

    async def send(self, request):
        res = load_litellm().ModelResponse(**completion('A short answer of some words.', request['messages']))
        res._hidden_params['response_cost'] = self.cost
        return res

def memory():
    "Bytes that the process has now, and the most that it ever had"
    return int(Path('/proc/self/statm').read_text().split()[1])*4096,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss*1024

def written(text, lines=2000):
    "Megabytes a second of CPU time: lines of a trace, and the floor of bare JSON in a file"
    event = dict(kind='subcall_started', id=2, parent=1, depth=1, time=1.5, model='m', role='sub', key='0'*32, last=False, prompt=text, params={})
    with tempfile.TemporaryDirectory() as folder:
        file,bare = TraceFile(Path(folder)/'a.jsonl', {}),open(f'{folder}/b.jsonl', 'w')
        def speed(f):
            start = time.process_time()
            for _ in range(lines): f()
            return lines*len(text)/1e6/(time.process_time()-start)
        res = speed(lambda: file.write(event)),speed(lambda: bare.write(json.dumps(event, ensure_ascii=False)+'\n'))
        file.close()
        bare.close()
    return res

def main():
    "Print what a run of many sub-calls takes"
    prompts,lm = [f'{i}: {words}' for i in range(n)],Quick()
    lm.map(prompts[:100])
    start = time.process_time()
    lm.map(prompts)
    floor = (time.process_time()-start)/n
    root = ScriptedLM([call_repl(f"r = llm_query_batched([f'{{i}}: {words}' for i in range({n})])\nprint(len(r))"), 'FINAL(done)'])
    del prompts
    gc.collect()
    print(f'Python {sys.version.split()[0]}, {n:,} sub-calls of {len(words)} characters')
    with tempfile.TemporaryDirectory() as folder:
        rlm = RLM(root, lm, mode='tools', sandbox='trusted', trace=f'{folder}/run.jsonl', limits=Limits(calls=None, tokens=None))
        before,start = memory()[0],time.process_time()
        run = rlm('some context', 'q')
        each,most = (time.process_time()-start)/n,memory()[1]
        gc.collect()
        assert run.stop=='final' and run.usage.calls==n+2, run
        print(f'CPU of a call: {1000*each:.3f} ms, floor (LM.map alone) {1000*floor:.3f} ms, x {each/floor:.2f}')
        print(f'memory of a call: {(memory()[0]-before)/n/1024:.1f} KB once the run is over, {(most-before)/n/1024:.1f} KB at most; file {Path(run.trace.path).stat().st_size/n/1024:.1f} KB')
        path,before,start = run.trace.path,memory()[0],time.process_time()
        read = read_trace(path)
        print(f'{len(read):,} events read back: {time.process_time()-start:.2f} s of CPU, {(memory()[0]-before)/path.stat().st_size:.2f} bytes of memory for a byte of the file')
    for size in (200, 5000, 50_000):
        ours,bare = written((words*(size//len(words)+1))[:size])
        print(f'lines of {size:>6,} characters: {ours:5.1f} MB/s, floor (bare JSON) {bare:.0f} MB/s')

if __name__=='__main__': main()
