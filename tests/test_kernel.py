"The shell inside a real Jupyter kernel: the user's kernel stays as it was, and Interrupt reaches through"
import sys,time

import pytest
from kernels import begun,execute,kernel,reply,result

SETUP = '''
import builtins,os,pickle,signal,sys,threading
from rlm.tools import prep_shell,make_run_repl
%matplotlib inline
import matplotlib.pyplot as plt
class Mine:
    def __init__(self): self.v = 3
def noted():
    ip = get_ipython()
    return dict(main=sys.modules['__main__'], ip=ip, b_ip=builtins.get_ipython, b_display=builtins.display, b_input=builtins.input, cwd=os.getcwd(), argv=list(sys.argv),
        path=list(sys.path), handlers=[signal.getsignal(o) for o in (signal.SIGINT,signal.SIGALRM)], sigterm=signal.getsignal(signal.SIGTERM), timer=signal.getitimer(signal.ITIMER_REAL),
        stdout=sys.stdout, stderr=sys.stderr, stdin=sys.stdin, displayhook=sys.displayhook, excepthook=sys.excepthook, pub=ip.display_pub, hook=ip.displayhook,
        hooks=list(ip.display_pub._hooks), cls=type(ip).instance(), backend=plt.get_backend(), excepthooks=threading.excepthook, count=ip.execution_count)
def changed(a, b): return [k for k in a if k!='count' and not (a[k] is b[k] or a[k]==b[k])]
'''

# what the model's cells do: plain, with a time limit, and with top-level await, where they run on a thread of their own
SHOWS = '''
from IPython.display import display as show, HTML, Markdown, clear_output, update_display
import matplotlib.pyplot as plt, sys
print('model print'); print('model err', file=sys.stderr)
display(HTML('<b>model html</b>')); show(HTML('<b>model html</b>')); show(Markdown('model md'), display_id='m')
f = plt.figure(); plt.plot([3,1,2]); plt.show()
plt.figure(); plt.plot([1,2])
'model value'
'''

def text(outputs):
    "All that a reader would see, figures as [figure]"
    return ''.join(o.get('text', '') if o.output_type=='stream' else '[figure]' if 'image/png' in o.get('data', {}) else o.get('data', {}).get('text/plain', '')
        if o.output_type!='error' else '\n'.join(o.traceback) for o in outputs)

def test_kernel_stays_as_it_was():
    model = [SHOWS, 'import asyncio\nawait asyncio.sleep(0)\n'+SHOWS, 'input("name? ")', 'exit()', 'quit()', 'import sys; sys.exit(1)', '1/0', 'len?', 'help(len)',
        '%reset -f', 'import asyncio; await asyncio.sleep(0, 5)', 'while True: pass', 'import asyncio; await asyncio.sleep(60)', '%%time\n1', '!echo hi', 'get_ipython()', '_ = 7', '_']
    outs = execute(SETUP, '"the last value"', 'before = noted(); threads = set(threading.enumerate()); keys = sorted(Out)',
        f"sh = prep_shell('ctx')\nres = [make_run_repl(sh, timeout=t)(o) for t in (None, 1) for o in {model!r} if t or 'while' not in o and '60' not in o]",
        'n = len(res)//2; assert not changed(before, noted()), changed(before, noted())',
        "assert _=='the last value' and sorted(Out)[:len(keys)]==keys and Out[2]=='the last value', (_, Out)",
        'assert pickle.loads(pickle.dumps(Mine())).v==3 and get_ipython() is before["ip"]',
        "assert {t.name for t in threading.enumerate()}=={t.name for t in threads}, threading.enumerate()",
        "first = [o for o in res if 'model value' in o]; print(len(first), [('model print' in o, 'model err' in o, o.count('HTML'), 'put back' in o) for o in first]); print(res[0])",
        "sh.close(); assert not [o for o in sys.modules if o.startswith('rlm_repl')]; assert not changed(before, noted()); 'alive'", own=True)
    assert text(outs[3])=='', outs[3]
    assert text(outs[-1])=="'alive'"
    assert text(outs[8]).startswith('4 [(True, True, '), outs[8]

@pytest.mark.skipif(sys.platform!='linux', reason='the sandbox that is tested here is that of Linux')
def test_sandbox_leaves_the_kernel_as_it_was():
    "The same with a sandbox: made, used, killed and closed, with a figure of the user open and a class of the notebook pickled"
    model = [SHOWS, 'import asyncio\nawait asyncio.sleep(0)\n'+SHOWS, 'input("name? ")', 'exit()', '1/0', 'len?', '%reset -f', 'while True: pass', '%%time\n1', '!echo hi', '%matplotlib inline',
        'import os; os.chdir("/"); os._exit(1)', 'import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); _ = 7', '_', 'import ctypes; ctypes.string_at(0)']
    outs = execute(SETUP, '"the last value"', "before = noted(); threads = set(threading.enumerate()); keys = sorted(Out); child = signal.getsignal(signal.SIGCHLD); fig,ax = plt.subplots(); ax.plot([1,2])\n"
        f"sh = prep_shell('ctx', sandbox='auto')\nres = [make_run_repl(sh, timeout=1 if o=='while True: pass' else 30)(o) for o in {model!r}]\nassert plt.get_fignums()==[fig.number]",
        "assert changed(before, noted())==['sigterm'], changed(before, noted()) # the folder with the document goes with the kernel",
        "assert 'the last value' in Out.values() and sorted(Out)[:len(keys)]==keys and _=='the last value', (_, Out)",
        'assert pickle.loads(pickle.dumps(Mine())).v==3 and get_ipython() is before["ip"] and signal.getsignal(signal.SIGCHLD) is child',
        "assert all(t.name.startswith('rlm') and t.daemon for t in set(threading.enumerate())-threads), threading.enumerate()",
        "print([('model print' in o, 'model err' in o, 'model value' in o) for o in res[:2]])",
        "sh.close()\nimport time\nend = time.time()+3\nserve = {'rlm-spawner','rlm-rest'} # start workers, and put them to rest\n"
        "def more(): return {t.name for t in set(threading.enumerate())-threads} - serve\nwhile time.time()<end and more(): time.sleep(.05)\n"
        "assert not more(), threading.enumerate()\nassert changed(before, noted())==['sigterm']; 'alive'", own=True)
    assert text(outs[2])=='[figure]', outs[2]
    assert not any(map(text, outs[3:7])), outs[3:7]
    assert text(outs[7])=='[(True, True, True), (True, True, True)]\n' and text(outs[8])=="'alive'"

@pytest.mark.one_in(3)
@pytest.mark.parametrize('first', ['', 'import asyncio\nawait asyncio.sleep(0)\n'])
@pytest.mark.parametrize('timeout', [None,20])
@pytest.mark.parametrize('thread', [False,True])
def test_own_display(first, timeout, thread):
    "Nothing of what the model's code shows lands in the user's cell: in the main thread, under await, with a limit, from a worker"
    call = '_o = run(code)' if not thread else 'import threading; t = threading.Thread(target=run, args=(code,)); t.start(); t.join()'
    outs = execute(SETUP, f'run = make_run_repl(prep_shell("c"), timeout={timeout}); code = {first+SHOWS!r}', 'print("mine"); '+call)
    assert text(outs[2])=='mine\n', outs[2]

def test_own_figure():
    "A figure that the user has open in the cell is shown after it, without a line that the model drew"
    outs = execute(SETUP, "sh = prep_shell('c'); run = make_run_repl(sh)", f"fig,ax = plt.subplots(); ax.plot([1,2,3]); _o = run({SHOWS!r}); n = plt.get_fignums(); mine = plt.figure(n[-1])",
        'print(n, len(ax.lines), fig is mine)', "fig,ax = plt.subplots(); ax.plot([1,2,3]); o = run('import matplotlib.pyplot as plt\\nplt.plot([1])\\nplt.title(\"model\")\\nplt.show()')",
        'print(len(ax.lines), repr(ax.get_title()))', "fig,ax = plt.subplots(); ax.plot([1,2,3]); o = run('plt.close(\"all\")')")
    assert text(outs[2])=='[figure]', outs[2]
    assert text(outs[3])=='[1] 1 True\n', outs[3]
    assert text(outs[4])=='[figure]' and text(outs[5])=="1 ''\n", outs[4:6]
    assert text(outs[6])=='[figure]'

def test_no_pager_payload():
    "`obj?` in the model's code opens no help pane in the user's notebook"
    with kernel() as kc:
        assert reply(kc, SETUP+"run = make_run_repl(prep_shell('c'))")['status']=='ok'
        r = reply(kc, "out = run('len?'); assert 'number of items' in out, out")
        assert r['status']=='ok' and not r['payload'], r
        r = reply(kc, "out = run('import json\\nhelp(json)\\nexit()'); assert 'JSON' in out")
        assert r['status']=='ok' and not r['payload'], r

def test_overlapping_captures():
    "Two cells that overlap in two threads, started and ended out of step, do not hang the kernel"
    outs = execute(SETUP, '''
import time
def work(i):
    run = make_run_repl(prep_shell(i))
    time.sleep(.05*i)
    return [run(f'from IPython.display import display as show\\nimport time\\nfor k in range(5): print(context, k); show(context); time.sleep(.03)') for _ in range(3)]
from concurrent.futures import ThreadPoolExecutor
out = sys.stdout
with ThreadPoolExecutor(4) as ex: fs = [ex.submit(work, i) for i in range(4)]; print('mine'); res = [f.result(30) for f in fs]
''', "assert all(set(' '.join(o).split())==set(map(str, [i, *range(5)])) for i,o in enumerate(res)), res\nassert sys.stdout is out; print('after')")
    assert text(outs[1])=='mine\n' and text(outs[2])=='after\n'

# Kernel → Interrupt

def test_interrupt(tmp_path):
    "KeyboardInterrupt is in the user's cell soon (in milliseconds where nobody else uses the processor), whatever the model's cell was doing, and the shell works in the next"
    with kernel() as kc:
        assert reply(kc, SETUP+"sh = prep_shell('c'); runs = [make_run_repl(sh), make_run_repl(sh, timeout=60)]; out = sys.stdout")['status']=='ok'
        begin = f"open({str(tmp_path/'begun')!r}, 'w').close()\n"
        for i in (0,1):
            for code in ('while True: pass', 'import time; time.sleep(30)', 'import asyncio; await asyncio.sleep(30)', 'import asyncio; await asyncio.sleep(0)\nwhile True: pass',
                'while True:\n    try: 1/0\n    except Exception: pass'):
                msg = kc.execute(f'runs[{i}]({"kept = 5"!r}); r = runs[{i}]({begin+code!r})', allow_stdin=False, stop_on_error=False)
                begun(tmp_path/'begun')
                kc.interrupt()
                start = time.monotonic()
                r = result(kc, msg)
                assert r['status']=='error' and r['ename']=='KeyboardInterrupt' and time.monotonic()-start<10, (i, code, r)
                r = reply(kc, f"assert sys.stdout is out\nassert runs[{i}]('kept')=='5'\nassert runs[{i}]('import asyncio; await asyncio.sleep(0, 6)')=='6'")
                assert r['status']=='ok', (i, code, r)
