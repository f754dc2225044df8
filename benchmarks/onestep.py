"Runs of one step in a process that is warm, one after another and 64 at once, in this process and in workers: `python benchmarks/onestep.py [--short] [--json]`"
import time
from concurrent.futures import ThreadPoolExecutor
from measure import arguments,bare_fork_cpu,bare_step_cpu,cpu,fork_floor,in_turns,main,row,settled,step_floor
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
    n,turns = (8,3) if short else (20,5)
    floors = dict(trusted=(bare_step_cpu, step_floor), auto=(bare_fork_cpu, fork_floor)) # a worker is forked
    for sandbox,(floor,floor_name) in floors.items():
        for _ in range(3): one(sandbox)
        clock = time.process_time if sandbox=='trusted' else settled
        meds = in_turns(turns, run=lambda: cpu(lambda: one(sandbox), n, clock), floor=floor)
        yield row(f'warm one-step run, {sandbox}', meds['run'], meds['floor'], floor_name)
        speeds = []
        def many():
            each,speed = together(sandbox)
            speeds.append(speed)
            return each
        meds = in_turns(1 if short else 3, run=many, floor=floor)
        yield row(f'{at_once} runs at once, {sandbox}', meds['run'], meds['floor'], floor_name, note=f'{max(speeds):.0f} runs/s')

if __name__=='__main__': main(rows, arguments(__doc__))
