"Runs of one step in a process that is warm, one after another and 64 at once, in this process and in workers: `python benchmarks/onestep.py [--short] [--json]`"
import time
from concurrent.futures import ThreadPoolExecutor
from measure import arguments,bare_fork_cpu,bare_step,cpu,fork_floor,in_turns,main,row,settled,step_floor
from rlm.core import RLM
from rlm.models.scripted import ScriptedLM

at_once = 64

def one(sandbox):
    r = RLM(ScriptedLM(['FINAL(done)']), mode='tools', sandbox=sandbox)('some context', 'q')
    assert r.answer=='done' and r.steps==1, r

def together(sandbox):
    "Processor seconds of each of `at_once` runs in as many threads, and how many there were in a second"
    before,start = settled(),time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool: list(pool.map(one, [sandbox]*at_once))
    took = time.perf_counter()-start
    return (settled()-before)/at_once,at_once/took

def rows(short=False):
    "A run in this process stands beside a bare step after each, one in a worker beside forks"
    n,turns = (8,3) if short else (20,5)
    for _ in range(3): one('trusted')
    here = in_turns(n*turns, run=lambda: cpu(lambda: one('trusted')), floor=lambda: cpu(bare_step))
    for _ in range(3): one('auto')
    auto = in_turns(turns, run=lambda: cpu(lambda: one('auto'), n, settled), floor=bare_fork_cpu)
    for sandbox,o,floor_name in (('trusted', here, step_floor), ('auto', auto, fork_floor)):
        yield row(f'warm one-step run, {sandbox}', o['run'], o['floor'], floor_name)
        each,speed = min(together(sandbox) for _ in range(1 if short else 3))
        yield row(f'{at_once} runs at once, {sandbox}', each, o['floor'], floor_name, note=f'{speed:.0f} runs/s')

if __name__=='__main__': main(rows, arguments(__doc__))
