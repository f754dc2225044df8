"What the loop itself costs per step of a long run, without limits, with them, with a trace, and in a worker, against bare code and JSON; and the tokens that a server with a prefix cache would bill: `python benchmarks/steps.py [--short] [--json]`"
import json,statistics,tempfile,time
from measure import arguments,bare_step,cell,cpu,main,row,settled,step_floor
from rlm.core import RLM
from rlm.models.budget import Limits
from rlm.models.messages import as_reply
from rlm.models.scripted import ScriptedLM, call_repl, completion

window = 20 # steps whose median counts

class Quick(ScriptedLM):
    "A scripted model that reads nothing of what it is told, so that its own work is the same at each step. It notes when each call came and what it cost itself, and measures the floor meanwhile"
    def __init__(self, n, marks=(), **kw):
        super().__init__([], **kw)
        self.n,self.marks,self.starts,self.spent,self.floors = n,marks,[],[],[]

    def watch(self, messages): "Look at what was sent, where a double wants to"

    async def send(self, request):
        start = time.process_time()
        self.starts.append(start)
        self.watch(request['messages'])
        k = len(self.starts)
        if any(0<=m-k<window for m in self.marks): self.floors.append((k, cpu(bare_step)))
        res = as_reply(completion(call_repl(cell, f'Step {k}.') if k<self.n else 'FINAL(done)', [], n=k))
        res._hidden_params['response_cost'] = self.cost
        self.spent.append(time.process_time()-start)
        return res

class Billing(Quick):
    "It counts the characters of each prompt, and those that a prefix cache would not hold"
    def __init__(self, n):
        super().__init__(n)
        self.billed,self.total,self.before = [],[],[]

    def watch(self, messages):
        parts = [json.dumps(o) for o in messages]
        same = next((i for i,(a,b) in enumerate(zip(self.before, parts)) if a!=b), min(len(parts), len(self.before)))
        self.before[:] = parts
        self.billed.append(sum(map(len, parts[same:])))
        self.total.append(sum(map(len, parts)))

def steps(lm, sandbox='trusted', trace=False, **limits):
    "A run of `lm.n` steps"
    with tempfile.TemporaryDirectory() as folder:
        rlm = RLM(lm, mode='tools', sandbox=sandbox, trace=f'{folder}/run.jsonl' if trace else None, limits=Limits(**dict(steps=lm.n, calls=None, tokens=None) | limits))
        run = rlm('some context', 'q')
    assert run.steps==lm.n and run.stop=='final', run
    return lm

def at_marks(marks, **kw):
    "CPU seconds of a step at each of `marks`, without the double's own work, and of the floor in the same steps: what keeps the machine busy just then is in both"
    lm = steps(Quick(marks[-1], marks, cost=.0001), **kw)
    own = [b-a-s for a,b,s in zip(lm.starts, lm.starts[1:], lm.spent)]
    return [(statistics.median(own[max(1, m-window):m-1]), statistics.median(o for k,o in lm.floors if 0<=m-k<window)) for m in marks]

def in_worker(n):
    "CPU seconds of each step, worker and host, and of the floor in the same steps"
    lm,start = Quick(n, range(1, n+1)),settled()
    steps(lm, sandbox='auto')
    return (settled()-start-sum(lm.spent))/n,statistics.median(o for _,o in lm.floors)

def rows(short=False):
    marks = (20, 200, 400) if short else (20, 200, 1000, 2000)
    at_marks((40,)) # imports
    limits,trace = dict(cost=1000., tokens=10**9),dict(trace=True)
    ways = {'': {}, ', limits and trace': limits | trace} if short else {'': {}, ', limits on cost and tokens': limits, ', trace': trace, ', limits and trace': limits | trace}
    for what,kw in ways.items():
        ks = marks[1:2] if short and kw else marks
        at = at_marks(ks, **kw)
        for k,(value,floor) in zip(ks, at): yield row(f'step {k:,}{what}', value, floor, step_floor, note=f'{value/at[0][0]:.2f} x step {ks[0]}' if k!=ks[0] else '')
    yield row('a step of 100, auto', *min(in_worker(100) for _ in range(1 if short else 3)), step_floor)
    lm = steps(Billing(100))
    yield row('tokens billed with a prefix cache', sum(lm.billed)//4, lm.total[-1]//4, 'of the last prompt', unit='tok')

if __name__=='__main__': main(rows, arguments(__doc__))
