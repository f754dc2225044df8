"Inside a kernel that several tests use in turn: `note` its `state`, `put_back` what a user would, and tell what is `changed` all the same"
import builtins,gc,os,signal,sys,threading,time
import matplotlib.pyplot as plt
from rlm.models.lm import LM
from rlm.models.scripted import ScriptedServer
from rlm.shell.ipython import ReplShell
from rlm.tools import make_run_repl,prep_shell

before = {}

def warm():
    "What the first shell and the first call start, and what stays"
    sh = prep_shell('c')
    make_run_repl(sh, timeout=9)('import asyncio; await asyncio.sleep(0)')
    sh.close()
    with ScriptedServer('ok') as server: LM('openai/m', server.url)('q')

def state():
    "What no test may leave another; threads that wait for work are nobody's"
    ip = get_ipython()
    shell = dict(ip=ip, cls=type(ip).instance(), pub=ip.display_pub, hook=ip.displayhook, hooks=list(ip.display_pub._hooks), names=set(ip.user_ns))
    system = dict(main=sys.modules['__main__'], stdout=sys.stdout, stderr=sys.stderr, stdin=sys.stdin, argv=list(sys.argv), path=list(sys.path),
        displayhook=sys.displayhook, excepthook=sys.excepthook, repls=[o for o in sys.modules if o.startswith('rlm_repl')])
    names = dict(get_ipython=builtins.get_ipython, display=builtins.display, input=builtins.input, cwd=os.getcwd(), environ=dict(os.environ))
    signals = dict(signals={o: signal.getsignal(o) for o in signal.valid_signals()}, timer=signal.getitimer(signal.ITIMER_REAL))
    threads = {t.name for t in threading.enumerate() if not t.name.startswith(('asyncio_','tqdm'))}
    return dict(shell, **system, **names, **signals, figures=plt.get_fignums(), threads=threads, thread_excepthook=threading.excepthook)

def put_back():
    "What a user does who is done: ends the server, closes shells and figures, begins anew"
    ip = get_ipython()
    if server:=ip.user_ns.get('server'): server.__exit__(None, None, None)
    for o in gc.get_objects():
        if isinstance(o, ReplShell): o.close()
    plt.close('all')
    ip.reset(new_session=True)

def changed(seconds=5):
    "What is not as it was; threads may take a while to end"
    end = time.monotonic()+seconds
    while (bad:=[k for k,v in state().items() if not (v is before[k] or v==before[k])]) and time.monotonic()<end: time.sleep(.05)
    return {k: (before[k], state()[k]) for k in bad}
