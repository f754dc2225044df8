"What the scripts of this folder share: processor time here and in what was started, floors that need no line of rlm, rows with a ratio, and how they are printed"
import argparse,contextlib,io,json,os,resource,statistics,subprocess,sys,sysconfig,time
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))

def below(pid):
    "The processes that a process started, on whatever thread, and those that they started"
    try: kids = [int(o) for p in Path(f'/proc/{pid}/task').glob('*/children') for o in p.read_text().split()]
    except OSError: return []
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

def settled(quiet=.2, most=5):
    "`spent()`, once what goes on in the background (a worker for the next run, one that ends) has come to rest"
    res,end = spent(),time.monotonic()+most
    while time.monotonic()<end:
        time.sleep(quiet)
        if (now := spent())-res<.002: return now
        res = now
    return res

def cpu(f, n=1, clock=time.process_time):
    "Seconds of processor time of each of `n` calls"
    start = clock()
    for _ in range(n): f()
    return (clock()-start)/n

def in_turns(turns, **ways):
    "The median of what each way returns, called in turns, so that a busy moment of the machine hits all"
    got = {k:[] for k in ways}
    for _ in range(turns):
        for k,f in ways.items(): got[k].append(f())
    return {k: statistics.median(v) for k,v in got.items()}

cell = 'found = [i for i in range(50) if i%7==0]\nprint(found)\nlen(found)'
message = dict(role='user', content='A sentence of a prompt, as long as any other. '*10)
step_floor,process_floor,fork_floor = 'bare exec and JSON','standard library imports','bare fork'

def bare_step():
    "The floor of a step: such a cell run by `exec`, and the JSON of a call and of its reply"
    with contextlib.redirect_stdout(io.StringIO()): exec(compile(cell, 'cell', 'exec'), {})
    return json.loads(json.dumps(dict(model='m', messages=[message])))

# -S, for what `site` does depends on what else is installed (.pth files)
python = sys.executable,'-S','-c'
env = {**os.environ, 'PYTHONPATH': f"{root}:{sysconfig.get_path('purelib')}"}
imports = 'import argparse,ast,asyncio,concurrent.futures,dataclasses,http.client,inspect,json,logging,pathlib,sqlite3,tempfile,typing,uuid'
forks = imports + """,gc,os,resource
n,who = 8,(resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
def spent(): return sum(o.ru_utime+o.ru_stime for o in map(resource.getrusage, who))
start = spent()
for _ in range(n):
    if not os.fork():
        gc.collect() # what the child touches is copied
        os._exit(0)
    os.wait()
print((spent()-start)/n)"""

def process(code, *args, **kw):
    "Processor seconds, wall-clock seconds and MB of a new Python and of what it started; one that fails ends this one"
    start = time.perf_counter()
    p = subprocess.Popen([*python, code, *args], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **kw)
    said = p.stderr.read()
    _,status,used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode: raise SystemExit(said.decode())
    return used.ru_utime+used.ru_stime,time.perf_counter()-start,used.ru_maxrss/1024

def printed(code): return float(subprocess.run([*python, code], env=env, stdout=subprocess.PIPE, text=True, check=True).stdout)

def bare_fork_cpu(): return printed(forks)

def row(name, value, floor, floor_name, unit='ms', note='', checked=True):
    "A row of the table; `value` and `floor` in seconds where `unit` is a time. One that is not `checked` (it waits, and tells of the machine's other work) is shown only"
    k = dict(ms=1e3, us=1e6).get(unit, 1)
    return dict(name=name, value=value*k, floor=floor*k, floor_name=floor_name, unit=unit, note=note, ratio=value/floor, checked=checked)

def number(o): return f'{o:,.0f}' if o>=100 else f'{o:.3g}'

def show(rows):
    "Print rows as a table"
    for o in rows:
        print(f"{o['name']:<36}{number(o['value']):>8} {o['unit']:<4}{number(o['floor']):>8} {o['floor_name']:<27}x {o['ratio']:<8.2f}{o['note']}{'' if o['checked'] else '  (shown only)'}".rstrip(), flush=True)

def arguments(doc):
    "The arguments of a script by itself, which may have more"
    p = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--short', action='store_true', help='fewer and smaller')
    p.add_argument('--json', action='store_true', help='rows as JSON')
    return p

def main(rows, parser):
    "A script by itself: print what `rows` yields"
    args = vars(parser.parse_args())
    as_json = args.pop('json')
    got = rows(**args)
    if as_json: return print(json.dumps(list(got)))
    print(f'Python {sys.version.split()[0]}, {os.cpu_count()} processors; measured, floor of the same run, ratio')
    show(got)
