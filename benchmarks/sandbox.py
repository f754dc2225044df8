"What isolation costs: start, a cell, a call to the host, a large context; each against a floor measured in the same run: `python benchmarks/sandbox.py [auto|strict] [context MB]`"
import resource,statistics,subprocess,sys,time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rlm.shell.bounds import process_pids
from rlm.shell.machine import doctor
from rlm.tools import prep_shell

def median_ms(f, n=400):
    "Median milliseconds of `f()`"
    times = []
    for _ in range(n):
        start = time.perf_counter()
        f()
        times.append(time.perf_counter()-start)
    return 1000*statistics.median(times[n//10:])

def seconds(f):
    start = time.perf_counter()
    return f(),time.perf_counter()-start

def say(what, value, unit, floor, floor_name): print(f'{what:<34} {value:9.2f} {unit:<3} {floor_name} {floor:.2f} {unit}, ratio {value/floor:.2f}', flush=True)

def peak_mb(pid):
    "The most memory that a process ever held, in MB"
    try: return int(next(o for o in Path(f'/proc/{pid}/status').read_text().splitlines() if o.startswith('VmHWM')).split()[1])/1024
    except OSError: return 0.

def starts(sandbox):
    "Cold and warm start"
    _,floor = seconds(lambda: subprocess.run([sys.executable, '-c', 'import rlm.tools'], env=dict(PYTHONPATH=str(Path(__file__).resolve().parent.parent)), check=True))
    sh,cold = seconds(lambda: prep_shell('some text', sandbox=sandbox))
    sh.run('1')
    time.sleep(1.5)  # the next one gets ready
    def warm():
        sh = prep_shell('some text', sandbox=sandbox)
        assert sh.run('context').value=='some text'
        return sh
    other,t = seconds(warm)
    other.close()
    say('start, cold', 1000*cold, 'ms', 1000*floor, 'Python and its imports')
    say('start from reserve, with one cell', 1000*t, 'ms', 1000*floor, 'Python and its imports')
    return sh

def cells(sh):
    "A cell, and a call to the host"
    here = prep_shell('some text')
    say('one cell, median', median_ms(lambda: sh.run('x = 1', timeout=5)), 'ms', median_ms(lambda: here.run('x = 1', timeout=5)), 'in process')
    code = 'import time\nts = []\nfor _ in range(400):\n    t = time.perf_counter(); budget(); ts.append(time.perf_counter()-t)\n1000*sorted(ts)[200]'
    say('one call to the host, median', sh.run(code).value, 'ms', max(here.run(code).value, .001), 'in process')
    here.close()

def large(sandbox, mb):
    "A large context: time, and the most memory of both processes"
    text = 'All work and no play. '*(mb*1_000_000//22)
    code = f"import time; t = time.perf_counter(); b'x'*{len(text)}; print(time.perf_counter()-t)"
    floor = float(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True).stdout)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024
    sh,t = seconds(lambda: prep_shell(text, sandbox=sandbox))
    assert sh.run('len(context)').value==len(text)
    near,far = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024,max(map(peak_mb, process_pids(sh._w.process.pid)))
    say(f'context of {mb:,} MB', t, 's', floor, 'fresh memory of that size')
    size = len(text)/2**20
    print(f'peak memory: host {near:,.0f} MB (before the transfer {before:,.0f}), worker {far:,.0f} MB, together {(near+far)/size:.2f} x the context')
    sh.close()

def main(sandbox='auto', mb='1000'):
    print(doctor(), '', sep='\n')
    sh = starts(sandbox)
    print(sh.backend)
    cells(sh)
    sh.close()
    large(sandbox, int(mb))

if __name__=='__main__': main(*sys.argv[1:])
