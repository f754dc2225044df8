"What isolation costs: start, a worker, a cell, a call to the host, a large context; each against a floor measured in the same run: `python benchmarks/sandbox.py [auto|strict] [context MB]`"
import os,resource,statistics,subprocess,sys,time
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

def below(pid):
    "The processes that a process started, on whatever thread, and those that they started"
    kids = [int(o) for p in Path(f'/proc/{pid}/task').glob('*/children') for o in p.read_text().split()]
    return [o for k in kids for o in (k, *below(k))]

def spent():
    "Seconds of processor time of this process and of those that it started: of the living, and of the dead that were waited for"
    res = sum(o.ru_utime+o.ru_stime for o in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))
    for p in below(os.getpid()):
        try:
            res += time.clock_gettime(~p<<3|2) # the clock of its processor time
            res += sum(map(int, Path(f'/proc/{p}/stat').read_text().rpartition(')')[2].split()[13:15]))/os.sysconf('SC_CLK_TCK')
        except OSError: continue
    return res

def pss_mb(pid):
    "What a process adds to the memory in use, in MB: its own pages, and its part of those that it shares; 0 where that may not be read"
    try: return next(int(o.split()[1]) for o in Path(f'/proc/{pid}/smaps_rollup').read_text().splitlines() if o.startswith('Pss:'))/1024
    except (OSError, StopIteration): return 0.

def workers(sandbox, n=20):
    "Processor time, time and memory of a worker with its first cell"
    def one():
        sh = prep_shell('some text', sandbox=sandbox)
        assert sh.run('context').value=='some text'
        return sh
    code = 'from rlm.shell.ipython import ReplShell; ReplShell().run("1")'
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, '-c', code], env=dict(PYTHONPATH=str(Path(__file__).resolve().parent.parent)), check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    floor = after.ru_utime+after.ru_stime-before.ru_utime-before.ru_stime
    one().close()
    time.sleep(1) # one that is kept in reserve gets ready
    start,times,shells = spent(),[],[]
    for _ in range(n):
        sh,t = seconds(one)
        times.append(1000*t)
        shells.append(sh)
    pss = [pss_mb(process_pids(o._w.process.pid)[-1]) for o in shells]
    time.sleep(1)
    used = (spent()-start)/n
    for o in shells: o.close()
    say('processor time of a worker', 1000*used, 'ms', 1000*floor, 'Python and its imports')
    say('time to the first cell, best', min(times), 'ms', 1000*floor, 'Python and its imports')
    say('time to the first cell, median', statistics.median(times), 'ms', 1000*floor, 'Python and its imports')
    if any(pss): print(f'memory of a worker, of {n} at once: {statistics.median(pss):.1f} MB (Pss)')

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
    say('start warm, with one cell', 1000*t, 'ms', 1000*floor, 'Python and its imports')
    return sh

def cells(sh):
    "A cell, and a call to the host"
    here = prep_shell('some text')
    say('one cell, median', median_ms(lambda: sh.run('x = 1', timeout=5)), 'ms', median_ms(lambda: here.run('x = 1', timeout=5)), 'in process')
    code = 'import time\nts = []\nfor _ in range(400):\n    t = time.perf_counter(); budget(); ts.append(time.perf_counter()-t)\n1000*sorted(ts)[200]'
    say('one call to the host, median', sh.run(code).value, 'ms', max(here.run(code).value, .001), 'in process')
    here.close()

def large(sandbox, mb):
    "A large context, a text and a list of documents: time, and the most memory of both processes"
    line = 'All work and no play. '
    for kind,make in (('text', lambda: line*(mb*1_000_000//22)), ('documents', lambda: [f'{i}: '+line*5000 for i in range(mb*1_000_000//110_000)])):
        context = make()
        size = len(context) if kind=='text' else sum(map(len, context))
        code = f"import time; t = time.perf_counter(); b'x'*{size}; print(time.perf_counter()-t)"
        floor = float(subprocess.run([sys.executable, '-c', code], capture_output=True, text=True, check=True).stdout)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024
        sh,t = seconds(lambda: prep_shell(context, sandbox=sandbox))
        assert sh.run('len(context)').value==len(context)
        near,far = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024,max(map(peak_mb, process_pids(sh._w.process.pid)))
        say(f'{kind} of {mb:,} MB', t, 's', floor, 'fresh memory of that size')
        print(f'peak memory: host {near:,.0f} MB (before the transfer {before:,.0f}), worker {far:,.0f} MB, together {(near+far)/(size/2**20):.2f} x the context')
        sh.close()
        del context

def main(sandbox='auto', mb='1000'):
    print(doctor(), '', sep='\n')
    sh = starts(sandbox)
    print(sh.backend)
    workers(sandbox)
    cells(sh)
    sh.close()
    large(sandbox, int(mb))

if __name__=='__main__': main(*sys.argv[1:])
