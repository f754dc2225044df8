"""Ten questions with known answers, asked of a real model: right or wrong, steps, tokens, seconds, and whether usage is what the server counted

    python benchmarks/real.py --base-url http://127.0.0.1:8080/v1 --model openai/qwen --label 'Qwen2.5-Coder-1.5B-Instruct Q4_K_M' --arm rlm --seeds 0-2 --out rlm
    python benchmarks/real.py --base-url … --model … --label … --arm vanilla --seeds 0-2 --out vanilla
    python benchmarks/real.py --report vanilla rlm

A folder holds one arm: `rows.jsonl`, a row for each question as soon as it is answered, and `traces`. The same command again goes on where it stopped.
The model's code runs as `RLM` runs it, in the sandbox that is the default. Give the server to nobody else meanwhile, or its `/metrics` counts that too."""
import functools,hashlib,json,os,platform,runpy,sys,time
from dataclasses import replace
from inspect import signature
from pathlib import Path
from typing import Annotated
from urllib.error import HTTPError
from urllib.request import urlopen

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))
from fastcore.script import anno_parser
import rlm
from rlm.bench.pair import benchmark_rlm,benchmark_vanilla
from rlm.bench.results import Arm,Result,as_line,read_results,report as tables
from rlm.models.budget import Budget,Limits
from rlm.models.lm import LM
from rlm.models.providers import LMError
from rlm.models.usage import Usage
from rlm.prompts import Prompts
from rlm.secrets import clean

arms = {'rlm': {}, 'rlm-tools': dict(mode='tools'), 'rlm-fence': dict(mode='fence'), 'rlm-stream': dict(emit=lambda event: None), 'strong': dict(profile='strong'),
    'small': dict(profile='small'), 'vanilla': None}
same = 'model','name','arm','served','tasks','version','source','temperature','time','most','sandbox' # facts that all rows of an arm have in common

def stop(sentence, code=2):
    print(f'real.py: {clean(str(sentence))}', file=sys.stderr)
    sys.exit(code)

# What the server says of itself

def get(url):
    "The text at `url`, a megabyte at most; raises `OSError`: `HTTPError` for a refusal, another where nobody answers"
    with urlopen(url, timeout=10) as r: return r.read(1_000_000).decode(errors='replace')

def alive(base_url):
    "Does anybody answer there?"
    try: get(f'{base_url}/models')
    except HTTPError: pass
    except OSError: return False
    return True

def served_by(base_url):
    "The name of the model that a local server has loaded, and how it is quantised, as it says itself; None where it does not"
    try:
        first = json.loads(get(f'{base_url}/models'))['data'][0]
        quantised = (first.get('meta') or {}).get('ftype')
        return clean(' '.join(o[:100] for o in (str(first['id']).replace('\\', '/').split('/')[-1], quantised) if isinstance(o, str)))
    except Exception: return # what it says may be anything

metrics = 'prompt_tokens_total','prompt_tokens_cached_total','tokens_predicted_total' # without cached tokens, cached ones, written

def counted(base_url):
    "Tokens that llama.cpp's server has read, taken from its prefix cache and written since it started (its README, `GET /metrics`); None where it does not say"
    end = time.monotonic()+30
    try:
        while True:
            lines = get(f"{base_url.removesuffix('/v1')}/metrics").splitlines()
            found = {k: int(float(v)) for k,v in (o.split()[:2] for o in lines if o.startswith('llamacpp:'))}
            if not found.get('llamacpp:requests_processing') or time.monotonic()>end: return [found[f'llamacpp:{o}'] for o in metrics]
            time.sleep(.5) # it is still busy with a call that nobody waits for any more
    except Exception: return

# One question

def way(arm):
    "What `benchmark_rlm` is told for an arm"
    res = dict(arms[arm])
    if profile := res.pop('profile', None):
        make = getattr(Prompts, profile, None) or stop(f'there is no prompt profile {profile!r} in this version of rlm.')
        res['prompts'] = make()
    return res

def ask(context, query, seed, trace, args):
    "The row of `benchmark_vanilla` or `benchmark_rlm`"
    about = dict(base_url=args['base_url'], temperature=0, seed=seed, timeout=args['time'])
    if args['arm']=='vanilla': # whose tries, too, end with the time
        return benchmark_vanilla(context, query, LM(args['model'], budget=Budget(Limits.none(time=args['time'])), **about), cut=args['most'] or True)
    trace.unlink(missing_ok=True) # of a run that was interrupted
    return benchmark_rlm(context, query, args['model'], limits=Limits(time=args['time']), sandbox=args['sandbox'], trace=trace, **way(args['arm']), **about)

def passes(check, answer):
    "Whether an answer is right; what makes a check fail is not"
    try: return bool(answer and check(answer))
    except Exception: return False

def measure(task, seed, trace, args):
    "The `Result` of one question"
    name,context,query,check = task
    before,start,raised,row = counted(args['base_url'] or ''),time.perf_counter(),'',{}
    try: row = ask(context, query, seed, trace, args)
    except Exception as e: raised = f'{type(e).__name__}: {e}'
    seconds,after,usage = time.perf_counter()-start,counted(args['base_url'] or ''),row.get('usage') or Usage()
    served = tuple(b-a for a,b in zip(before, after)) if before and after and all(b>=a for a,b in zip(before, after)) else None
    told = {k: row[k] for k in ('stop','grounded','steps','calls','sub_calls','cut') if k in row}
    return Result(name, seed, passes(check, row.get('answer')), clean(str(row.get('answer') or ''))[:500], sent=usage.prompt_tokens, cached=usage.cached_tokens,
        got=usage.completion_tokens, seconds=round(seconds, 2), error=clean(row.get('error') or '')[:300], exception=clean(raised)[:300], served=served, **told)

# All questions

def source():
    "A digest of the package's code, since the version does not change with each commit"
    files = sorted((root/'rlm').rglob('*.py'))
    return hashlib.sha256(b''.join(o.read_bytes() for o in files)).hexdigest()[:12]

def command(args):
    "How it was asked, without addresses and paths"
    given = {k.replace('_', '-'): Path(v).name if k=='tasks_file' else v for k,v in args.items() if v!=signature(main).parameters[k].default and k not in ('base_url','out')}
    return ' '.join(['python benchmarks/real.py --base-url URL', *(f'--{k} {v!r}' if ' ' in str(v) else f'--{k} {v}' for k,v in given.items())])

def digest(questions): return hashlib.sha256(''.join(f'{nm}{context}{query}' for nm,context,query,_ in questions).encode()).hexdigest()[:12]

def facts_of(args, make):
    "What is written before the rows"
    return dict(model=args['label'] or args['model'], name=args['model'], arm=args['arm'], served=args['base_url'] and served_by(args['base_url']),
        tasks=digest(make(0)), version=rlm.__version__, source=source(), temperature=0, time=args['time'], most=args['most'],
        sandbox=args['sandbox'], date=time.strftime('%Y-%m-%d'), python=platform.python_version(), cpus=os.cpu_count(), command=command(args))

def open_rows(folder, facts):
    "The arm in `folder`, with the rows that are there already; another model, way of asking or version is refused"
    path = folder/'rows.jsonl'
    if not path.exists(): return Arm(facts)
    try: arm, = read_results(path)
    except ValueError: stop(f'{path} does not hold the results of one arm: choose another --out.')
    for k in same:
        if arm.facts.get(k)!=facts.get(k): stop(f'{folder} holds rows with {k} {arm.facts.get(k)!r}, not {facts.get(k)!r}: choose another --out.')
    with open(path, 'rb+') as f: f.truncate(f.read().rfind(b'\n')+1) # a line that was cut is asked again
    return arm

def shown(r):
    "A row for people"
    how = 'right' if r.right else 'wrong but sure' if r.sure else 'wrong, marked as a guess' if r.marked else 'no answer'
    more = [f'{r.cut:,} characters cut']*bool(r.cut) + [f'the server counts {r.served}']*(r.counted_alike is False) + [o for o in (r.error, r.exception) if o]
    return f"{r.task:<9} seed {r.seed}  {how:<24} {r.stop or 'call':<12} {r.steps:>3} steps {r.sub_calls:>4} sub-calls {r.sent:>8,} in {r.got:>6,} out {r.seconds:7.1f} s  {'; '.join(more)}"

def check_model(args):
    "Stop here where the model cannot be asked at all, with the sentence that says why"
    try: LM(args['model'], args['base_url'], temperature=0, timeout=args['time'], retries=1)('Say yes.', max_tokens=8)
    except LMError as e: stop(e)

def ask_all(questions, arm, folder, args):
    "Ask what has not been asked, and write down each row"
    path = folder/'rows.jsonl'
    (folder/'traces').mkdir(parents=True, exist_ok=True)
    if not path.exists(): path.write_text(as_line(arm.facts), encoding='utf-8')
    for task,seed in questions:
        r = measure(task, seed, folder/'traces'/f'{task[0]}-{seed}.jsonl', args)
        if (r.error or r.exception) and args['base_url'] and not alive(args['base_url']): stop('the server is gone; the same command goes on from here.', 1)
        with open(path, 'a', encoding='utf-8') as f: f.write(as_line(r))
        arm.results.append(r)
        print(shown(r), flush=True)

# The command

def seeds_of(text):
    "`0-2,5` -> 0, 1, 2, 5"
    try: spans = [[int(o) for o in part.split('-')] for part in text.split(',')]
    except ValueError: stop(f'--seeds {text}: give numbers and spans, such as 0-4 or 0,3.')
    return [i for o in spans for i in range(o[0], o[-1]+1)]

def chosen(args, make):
    "The questions to ask, seed by seed"
    names = args['tasks'].split(',') if args['tasks'] else None
    for seed in seeds_of(args['seeds']):
        made = make(seed)
        if names and (unknown := set(names)-{o[0] for o in made}): stop(f"there is no task {', '.join(sorted(unknown))}; there are {', '.join(o[0] for o in made)}.")
        yield from ((o, seed) for o in made if not names or o[0] in names)

def read_all(paths): return [arm for o in map(Path, paths) for arm in read_results(o/'rows.jsonl' if o.is_dir() else o)]

def shortened(arm): return Arm(arm.facts, [replace(o, answer='' if not o.answer else o.answer[:60]) for o in arm.by_question().values()])

def measure_all(args):
    "Ask the questions of one arm; the exit code"
    if args['arm'] not in arms: stop(f"--arm {args['arm']}: choose one of {', '.join(arms)}.")
    if not args['model']: stop('--model names the model as litellm takes it, for example openai/qwen with --base-url; --report prints the tables of what is measured.')
    if args['base_url']: args['base_url'] = args['base_url'].rstrip('/')
    make = functools.cache(runpy.run_path(args['tasks_file'] or str(Path(__file__).with_name('real_tasks.py')))['tasks'])
    folder,asked = Path(args['out'] or f"real-{args['arm']}"),list(chosen(args, make))
    arm = open_rows(folder, facts_of(args, make))
    left = [o for o in asked if (o[0][0], o[1]) not in arm.by_question()]
    print(f'{folder}: {len(arm.by_question())} rows are there, {len(left)} questions to ask', flush=True)
    if left: check_model(args)
    interrupted = False
    try:
        if left: ask_all(left, arm, folder, args)
    except KeyboardInterrupt: interrupted = True
    print('\n' + tables([arm]) + ('\n\nInterrupted; the same command goes on from here.' if interrupted else ''))
    return 130 if interrupted else 0

def main(
    base_url:str=None, # OpenAI-protocol endpoint
    model:str=None, # Model as litellm names it
    label:str=None, # What the model is, size and quantisation: for the tables, where --model says too little
    arm:str='rlm', # rlm (defaults), rlm-tools, rlm-fence, rlm-stream, strong or small (prompt profiles), vanilla
    seeds:str='0-2', # What contexts are made from: 0-4, or 0,3
    tasks:str=None, # Only these, with commas between
    tasks_file:str=None, # Other tasks: a Python file with `tasks(seed) -> [(name, context, query, check)]`, which is run
    out:str=None, # Folder of the arm; default: real-ARM
    time:float=600., # Seconds that a question may take
    most:int=None, # Characters of a context that the vanilla arm may send; default: as many as the model takes
    sandbox:str=None, # As `RLM` takes it
    report:Annotated[str, dict(nargs='+')]=None, # Measure nothing: print the tables of these results, folders or files
    export:str=None, # With --report: write what they hold to this file, answers shortened to 60 characters
):
    "Measure a model"
    args = locals()
    if report is None: return measure_all(args)
    try: found = read_all(report)
    except (OSError, ValueError) as e: stop(e)
    if export: Path(export).write_text(''.join(as_line(o) for arm in found for o in (arm.facts, *shortened(arm).results)), encoding='utf-8')
    print(tables(found))
    return 0

if __name__=='__main__': sys.exit(main(**{k:v for k,v in vars(anno_parser(main).parse_args()).items() if k in signature(main).parameters}))
