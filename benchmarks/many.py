"One run with many sub-calls and a trace file, against bare tasks that write such lines, and how quickly lines are written: CPU time and memory: `python benchmarks/many.py [--short] [--json] [--calls 20000]`"
import asyncio,gc,json,resource,tempfile,time
from pathlib import Path
from measure import arguments,cpu,main,row
from rlm.core import RLM
from rlm.models.budget import Limits
from rlm.models.messages import as_reply
from rlm.models.scripted import ScriptedLM, call_repl, completion
from rlm.trace.files import TraceFile
from rlm.trace.reading import read_trace

words = 'which of these words are colours and which are the names of a place '*3
answer = 'A short answer of some words.'

class Quick(ScriptedLM):
    "A scripted model that remembers nothing of what it was asked"
    def __init__(self): super().__init__([], cost=.0001)

    async def send(self, request):
        res = as_reply(completion(answer, request['messages']))
        res._hidden_params['response_cost'] = self.cost
        return res

def memory():
    "Bytes that the process has now, and the most that it ever had"
    return int(Path('/proc/self/statm').read_text().split()[1])*4096,resource.getrusage(resource.RUSAGE_SELF).ru_maxrss*1024

def event(text): return dict(kind='subcall_started', id=2, parent=1, depth=1, time=1.5, model='m', role='sub', key='0'*32, last=False, prompt=text, params={})

def bare(n, folder):
    "CPU seconds of a task that makes a reply and writes two lines"
    async def one(i, file):
        json.loads(json.dumps(completion(answer, [dict(role='user', content=f'{i}: {words}')])))
        for _ in range(2): file.write(json.dumps(event(words))+'\n')
    async def go():
        with open(f'{folder}/bare.jsonl', 'w') as file: await asyncio.gather(*(one(i, file) for i in range(n)))
    return cpu(lambda: asyncio.run(go()))/n

def written(text, folder, lines):
    "CPU seconds of a line of a trace, and of the floor of bare JSON in a file"
    file,e = TraceFile(Path(folder)/f'{len(text)}.jsonl', {}),event(text)
    with open(f'{folder}/{len(text)}.bare', 'w') as plain: res = [cpu(f, lines) for f in (lambda: file.write(e), lambda: plain.write(json.dumps(e, ensure_ascii=False)+'\n'))]
    file.close()
    return res

def rows(short=False, calls=20_000):
    n = 2000 if short else calls
    prompts,lm = [f'{i}: {words}' for i in range(500)],Quick()
    lm.map(prompts[:100])
    alone = cpu(lambda: lm.map(prompts))/500
    def ask(n, trace):
        root = ScriptedLM([call_repl(f"r = llm_query_batched([f'{{i}}: {words}' for i in range({n})])\nprint(len(r))"), 'FINAL(done)'])
        return RLM(root, lm, mode='tools', sandbox='trusted', trace=trace, limits=Limits(calls=None, tokens=None))('some context', 'q')
    with tempfile.TemporaryDirectory() as folder:
        ask(2, f'{folder}/warm.jsonl') # imports are not of the sub-calls
        floors = [bare(500, folder)]
        gc.collect()
        before,start = memory()[0],time.process_time()
        run = ask(n, f'{folder}/run.jsonl')
        each,most = (time.process_time()-start)/n,memory()[1]
        floors.append(bare(500, folder))
        gc.collect()
        assert run.stop=='final' and run.usage.calls==n+2, run
        yield row(f'sub-call of {n:,}, with a trace', each, sum(floors)/2, 'bare task, JSON and lines', note=f'LM.map alone {1e3*alone:.2f} ms')
        text,file = (len(words)+len(answer))/1024,Path(run.trace.path).stat().st_size/n/1024
        yield row(f'memory of a sub-call of {n:,}', (most-before)/n/1024, text, 'prompt and answer', unit='KB', note=f'{(memory()[0]-before)/n/1024:.1f} KB at the end; file {file:.1f} KB')
        lines,before,start = Path(run.trace.path).read_text().splitlines(),memory()[0],time.process_time()
        read = read_trace(run.trace.path)
        took,more = time.process_time()-start,memory()[0]-before
        yield row(f'event of {len(read):,} read back', took/len(read), cpu(lambda: [json.loads(o) for o in lines])/len(lines), 'bare JSON', unit='us',
            note=f'{more/Path(run.trace.path).stat().st_size:.2f} bytes for one of the file')
        for size in (200, 5000, 50_000):
            ours,floor = written((words*(size//len(words)+1))[:size], folder, 200 if short else 2000)
            yield row(f'line of {size:,} characters in a trace', ours, floor, 'bare JSON', unit='us', note=f'{size/ours/1e6:.0f} MB/s')

if __name__=='__main__':
    p = arguments(__doc__)
    p.add_argument('--calls', type=int, default=20_000)
    main(rows, p)
