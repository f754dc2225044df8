"What no lesson can show of the in-process REPL: threads, time limits, interrupts, memory, and code that does everything wrong"
import asyncio,builtins,gc,json,os,re,signal,sys,threading,time,weakref
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from forks import run_script,script
from project import root
from rlm.models.scripted import ScriptedLM
from rlm.tools import make_run_repl,prep_shell

@contextmanager
def repl(context='the context', model=None, **kw):
    "A shell and its `run_repl`, closed at the end"
    sh = prep_shell(context, model)
    try: yield sh, make_run_repl(sh, **kw)
    finally: sh.close()

def run1(code, context='the context', **kw):
    "Output of one cell in a fresh shell"
    with repl(context, **kw) as (_,run): return run(code)

def process(): return sys.stdout,sys.stderr,sys.stdin,sys.displayhook,sys.excepthook,sys.modules['__main__'],getattr(builtins, 'get_ipython', None)

def is_same(a, b): return len(a)==len(b) and all(x is y for x,y in zip(a, b))

def in_threads(fn, items):
    "`fn` of each item, all at the same time"
    go = threading.Barrier(len(items))
    def one(o):
        go.wait(30)
        return fn(o)
    with ThreadPoolExecutor(len(items)) as ex: return list(ex.map(one, items))

@pytest.fixture(autouse=True)
def _as_it_was():
    "Whatever a cell does, the process is afterwards what it was"
    before,handlers = process(),[signal.getsignal(o) for o in (signal.SIGINT,signal.SIGALRM)]
    yield
    now = process()
    sys.stdout,sys.stderr,sys.stdin = before[:3] # so that one failure stays one
    assert is_same(now, before) and [signal.getsignal(o) for o in (signal.SIGINT,signal.SIGALRM)]==handlers
    assert signal.getitimer(signal.ITIMER_REAL)==(0,0)

# Many shells at once

def test_16_threads(capsys):
    before = process()
    def one(i):
        with repl(f'context {i}') as (_,run):
            return [run('import time, sys\nfor k in range(20): print(context, k); time.sleep(.005)\nprint("err", context, file=sys.stderr)\ncontext'),
                run('n = len(context)\nn, get_ipython() is not None')]
    for i,(a,b) in enumerate(in_threads(one, range(16))):
        want = [f'context {i} {k}' for k in range(20)] + [f'err context {i}', repr(f'context {i}')]
        assert a.splitlines()==want and b==str((len(f'context {i}'), True))
    assert is_same(process(), before) and capsys.readouterr()==('','')

def test_print_of_others(capsys):
    "What the caller's own threads print while a cell runs is not the cell's"
    stop = threading.Event()
    def chat():
        while not stop.wait(.005): print('mine')
    t = threading.Thread(target=chat)
    t.start()
    try: out = run1('import time\nfor i in range(10): print("cell"); time.sleep(.01)')
    finally:
        stop.set()
        t.join()
    assert out.split()==['cell']*10 and set(capsys.readouterr().out.split())=={'mine'}

# Top-level await

AWAITS = ['import asyncio\nq = asyncio.Queue()\nawait q.put(1)\nlock = asyncio.Lock()',
    'async with lock: x = await q.get()\nx',
    'async def f(i): await asyncio.sleep(.01); print("in", i); return i*i\nawait asyncio.gather(*map(f, range(3)))',
    'await asyncio.sleep(0)\n1/0', 'x']

def check_awaits(run):
    a,b,c,d,e = map(run, AWAITS)
    assert (a,b,e)==('','1','1') and c=='in 0\nin 1\nin 2\n[0, 1, 4]'
    assert 'line 2' in d and d.endswith('ZeroDivisionError: division by zero')

@pytest.mark.parametrize('timeout', [None,20])
def test_await(timeout):
    "In a script, under a running event loop, and on two threads at once"
    async def main(): check_awaits(run)
    def one(_):
        with repl(timeout=timeout) as (_,run): check_awaits(run)
    with repl(timeout=timeout) as (_,run):
        check_awaits(run)
        asyncio.run(main())
        check_awaits(run)
    in_threads(one, range(2))

# Time limits

ENDLESS = ['while True: pass', 'import time; time.sleep(60)', 'import asyncio; await asyncio.sleep(60)',
    'while True:\n    try: 1/0\n    except Exception: pass', 'import time\ndef f():\n    while True: time.sleep(.01)\nf()',
    'sum(i for i in range(10**12))', 'import asyncio; await asyncio.sleep(0)\nwhile True: pass',
    'class R:\n    def __repr__(self):\n        while True: pass\nR()', '!sleep 60', 'import threading; threading.Event().wait()',
    'import asyncio\nwhile True:\n    try: await asyncio.sleep(.01)\n    except Exception: pass']

def check_timeout(code, limit=.3):
    before = process()
    with repl(timeout=limit) as (_,run):
        run('kept = 41')
        start = time.monotonic()
        out = run(f'also = 1; print("before")\n{code}')
        assert 'before' in out and 'CellTimeout' in out and 'took too long' in out, out
        assert run('kept + also')=='42' and time.monotonic()-start<20
        assert run('import asyncio\nawait asyncio.sleep(0, "awake")')=="'awake'"
    assert is_same(process()[:3], before[:3]) or threading.current_thread() is not threading.main_thread()

@pytest.mark.parametrize('code', ENDLESS)
def test_timeout(code): check_timeout(code)

def test_timeout_in_loop():
    "Under a running event loop, where cells with `await` have a thread of their own"
    async def main(code): check_timeout(code)
    for o in [ENDLESS[i] for i in (0,1,2,6,10)]: asyncio.run(main(o))

def test_timeout_of_blocked_await():
    "A cell with `await` that sleeps in C code under a running loop does not take the loop of later cells with it"
    async def main(): check_timeout('import asyncio, time; await asyncio.sleep(0)\ntime.sleep(4)')
    asyncio.run(main())

def test_timeout_in_threads():
    "No signal reaches a worker thread; all of these run side by side"
    errors = []
    def one(code):
        try: check_timeout(code, 1.5)
        except BaseException as e: errors.append(f'{code!r}: {type(e).__name__}: {e}')
    # what sleeps in C code is left behind until it wakes up
    in_threads(one, [*ENDLESS[:2], 'import asyncio, time; await asyncio.sleep(0)\ntime.sleep(4)', *ENDLESS[2:]])
    assert not errors, '\n'.join(errors)

def test_timeout_in_c():
    "One long call into C holds the interpreter: the cell ends when it comes back, and says that it was over its time"
    code = 'sum(range(5*10**7))'
    assert 'CellTimeout' in run1(code, timeout=.2)
    assert re.search('CellTimeout|1249999975000000', in_threads(lambda o: run1(o, timeout=.2), [code])[0]) # nobody could look at the clock

def test_timeout_line():
    "The error says where the cell was, also under `await`"
    assert 'line 3' in run1('x = 1\ndef f():\n    while True: pass\nf()', timeout=.2)
    assert 'line 2' in run1('import asyncio\nawait asyncio.sleep(60)', timeout=.2)

@pytest.mark.parametrize('timeout', [0,1e-9,-1])
def test_no_time(timeout):
    "No time at all is a limit too, not the lack of one"
    assert 'CellTimeout' in run1('import time\nend = time.monotonic()+3\nwhile time.monotonic()<end: pass', timeout=timeout)

def test_own_alarm():
    "The caller's alarm, its interval and its handler are there again after a cell"
    rang = []
    old = signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
    mine = signal.getsignal(signal.SIGALRM)
    signal.setitimer(signal.ITIMER_REAL, 100, 7)
    try:
        with repl(timeout=.2) as (_,run):
            for o in ('1', 'while True: pass', '1/0'): run(o)
        left,every = signal.getitimer(signal.ITIMER_REAL)
        assert signal.getsignal(signal.SIGALRM) is mine and 90<left<=100
        signal.setitimer(signal.ITIMER_REAL, .1)
        with repl(timeout=10) as (_,run): run('import time; time.sleep(.3)')
        time.sleep(.1)
        assert rang
        assert every==7
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)

def test_nested_limits():
    "A cell that runs cells of another shell, each with a limit: the inner one ends, and the outer one still does"
    with repl(timeout=.6) as (outer,run), repl(timeout=.3) as (_,inner):
        outer.user_ns['inner'] = inner
        out = run('o = inner("while True: pass")\nprint("inner:", o.splitlines()[-2])\nwhile True: pass')
        assert 'inner: CellTimeout' in out and out.count('CellTimeout')==2
        assert 'CellTimeout' in run('import time\nend = time.monotonic()+4\nwhile time.monotonic()<end: inner("1")')
        assert run('1')==inner('1')=='1'

# Interrupts

def said(name, *args):
    "What a script prints as JSON in its last line"
    res = run_script(name, *args, cwd=root, quick=True)
    assert not res.returncode, res.stdout[-2000:]+res.stderr[-2000:]
    return json.loads(res.stdout.splitlines()[-1])

BUSY = ['import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(5)', 'import time\ntime.sleep(20)', 'import asyncio\nawait asyncio.sleep(20)',
    'while True: pass', 'while True:\n    try: 1/0\n    except Exception: pass']

@pytest.mark.parametrize('timeout', [None,60])
def test_interrupt(timeout):
    "Ctrl-C passes `run_repl`, with and without a running event loop; the shell lives on"
    res = said('interrupted_cells.py', json.dumps([timeout, BUSY]))
    assert res==[['KeyboardInterrupt','1','7',True]]*2*len(BUSY)

# Memory

def test_much_output():
    "100 MB of output are not held; what is left out is counted to the character"
    grown,outs = zip(*said('much_output.py'))
    def parts(o): return re.fullmatch(r'(.*)\n… \[([\d,]+) characters left out\] …\n(.*)', o, re.S).groups()
    a,b,c,d,e,f = map(parts, outs)
    assert a[0].startswith('000000 xxx') and a[2].rstrip().startswith('x') and '099999 ' not in a[0] and int(a[1].replace(',', ''))==100_000_000-1000
    for o,ch,n in ((b,'y',100_000_000),(c,'z',100_000_000),(d,'w',100_000_001)): # a last line end is stripped
        assert set(o[0])=={ch}==set(o[2]) and int(o[1].replace(',', ''))==n-1000 and len(o[0])+len(o[2]) in (999,1000)
    assert int(e[1].replace(',', ''))>=200_000_000-1000 and len(outs[4])<1200
    assert f[2].endswith('END')
    assert max(grown[:3])<30, grown
    assert grown[3]<130, f'print(s) holds s more than once: {grown}'
    assert grown[4]<230, grown

def test_clip_counts():
    "Head, tail and number of left-out characters around the limit"
    with repl(max_output=100) as (_,run):
        for n in (0,1,99,100,101,150,1000):
            s = ''.join(chr(97+i%26) for i in range(n))
            out = run(f'import sys\n_n = sys.stdout.write("{s}")')
            assert out==(s if n<=100 else f'{s[:50]}\n… [{n-100:,} characters left out] …\n{s[-50:]}')

# What a cell shows

def test_order():
    "stdout, the value, the error; all that was printed or set before an error stays"
    with repl() as (_,run):
        assert run('print("a")\n1+1')=='a\n2'
        assert run('print("a", end="")\n1+1')=='a\n2'
        out = run('x = 5\nprint("printed")\nimport sys; print("e", file=sys.stderr)\n1/0\ny = 6')
        assert re.match(r'printed\ne\nTraceback.*line 4.*\n +1/0\n.*ZeroDivisionError: division by zero$', out, re.S)
        assert run('x, "y" in globals()')=='(5, False)'
        assert run('x;')==run('None')==run('x = 6')==run('')==run(' \n\t\n')==run('# nothing')==''
        assert run('"""doc"""')=="'doc'"

def lines(out): return re.findall(r'File "<cell \d+>", line (\d+)', out)

def test_traceback_lines():
    "Every frame of the cells with its line, also of a function that an earlier cell made"
    with repl() as (_,run):
        run('def f(x):\n    y = x\n    return y/0')
        out = run('def g():\n    return f(1)\n\n\ng()')
        assert lines(out)==['5','2','3'] and 'return y/0' in out and 'IPython' not in out and 'shell.py' not in out
        out = run('try: f(1)\nexcept Exception as e: raise ValueError("second") from e')
        assert 'direct cause' in out and out.index('ZeroDivisionError')<out.index('ValueError: second')
        assert 'During handling' in run('try: f(1)\nexcept Exception: {}["k"]')
        assert lines(run('x = [\n1,\n2'))==['1'] or 'SyntaxError' in run('x = [\n1,\n2')
        assert 'RecursionError' in run('def r(n): return r(n+1)\nr(0)')
        assert 'KeyError' in run('raise ExceptionGroup("g", [ValueError(1), KeyError(2)])')
        out = run('import json\njson.loads("{")')
        assert 'JSONDecodeError' in out and lines(out)==['2'] and len(out)<3000

@pytest.mark.parametrize('code,want', [('1 +','SyntaxError'), ('x = 1\ny = = 2','line 2'), ('if 1:\nprint(2)','IndentationError'), ('  x = 1\n y = 2','IndentationError'),
    ('return 5','SyntaxError'), ('"abc','SyntaxError'), ('print "a"','SyntaxError'), ('f"{"','SyntaxError'), ('%nomagic','not found'), ('raise "x"','TypeError'),
    ('class E(Exception):\n    def __str__(self): raise ValueError("no")\nraise E()','E: '), ('class E(BaseException): pass\nraise E(1)','E: 1'),
    ('class R:\n    def __repr__(self): raise ValueError("no")\nR()','ValueError: no'), ('class R:\n    def __repr__(self): return 5\nR()','TypeError'),
    ('class R:\n    def __repr__(self): raise SystemExit\nR()','exit() ends nothing'),
    ('raise SystemExit','exit() ends nothing'), ('import sys; sys.exit(3)','exit() ends nothing'), ('exit()','exit() ends nothing'), ('quit()','exit() ends nothing'),
    ('def f(): exit()\nf()','exit() ends nothing'), ('input("name? ")','nobody is at the keyboard'), ('raise GeneratorExit','GeneratorExit'),
    ('import asyncio\nraise asyncio.CancelledError()','CancelledError'), ('raise StopIteration','StopIteration')])
def test_errors(code, want):
    "Every error is told, raised nowhere, and the next cell runs"
    with repl() as (_,run): assert want in run(code) and run('1')=='1'

def test_repr_that_prints(): assert run1('class R:\n    def __repr__(self): print("aside"); return "me"\nR()')=='aside\nme'

def test_stdin():
    "Nobody is at the keyboard, however it is asked"
    with repl(timeout=5) as (_,run): assert 'CellTimeout' not in run('import sys\nsys.stdin.read()') and run('1')=='1'

NESTED = {'sum': '+'.join(['1']*20_000), 'attributes': 'a'+'.b'*20_000, 'calls': 'f'+'()'*20_000, 'await': '+'.join(['1']*20_000)+'\nawait f()',
    'minus': '-'*20_000+'1', 'not': 'not '*20_000+'1', 'lambda': 'lambda:'*10_000+'1', 'parentheses': '('*20_000+')'*20_000, 'elif': 'if 0: pass\n'+'elif 0: pass\n'*20_000}

@pytest.mark.one_in(3)
@pytest.mark.parametrize('kind', NESTED)
def test_nested_code(kind):
    "Code that the compiler gives up on is an error of the cell"
    with repl() as (_,run): assert re.search('RecursionError|MemoryError|SyntaxError', run(NESTED[kind])) and run('1')=='1'

@pytest.mark.parametrize('code,want', [('```python\nprint(1)\n```','1'), ('```\nprint(1)\n```','1'), ('\n\n```py\nprint(1)\n2\n```\n\n','1\n2'), ('~~~python\n1\n~~~','1'),
    ('```python\r\nprint(1)\r\n2\r\n```\r\n','1\n2'), ('print(1)\r\nif 1:\r\n\tprint(2)\r\n3\r\n','1\n2\n3'), ('if 1:\n\tx = 1\n\tif x:\n\t\tprint(x)','1'),
    ('a\0b','null byte'), ("x = '\ud800'",'surrogates'), ('"😀", "é"',"('😀', 'é')"), ('print("a\\u2028b")\n"\u2028"',"a\u2028b\n'\\u2028'"), ('    x = 1\n    x','1'),
    ('x = """\n```python\n```\n"""\nlen(x)','15'), ('>>> x = 2\n>>> x','2'), ('é = 1\né','1'), ('\ufeffx = 1\nx','1')])
def test_text_of_code(code, want): assert want in run1(code)

def test_surrogate_output(): assert '\ud800' in run1('print("\\ud800")')

def test_long_code(): assert run1('x = "' + 'a'*1_000_000 + '"\nlen(x)')=='1000000'

def test_context_kinds():
    import pandas as pd
    df = pd.DataFrame(dict(a=[1,2], b=['x','y']))
    for o in ('text', b'bytes', [1,'2'], dict(a=1), None, 3.5, object(), lambda: 1, df, (x for x in 'ab')):
        with repl(o) as (sh,run): assert sh.user_ns['context'] is o and run('type(context).__name__')==repr(type(o).__name__)
    with repl(df) as (_,run): assert run('context')==repr(df) and run('context.a.sum()') in ('3','np.int64(3)')

# Helpers and magics

@pytest.mark.parametrize('code,nm', [('%reset -f','context'), ('del context','context'), ('context = 1','context'), ('FINAL = None','FINAL'), ('llm_query = 3','llm_query'),
    ('del llm_query','llm_query'), ('for llm_query in range(3): pass','llm_query'), ('globals().clear()','context'), ('context = 1\n1/0','context')])
def test_put_back(code, nm):
    "A helper that was lost is back, and the model is told"
    with repl('ctx', ScriptedLM(lambda ms: 'ok')) as (_,run):
        out = run(code)
        assert 'put back' in out and nm in out
        assert run('context, llm_query("q"), callable(FINAL), [].__class__.__name__')=="('ctx', 'ok', True, 'list')"
        assert 'put back' not in run('x = 1')

def test_reset():
    "After %reset a shell still makes classes that can be pickled, awaits, and knows its variables"
    with repl() as (_,run):
        run('a = 1\n%reset -f')
        assert 'NameError' in run('a')
        assert run('import pickle\nclass C: v = 3\npickle.loads(pickle.dumps(C())).v')=='3'
        assert run('b = 1\nSHOW_VARS()')=="{'C': 'type', 'b': 'int'}"

def test_magics():
    with repl(timeout=20) as (_,run):
        assert 'Wall time' in run('%%time\nx = 1') and run('x')=='1'
        assert run('!echo hi').strip()=='hi' and run('o = !echo hi\no')=="['hi']" and 'per loop' in run('%timeit -n1 -r1 1')
        assert 'number of items' in run('len?') and 'number of items' in run('help(len)') and 'JSON' in run('import json\njson?')
        assert 'bash' in run('%%bash\necho bash') and run('%%capture c\nprint(3)')=='' and run('c.stdout')=="'3\\n'"
        assert 'not found' in run('nothing_here?') and '\x1b' not in run('len?')

def test_time_magic_has_value():
    "`%time` and a cell under %%time show their last value, as in a notebook"
    with repl() as (_,run):
        assert run('%time 6*7').endswith('42')
        assert run('%%time\nx = 6\nx*7').endswith('42') and run('r = %time 5+5\nr').endswith('10')

def test_matplotlib_magic():
    "Models open with this line out of habit"
    with repl() as (_,run): assert 'Error' not in run('%matplotlib inline')

def test_cd_magic(tmp_path):
    old = os.getcwd()
    try: assert 'Error' not in run1(f'%cd {tmp_path}')
    finally: os.chdir(old)

def test_display():
    with repl() as (_,run):
        assert run('from IPython.display import HTML, Markdown\ndisplay("a", 3)')=='a\n3'
        assert 'HTML' in run('display(HTML("<b>x</b>"))')
        assert 'a' in run('import IPython.display as d\nd.display("a")') and 'a' in run('from IPython.display import display\ndisplay("a")')

def test_help_in_terminal():
    "No pager opens, even if the user looked something up before: it would wait for a key that never comes"
    import pty
    main,term = pty.openpty()
    with script('help_in_terminal.py', stdin=term, stdout=term, stderr=term, session=True, env=dict(TERM='xterm', PAGER='less')) as p:
        os.close(term)
        got,t = b'',threading.Timer(6, os.killpg, (p.pid, signal.SIGKILL)) # less, too
        t.start()
        try:
            while o:=os.read(main, 9999): got += o
        except OSError: pass # how a terminal ends
        finally:
            t.cancel()
            os.close(main)
    assert b'answer: True True' in got, got[-500:]

# Code that goes its own ways

def test_threads_of_a_cell():
    "Threads and pools that print and ask: all of it is the cell's"
    with repl('ctx', ScriptedLM(lambda ms: ms[-1]['content'].upper())) as (_,run):
        out = run('from concurrent.futures import ThreadPoolExecutor\ndef ask(i): print(f"asks {i}\\n", end=""); return llm_query(f"q{i}")\n'
            'with ThreadPoolExecutor(8) as ex: res = list(ex.map(ask, range(20)))\nres == [f"Q{i}" for i in range(20)]')
        assert sorted(out.splitlines()[:-1])==sorted(f'asks {i}' for i in range(20)) and out.endswith('True')
        out = run('import threading\nts = [threading.Thread(target=lambda i=i: print(f"t {i} " + llm_query("x") + "\\n", end="")) for i in range(5)]\nfor t in ts: t.start()\nfor t in ts: t.join()')
        assert sorted(out.splitlines())==[f't {i} X' for i in range(5)]
        assert run('llm_query_batched(["a","b"])')=="['A', 'B']"
        assert run('import asyncio\nawait asyncio.gather(*[asyncio.to_thread(llm_query, o) for o in "ab"])')=="['A', 'B']"
        assert run('await asyncio.to_thread(print, "from a thread")')=='from a thread'

def test_streams(capsys):
    with repl() as (_,run):
        assert run('import contextlib, io, sys\nwith contextlib.redirect_stdout(io.StringIO()) as f: print("in")\nprint("out", repr(f.getvalue()))')=="out 'in\\n'"
        assert run('import logging\nh = logging.StreamHandler(); lg = logging.getLogger("rlm_h"); lg.propagate = False; lg.addHandler(h); lg.error("one")')=='one'
        assert run('lg.error("two")')=='two'
        assert run('import subprocess; subprocess.run(["true"]).returncode')=='0'
        assert run('subprocess.run(["echo", "hi"], capture_output=True, text=True).stdout')=="'hi\\n'"
        assert run('print("e", file=sys.stderr)')=='e' and run('_n = sys.stdout.buffer.write(b"raw\\n"); sys.stdout.flush()')=='raw'
        assert run('sys.stdout.isatty(), sys.stdout.writable()')=='(False, True)' and run('print("a", "b", sep="-", end="!", flush=True)')=='a-b!'
        assert 'TypeError' in run('sys.stdout.write(b"x")') and run('isinstance(sys.stdout.encoding, str)')=='True'
    assert capsys.readouterr()==('','')

def test_told_on_stderr():
    "Warnings, logging without a set-up, and an error in a thread; in a process of its own, for pytest catches them all"
    a,b,c,d = said('told_on_stderr.py')
    assert 'UserWarning: hm' in a and 'careful' in b and 'worse' in c and 'ZeroDivisionError' in d

def test_stream_taken_away():
    "A cell that puts something else in the place of sys.stdout, or closes it, keeps that from nobody else"
    before = process()
    for o in ('import io, sys\nsys.stdout = io.StringIO()', 'import sys\nsys.stderr = sys.stdout = None', 'import sys\nsys.stdout = sys.__stdout__'):
        with repl() as (_,run):
            run(o)
            try: assert is_same(process()[:2], before[:2]), o
            finally: sys.stdout,sys.stderr = before[:2]
    with repl() as (_,run):
        run('import sys; sys.stdout.close()')
        assert run('print(1)')=='1'
    assert not sys.stdout.closed

# The end of a shell

class Big(list): pass

def test_context_is_freed():
    big = Big([1])
    ref = weakref.ref(big)
    with repl(big) as (_,run):
        del big
        for o in ('x = context\ncontext', 'def f(c=context): return c\nf()', 'raise ValueError(context)', 'import asyncio\ny = [context]\nawait asyncio.sleep(0)', 'context'): run(o)
        assert ref() is not None
    del run
    gc.collect()
    assert ref() is None

def test_30_shells():
    "Nothing of a closed shell stays: no module, no thread"
    gc.collect()
    def mods(): return {o for o in sys.modules if o.startswith('rlm_repl')}
    before,threads = mods(),set(threading.enumerate())
    for i in range(30):
        with repl(i) as (sh,run): run('import asyncio\nawait asyncio.sleep(0)\ncontext')
        refs = [weakref.ref(sh)] if i==0 else refs + [weakref.ref(sh)]
    del sh,run
    gc.collect()
    assert mods()==before and set(threading.enumerate())<=threads
    assert sum(r() is not None for r in refs)<=1 # the last one may be referred to by IPython

def test_close_twice():
    with repl() as (sh,run):
        run('import asyncio\nawait asyncio.sleep(0)')
        sh.close()

def test_classes_of_a_cell():
    "Pickle, dataclasses and annotations look a class's module up in sys.modules"
    with repl() as (_,run):
        assert run('import pickle\nclass C:\n    def __init__(self): self.v = 3\npickle.loads(pickle.dumps(C())).v')=='3'
        assert run('from __future__ import annotations\nfrom dataclasses import dataclass, field, asdict\n@dataclass\nclass D:\n    a: int\n    b: list[str] = field(default_factory=list)\n'
            'from typing import get_type_hints\nasdict(D(1)), get_type_hints(D)')=="({'a': 1, 'b': []}, {'a': int, 'b': list[str]})"
        assert run('from enum import Enum\nclass E(Enum): A = 1\npickle.loads(pickle.dumps(E.A)) is E.A')=='True'
        assert run('from typing import NamedTuple\nclass N(NamedTuple): x: int\nN(1)')=='N(x=1)' and run('__name__ in __import__("sys").modules')=='True'
        assert run('import inspect\ndef f(x):\n    return x\ninspect.getsource(f)')=="'def f(x):\\n    return x\\n'"

def test_print_while_streams_change():
    "`print` in one thread while another begins and ends cells: freeing a stream in use would crash the interpreter"
    res = run_script('print_while_streams_change.py')
    assert (res.returncode,res.stderr)==(0, 'True\n')

# Our own affairs

@pytest.mark.parametrize('sandbox', ['trusted', pytest.param('auto', marks=pytest.mark.skipif(sys.platform!='linux', reason='the sandboxes that are tested here are those of Linux'))])
def test_nothing_of_ours_in_an_error(sandbox):
    "An error is shown with its name and the lines of cells: no module of this package, no path of this machine"
    sh = prep_shell('the context', ScriptedLM(lambda messages: 'yes'), sandbox=sandbox)
    try:
        for code,want in (('FINAL_VAR("nope")', 'MissingVariable: FINAL_VAR(nope)'), ('while True: pass', 'CellTimeout'), ('llm_query()', 'TypeError: ')):
            out = sh.run(code, timeout=.3).output
            assert any(o.startswith(want) for o in out.splitlines()), out
            assert 'rlm' not in out and out.count('File "')==1, out
    finally: sh.close()

def test_small_cells():
    "What a shell makes of the cells that models write on the way"
    with repl() as (sh,run):
        for code,want in (('x = 20\nx;', ''), ('', ''), ('!echo hi', 'hi'), ('%%bash\necho from bash', 'from bash'),
            ('import threading\nt = threading.Thread(target=lambda: print("from a thread")); t.start(); t.join()', 'from a thread'),
            ('import sys; _ = sys.stdout.buffer.write(b"bytes")', 'bytes'), ('import pickle\nclass P: pass\nprint(type(pickle.loads(pickle.dumps(P()))).__name__)', 'P')):
            assert sh.run(code).output.strip()==want, code
        for code,want in (('def f(:', 'SyntaxError'), ('  x\n y', 'IndentationError'), ('import sys; sys.exit(3)', 'SystemExit'), ('exit()', 'ends nothing'), ('"\ud83d"', 'Unicode'),
            ('return 3', 'SyntaxError'), ('context = 1', 'put back'), ('class A:\n    def __repr__(self): raise ValueError("bad")\nA()', 'ValueError: bad')):
            assert want in sh.run(code).output, code
        assert sh.run('a = 1\na\n1/0').output.count('ZeroDivisionError')==1 and sh.run('%%time\n1+1').error is None
        assert sh.run('print("x"*10_000_000)', max_output=100).left_out==10_000_001-100 and 'left out' in sh.run('"y"*10_000_000', max_output=100).output
        assert sh.run('%reset -f\n1').value==1 and sh.run('context').value=='the context'
