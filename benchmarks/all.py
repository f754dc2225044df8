"""All measures in one table, each with a floor of the same run and the ratio of the two: `python benchmarks/all.py`

    python benchmarks/all.py --short                                   # under 40 seconds of processor time
    python benchmarks/all.py --short --check benchmarks/ratios.json    # exits with 1 where a ratio grew by more than half: what CI runs
    python benchmarks/all.py --short --check benchmarks/ratios.json --only calls steps
    python benchmarks/all.py --short --write benchmarks/ratios.json    # after a change that is meant to cost what it costs

Each script of `scripts` runs in a process of its own, in turns, and the round whose ratio is the median counts. Ratios are compared, never times, and only
with those of the same Python: both sides are processor time (or memory, or tokens) of the same run. Floors use no line of `rlm`, so that nothing slow hides
in them, but for one that says so (`a call`). What waits, and so tells of the machine's other work, is shown only."""
import argparse,json,os,platform,shutil,subprocess,sys
from pathlib import Path

here = Path(__file__).resolve().parent
sys.path.insert(0, str(here))
from measure import number,show,spent

scripts = 'cold','onestep','steps','calls','many','contexts','sandbox','cache'
most = 1.5 # times the committed ratio

def stop(sentence, code=2):
    print(f'all.py: {sentence}', file=sys.stderr)
    sys.exit(code)

def machine():
    "What ratios may depend on"
    return f"{os.cpu_count()} processors ({platform.machine()}), {platform.system()}, Python {platform.python_version()}, {'with' if shutil.which('bwrap') else 'without'} bubblewrap"

def rows_of(script, short):
    "What a script measures, in a new process that takes no setting from the environment"
    env = {k:v for k,v in os.environ.items() if not k.startswith('RLM_')}
    p = subprocess.run([sys.executable, str(here/f'{script}.py'), '--json', *['--short']*short], env=env, stdout=subprocess.PIPE, text=True, timeout=1800)
    if p.returncode: stop(f'{script}.py ended with {p.returncode}.')
    return [o | dict(script=script) for o in json.loads(p.stdout)]

def measure(scripts, short, repeat): return [[row for o in scripts for row in rows_of(o, short)] for _ in range(repeat)]

def each_row(rounds, which):
    "Of each row the one of all rounds whose ratio `which` picks of them in order"
    names = {o['name']:None for r in rounds for o in r}
    return [which(sorted((o for r in rounds for o in r if o['name']==k), key=lambda o: o['ratio'])) for k in names]

def middle(o): return o[len(o)//2]

def least(o): return o[0]

def grown(
    ratios:dict, # Those committed, by the name of their row
    rows:list, # Those measured
)->list: # Rows whose ratio is more than `most` times the committed one
    "What became more expensive; a row that is not committed has nothing to be compared with"
    return [o for o in rows if o['checked'] and o['ratio']>most*ratios.get(o['name'], float('inf'))]

def missing(ratios, rows):
    "Names of ratios that are committed and not measured"
    return sorted(ratios.keys()-{o['name'] for o in rows})

def sentence(ratios, rows, file):
    "What became of the ratios, in one sentence"
    said = '; '.join(f"{o['name']}, from {number(ratios[o['name']])} to {number(o['ratio'])} times {o['floor_name']}" for o in rows)
    return f"{'This ratio' if len(rows)==1 else 'These ratios'} grew by more than half against {file}: {said}."

def check(
    file, # Where the committed ratios are
    committed:dict, # What it holds: `machine` and `ratios`
    rows:list, # What was measured
    again, # Measures some scripts once more: `names -> rounds of rows`
):
    "Ends the program where a ratio grew; what seems to have grown is measured once more, and counts only if it has grown in each round then"
    ratios = committed['ratios']
    if gone := missing(ratios, rows): stop(f"{file} has ratios that are not measured: {'; '.join(gone)}. Write it anew.", 1)
    if more := sorted(o['name'] for o in rows if o['checked'] and o['name'] not in ratios): print(f"Not in {file}, so compared with nothing: {'; '.join(more)}.")
    if committed['machine']!=machine(): print(f"{file} is of another machine ({committed['machine']}) than this ({machine()}).")
    if once := grown(ratios, rows):
        print(sentence(ratios, once, file), 'Once more:', flush=True)
        names = {o['name'] for o in once}
        second = [o for o in each_row(again(sorted({o['script'] for o in once})), least) if o['name'] in names]
        show(second)
        if twice := grown(ratios, second): stop(sentence(ratios, twice, file), 1)
    print(f'No ratio grew by more than half against {file}.')

def python(): return '.'.join(platform.python_version_tuple()[:2])

def save(file, short, **kw): Path(file).write_text(json.dumps(dict(machine=machine(), python=python(), short=short, **kw), indent=1)+'\n')

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--short', action='store_true', help='fewer and smaller')
    p.add_argument('--repeat', type=int, default=3, help='rounds, of which the median counts (3)')
    p.add_argument('--json', metavar='FILE', help='the rows, and the machine in words')
    p.add_argument('--only', nargs='+', choices=scripts, default=scripts, metavar='SCRIPT', help=f"these alone of {', '.join(scripts)}")
    group = p.add_mutually_exclusive_group()
    group.add_argument('--check', metavar='FILE', help='compare with the ratios of a file')
    group.add_argument('--write', metavar='FILE', help='write the ratios to a file')
    args = p.parse_args()
    committed = json.loads(Path(args.check).read_text()) if args.check else None
    if args.write and args.only!=scripts: stop('--write takes all scripts: leave out --only.')
    if committed and committed['short']!=args.short: stop(f"{args.check} was written {'with' if committed['short'] else 'without'} --short.")
    if committed and committed['python']!=python(): return print(f"{args.check} is of Python {committed['python']}, and this is {python()}: nothing is compared.")
    rows = each_row(measure(args.only, args.short, args.repeat), middle)
    print(f'{machine()}; medians of {args.repeat}, in {spent():.0f} s of processor time; measured, floor of the same run, ratio')
    show(rows)
    if args.json: save(args.json, args.short, rows=rows)
    if args.write: save(args.write, args.short, ratios={o['name']: round(o['ratio'], 3) for o in rows if o['checked']})
    if committed and args.only!=scripts: committed['ratios'] = {o['name']: committed['ratios'][o['name']] for o in rows if o['name'] in committed['ratios']}
    if committed: check(args.check, committed, rows, lambda names: measure(names, args.short, args.repeat))

if __name__=='__main__': main()
