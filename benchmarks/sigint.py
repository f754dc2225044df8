"Does Ctrl-C ever get lost? `rlm ask` is interrupted at random moments of its life; an interrupt counts as lost if the process is not over ten seconds later: `python benchmarks/sigint.py [TRIALS] [--cold] [--seed N]`"
import faulthandler,gc,json,os,random,shutil,signal,subprocess,sys,tempfile,time
from collections import Counter
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))
os.environ.update(RLM_LIVE='0', LITELLM_LOCAL_MODEL_COST_MAP='True', PYTHONPATH=str(root))

# a run without an end: cells that work and sleep, single calls, batches, by turns
SERVER = '''
import sys
from rlm.models.scripted import Fault, ScriptedServer, call_repl
cells = 'len(context)', 'sum(i*i for i in range(300_000))', 'import time\\ntime.sleep(.05)', 'llm_query("one")', 'llm_query_batched([str(i) for i in range(40)])'
def reply(messages):
    if len(messages)==1: return Fault(delay=.03, reply='sub')
    return call_repl(cells[sum(m['role']=='assistant' for m in messages)%len(cells)])
with ScriptedServer(reply, latency=.01) as server:
    print(server.url, flush=True)
    sys.stdin.read()
'''

def warm():
    "Import what a run will need, so that a fork begins with it"
    from rlm.core import RLM
    from rlm.models.scripted import ScriptedLM, call_repl
    RLM(ScriptedLM([call_repl('1'), 'FINAL(1)']), sandbox='trusted')('c', 'q')
    gc.freeze() # else a fork copies all of it when it ends

def begin(argv, out):
    "Fork a process that runs `rlm` with `argv`, its output in the file `out`; returns its number"
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT]) # what comes before `main` waits for it
    pid = os.fork()
    if pid:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        return pid
    signal.signal(signal.SIGINT, signal.default_int_handler)
    fd = os.open(out, os.O_WRONLY|os.O_CREAT|os.O_TRUNC)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    faulthandler.register(signal.SIGUSR1, file=2) # says where a lost one is
    import rlm.cli
    sys.exit(interrupted(rlm.cli.main, argv))

def interrupted(main, argv):
    "`main`, with the signal let in"
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
    return main(argv)

def over(pid, seconds):
    "The exit status of a process, None if it still runs after `seconds`"
    end = time.monotonic()+seconds
    while time.monotonic()<end:
        done,status = os.waitpid(pid, os.WNOHANG)
        if done: return os.waitstatus_to_exitcode(status)
        time.sleep(.005)

def trial(argv, out, wait, within=10.):
    "Interrupt one process after `wait` seconds: its exit status (None: the interrupt was lost), the seconds that it took, and what it said"
    pid = begin(argv, out)
    if (code := over(pid, wait)) is not None: return f'ended before with {code}',0.,Path(out).read_text(errors='replace')
    start = time.monotonic()
    os.kill(pid, signal.SIGINT)
    code = over(pid, within)
    took = time.monotonic()-start
    if code is None:
        os.kill(pid, signal.SIGUSR1)
        time.sleep(.3)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    return code,took,Path(out).read_text(errors='replace')

def trials(n, cold, rng, url, folder):
    "Interrupt `n` processes; yields for each what it was told to do and what became of it"
    (folder/'a.txt').write_text('Sing, goddess. '*1000)
    for i in range(n):
        out,sandbox = folder/f'out{i}',rng.choice(['auto','trusted'])
        out.touch()
        argv = ['ask', 'Who?', f'{folder}/a.txt', '--model', 'openai/m', '--base-url', url, '--max-steps', '100000', '--sandbox', sandbox] + ['--verbose']*rng.randrange(2)
        wait = rng.uniform(0, 6 if cold else 1.5)
        code,took,said = trial(argv, out, wait)
        yield dict(trial=i, after=round(wait, 3), sandbox=sandbox, code=code, said=said[-4000:]),took

def main(n=300, cold=False, seed=1):
    parent,folder = os.getpid(),Path(tempfile.mkdtemp())
    server = subprocess.Popen([sys.executable, '-c', SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        if not cold: warm()
        res = list(trials(n, cold, random.Random(seed), url, folder))
    finally:
        if os.getpid()==parent: # a fork that ends passes here too
            server.stdin.close()
            server.wait(10)
            shutil.rmtree(folder)
    codes,times = Counter(str(o['code']) for o,_ in res),sorted(t for _,t in res)
    took = dict(median=times[n//2], p99=times[int(.99*(n-1))], most=times[-1])
    print(json.dumps(dict(trials=n, cold=cold, codes=codes, lost=codes['None'], seconds={k: round(v, 2) for k,v in took.items()})))
    odd = [o for o,_ in res if o['code']!=130 or 'Traceback' in o['said']]
    for o in odd[:20]: print(json.dumps(o))
    return odd

if __name__=='__main__':
    args = sys.argv[1:]
    seed = int(args[args.index('--seed')+1]) if '--seed' in args else 1
    main(int(args[0]) if args and args[0].isdigit() else 300, '--cold' in args, seed)
