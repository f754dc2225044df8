"Whatever fails, and wherever: a run ends with one final item, with the best answer so far, what was paid for, and a trace that says so"
import asyncio,errno,gc,os,random,resource,signal,sys,threading,time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
import pytest
from project import py, root
from rlm.answer import answer_reader, split_final
from rlm.core import RLM, Run
from rlm.driver import Driver, Shared
from rlm.outcome import Outcome, Rules
from rlm.models.background import get_background
from rlm.models.budget import Budget, BudgetExceeded, Limits
from rlm.models.providers import LMError
from rlm.models.scripted import ScriptedLM, call_repl
from rlm.models.usage import usage_of
from rlm.modes import ToolsMode, tool_schema
from rlm.shell import bounds, process
from rlm.shell.lookup import find_var
from rlm.tools import make_run_repl, prep_shell
from rlm.trace import Trace, read_trace

# A run of doubles, each of which can be made to fail

class Unprintable(Exception):
    def __str__(self): raise ValueError('no text')

class Seams:
    "Raises `exc` the `nth` time that the seam called `at` is passed, and remembers how the run stood"
    def __init__(self, at, nth, exc): self.at,self.left,self.exc,self.out,self.best,self.over,self.hit = at,nth,exc,None,None,None,False

    def __call__(self, name, res=None):
        if name==self.at and (not isinstance(self.exc, KeyboardInterrupt) or name=='emit' or threading.current_thread() is threading.main_thread()):
            self.left -= 1
            if not self.left:
                self.hit,self.best,self.over = True,self.out.answer,self.out.over
                raise self.exc
        return res

class Model(ScriptedLM):
    "A model that fails before, at and after a call, and adds up what it sends"
    def __init__(self, replies, seams):
        super().__init__(replies, cost=.01, retries=0)
        self.seams,self.billed = seams,[]

    def __call__(self, *args, **kw):
        self.seams('call')
        return self.seams('called', super().__call__(*args, **kw))

    async def send(self, request):
        self.seams('send')
        r = await super().send(request)
        self.billed.append(usage_of(r))
        return r

    def price(self, sent, got): return self.seams('price', .01)

class TinyShell:
    "A shell without IPython: `exec`, and the last answer that code gave"
    def __init__(self, seams): self.seams,self.user_ns,self.helpers,self.tools,self.lm = seams,{},{},self,None
    def begin(self, scope, child, slots, on_cell, on_output): self.on_cell,self.on_output = on_cell,on_output
    def variables(self): return self.seams('variables', [o for o in self.user_ns if o!='__builtins__'])
    def access(self): return self.seams('access', [dict(what='open', target='/x', denied=True, times=1)])

    def run_repl(self, python_code:str):
        self.seams('run')
        exec(python_code, self.user_ns)
        if self.on_output: self.on_output('written')
        self.on_cell(TinyCell(self.seams))
        return 'done'

class TinyCell:
    "A cell without an error, whose answer may be hard to get at"
    error = None
    def __init__(self, seams): self.seams = seams
    @property
    def final(self): return self.seams('final')

class Traced(Trace):
    def __init__(self, seams):
        super().__init__()
        self.seams = seams

    def add(self, kind, *args, **kw):
        self.seams('trace')
        return super().add(kind, *args, **kw)

class Mode(ToolsMode):
    def read(self, *args, **kw): return self.seams('mode', super().read(*args, **kw))
    def results(self, *args): return self.seams('results', super().results(*args))

places = 'call','called','send','price','variables','access','final','run','trace','mode','results','read','check','warn','emit'
faults = [lambda t=t, a=a: t(*a) for t,*a in ((ValueError, 'a ValueError'), (KeyError, 'k'), (MemoryError,), (RecursionError, 'too deep'), (OSError, errno.ENOSPC, 'No space left on device'), (SystemError, 'AST'),
    (StopIteration,), (StopAsyncIteration,), (asyncio.TimeoutError,), (AssertionError,), (UnicodeDecodeError, 'utf-8', b'x', 0, 1, 'no'), (LMError, 'server', 'down'), (BudgetExceeded, 'tokens', 'none left'),
    (Unprintable,), (RuntimeError, 'x'*10**5), (KeyboardInterrupt,))]
script = ['FINAL ANSWER: Paris?', call_repl('y = 2'), call_repl('y = 2', 'Let me look.'), 'FINAL_VAR(nope)', 'FINAL_VAR(y)']

def double_run(at, nth, exc, stream=False, listens=True):
    "One run in which one seam fails: its items and all that took part"
    seams = Seams(at, nth, exc)
    model,sh,trace = Model(list(script), seams),TinyShell(seams),Traced(seams)
    mode = Mode([dict(type='function', function=dict(name='run_repl'))])
    mode.seams,read = seams,answer_reader(sh)
    rules = Rules(lambda text: (seams('read'), read(text))[1], mode, Limits(steps=8, cost=5), check=lambda v: seams('check', v), warn=lambda: seams('warn'))
    seams.out = out = Outcome([dict(role='system', content='s'), dict(role='user', content='q')])
    shared = Shared(Budget(rules.limits), trace, (lambda e: seams('emit')) if listens else None)
    driver = Driver(out, rules, model, dict(run_repl=sh.run_repl), sh, shared)
    return driver.items(stream),driver,seams,model

def start_fails(at, nth): return at in ('trace','price') and nth==1 or at=='emit' and nth==1 # before anything is paid for, a mistake may be raised

def check_run(items, driver, seams, model, where):
    finals = [o for o in items if isinstance(o, dict) and o.get('type')=='final']
    assert len(finals)==1 and finals[0] is items[-1], where
    f = finals[0]
    assert f['usage'].total_tokens==sum(o.total_tokens for o in model.billed) and f['usage'].calls==len(model.billed), where
    ended = f['stop'] in ('error','interrupted')
    if isinstance(seams.exc, KeyboardInterrupt) and seams.hit and seams.at not in ('send','price') and not seams.over:
        # a listener on the thread that makes calls: the reply that is there is read before the run stops, and may be the answer
        assert f['stop']=='interrupted' or seams.at=='emit' and (f['answer'], f['stop'])==('2', 'final_var'), where
    elif f['stop']=='budget': assert isinstance(seams.exc, BudgetExceeded) and f['limit']=='tokens' and f['answer'] in ('2', seams.best, script[0]), (where, f)
    elif f['stop']=='check': assert seams.at=='check' and (f['answer'], f['value'])==('2', None), (where, f)
    elif not ended: assert (f['answer'], f['value'], f['stop'])==('2', 2, 'final_var'), (where, f)
    best = (seams.best, script[0]) if seams.at=='emit' else (seams.best,)
    if ended and seams.hit: assert f['answer'] in best and (f['stop']=='interrupted' or isinstance(f['error'], Exception) and len(str(f['error']))>2), (where, f)
    answers = [e for e in driver.shared.trace if e.kind=='answer']
    assert len(answers)==1 or seams.at=='trace' and not answers, where
    if answers: assert (answers[0].stop, answers[0].answer)==(f['stop'], f['answer']), where

@pytest.mark.filterwarnings('ignore:What listens')
@pytest.mark.parametrize('part', [*range(3), *(pytest.param(o, marks=pytest.mark.slow) for o in range(3, 20))])
def test_every_seam(part):
    "2,000 seeded runs, with an exception raised at each place where something of ours calls something else"
    r = random.Random(part)
    hits = 0
    for i in range(100):
        at,nth,exc,stream = r.choice(places),r.randrange(1, 9),r.choice(faults)(),r.random()<.2
        if start_fails(at, nth): nth += 1
        if isinstance(exc, KeyboardInterrupt) and at in ('send','price'): at = 'call' # those are on the thread that makes calls, where nobody interrupts
        items,driver,seams,model = double_run(at, nth, exc, stream, r.random()<.5)
        where = f'{part}/{i}: {at} {nth} {type(exc).__name__} stream={stream}'
        check_run(list(items), driver, seams, model, where)
        hits += seams.hit
    assert hits>30

@pytest.mark.parametrize('at', [o for o in places if o not in ('send','price')])
def test_ctrl_c_at_every_seam(at):
    for nth in range(2, 7):
        items,driver,seams,model = double_run(at, nth, KeyboardInterrupt())
        check_run(list(items), driver, seams, model, f'{at} {nth}')

@pytest.mark.parametrize('n', range(1, 9))
def test_nobody_reads_on(n):
    "A caller who stops iterating closes the run: its trace says how it stood, and its budget is closed"
    items,driver,seams,model = double_run('nowhere', 1, None)
    for _,item in zip(range(n), items): pass
    items.close()
    done = [e for e in driver.shared.trace if e.kind=='answer']
    assert len(done)==1 and done[0].stop==('interrupted' if n<8 else 'final_var') and done[0].usage.calls==len(model.billed)
    assert driver.final() is driver.final() and [e.kind for e in driver.shared.trace].count('answer')==1

def test_told_to_end():
    "What ends a process is passed on, with the trace complete"
    items,driver,_,_ = double_run('run', 2, SystemExit(1))
    assert list(items)[-1]['stop']=='final_var' # of a tool it is an error like others
    items,driver,_,_ = double_run('read', 2, SystemExit(1))
    with pytest.raises(SystemExit): list(items)
    assert [e.stop for e in driver.shared.trace if e.kind=='answer']==['interrupted']

def test_thrown_into():
    items,driver,_,_ = double_run('nowhere', 1, None)
    next(items)
    item = items.throw(RuntimeError('from outside'))
    assert (item['type'], item['stop'], str(item['error']), item['answer'])==('final', 'error', 'from outside', '') and not list(items)

@pytest.mark.parametrize('kind', [ZeroDivisionError, asyncio.CancelledError, GeneratorExit])
def test_listener(kind, recwarn):
    "A listener that fails is told of once, and every event still comes"
    heard = []
    def listen(e):
        heard.append(e.kind)
        raise kind('mine')
    with RLM(ScriptedLM([call_repl('print(1)\nx = 2'), 'FINAL_VAR(x)'])).chat('c') as chat: r = chat('q', emit=listen)
    assert (r.value, r.stop)==(2, 'final_var') and heard[-1]=='answer' and 'text' in heard and 'output' in heard
    assert sum(f'{kind.__name__}: mine' in str(o.message) for o in recwarn)==1

@pytest.mark.parametrize('at', ['text','call_started','subcall_ended'])
def test_listener_ends_the_process(at):
    "From the loop that makes calls too, which goes on"
    def listen(e):
        if e.kind==at: raise SystemExit
    rlm = RLM(ScriptedLM([call_repl('x = llm_query("a")', 'Looking.'), 'FINAL_VAR(x)']), sub_model=ScriptedLM(['a']))
    before = get_background()
    with rlm.chat('c') as chat, pytest.raises((SystemExit, KeyboardInterrupt)): chat('q', emit=listen)
    assert rlm.last.stop=='interrupted' and get_background() is before and before.thread.is_alive()

@pytest.mark.parametrize('size', range(200, 6000, 450))
def test_full_disk(size, tmp_path):
    "A disk that is full from some byte on ends the trace, and nothing else"
    soft,hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    rlm = RLM(ScriptedLM([call_repl('x = 1'), 'FINAL_VAR(x)']), trace=tmp_path/'t.jsonl')
    with pytest.warns(UserWarning, match='breaks off here') if size<3000 else pytest.MonkeyPatch.context():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try: r = rlm('c', 'q')
        finally: resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (r.value, r.stop, r.steps)==(1, 'final_var', 2) and [e.kind for e in r.trace].count('answer')==1

def test_reader_and_check_of_the_user():
    def bad(*args): raise ZeroDivisionError('mine')
    r = RLM(ScriptedLM(['It is 1.']*3), final=lambda reply, sh: bad())('c', 'q')
    assert r.answer=='It is 1.' and r.stop=='last_message' and 'mine' in str(r.error)

def by_stream(rlm): return list(rlm.stream('c', 'q'))

def by_async_stream(rlm):
    async def go(): return [e async for e in rlm.stream('c', 'q')]
    return asyncio.run(go())

doors = dict(sync=lambda rlm: rlm('c', 'q'), arun=lambda rlm: asyncio.run(rlm.arun('c', 'q')), stream=by_stream, async_stream=by_async_stream)

@pytest.mark.parametrize('end', [SystemExit, GeneratorExit, asyncio.CancelledError])
@pytest.mark.parametrize('door', doors)
def test_what_is_no_exception(door, end):
    "What a check or a reader raises to end more than the run gets to whoever waits for it, also from another thread, and the run is kept"
    def stop(value): raise end
    rlm = RLM(ScriptedLM(['FINAL ANSWER: 1?', 'FINAL(1)']), final=stop)
    with pytest.raises((end, RuntimeError) if end is GeneratorExit else end): doors[door](rlm)
    assert (rlm.last.stop, rlm.last.answer, rlm.last.usage.calls)==('interrupted', '1', 2) and [e.kind for e in rlm.last.trace].count('answer')==1

@pytest.mark.parametrize('door', doors)
def test_a_run_that_cannot_begin(door, tmp_path):
    "It leaves no worker behind"
    (tmp_path/'file').write_text('x')
    made = []
    def shell(*args, **kw):
        made.append(prep_shell(*args, **kw))
        return made[-1]
    with pytest.raises(ValueError, match='cannot be written'): doors[door](RLM(ScriptedLM(['FINAL(1)']), sandbox=shell, trace=tmp_path/'file'/'t.jsonl'))
    assert len(made)==1 and not made[0].helpers

@pytest.mark.parametrize('broken', ['closed','full','ascii'])
def test_verbose_to_what_fails(broken, tmp_path, recwarn):
    "A stream that takes nothing, or not every letter, is no reason to lose a run"
    out = open(tmp_path/'out' if broken!='full' else '/dev/full', 'w', encoding='ascii', buffering=1)
    if broken=='closed': out.close()
    r = RLM(ScriptedLM(['FINAL ANSWER: é', 'FINAL(é)']))('c', 'q', verbose=out)
    assert (r.answer, r.stop)==('é', 'final') and sum('cannot be shown' in str(o.message) for o in recwarn)==(broken!='ascii')
    if broken=='ascii': assert out.close() or r'FINAL(\xe9)' in (tmp_path/'out').read_text()

@pytest.mark.slow
def test_interrupted_import():
    "Ctrl-C while litellm is imported leaves no half of it in the way of who asks next"
    res = py("""
import os, signal, sys, threading, time
from rlm.models.providers import load_litellm
def hit():
    while 'litellm' not in sys.modules: time.sleep(.01)
    time.sleep(.2)
    os.kill(os.getpid(), signal.SIGINT)
threading.Thread(target=hit).start()
try: load_litellm()
except KeyboardInterrupt: print('hit')
print(callable(load_litellm().acompletion))
""", root)
    assert res.split('\n')[:2]==['hit', 'True']

# What cannot leave the worker

big = "big = 'a'*40_000_000; many = [big, 1]"

def test_too_large(tmp_path):
    "An answer too large for the sandbox comes clipped, with a note in the run, in the trace and for the user; a cell that hands it over is told so"
    path = tmp_path/'t.jsonl'
    with pytest.warns(UserWarning, match='too large to leave'):
        r = RLM(ScriptedLM([call_repl(big), call_repl('FINAL(big)'), 'FINAL(big)']), sandbox='auto', trace=path)('c', 'q')
    assert r.stop=='final' and 900_000<len(r.answer)<1_100_000 and r.value==r.answer and type(r.value) is str
    assert '40,000,000 characters' in str(r.error) and r.usage.calls==3 and 'too large to hand over' in r.messages[-2]['content']
    done = next(e for e in read_trace(path) if e.kind=='answer')
    assert '40,000,000 characters' in str(done.error) and done.variable=='big' and Run.load(path).answer==r.answer

def test_names_tell_why():
    "What a worker cannot hand over comes as text; its `user_ns` raises KeyError for what is missing, and for nothing else"
    sh = prep_shell('c', sandbox='auto')
    try:
        sh.run(big + '\nclass K:\n    def __str__(self): raise KeyError("no")\nk = K()')
        for expr,kind in ('big', 'str'), ('many[0]', 'str'), ('many', 'list'):
            found,problem = answer_reader(sh)(f'FINAL_VAR({expr})')
            assert (found.stop, found.variable, problem)==('final_var', expr, None) and f'a {kind} of 40,000,0' in found.note and len(found.value)<1_100_000
        sh.run('deep = []\nfor i in range(200): deep = [deep]\nme = [1]; me.append(me)')
        assert answer_reader(sh)('FINAL(me)')[0].value=='[1, [...]]' and 'too deep' in answer_reader(sh)('FINAL_VAR(deep)')[0].note
        with pytest.raises(KeyError): sh.user_ns['nothing']
        with pytest.raises(ValueError, match='too large'): sh.user_ns['big']
        with pytest.raises(ValueError): sh.user_ns['k']
        assert sh.user_ns.get('nothing') is None
        sh._w.end()
        with pytest.raises(ConnectionError, match='has ended'): sh.user_ns['big']
        assert 'has ended' in answer_reader(sh)('FINAL(big)')[1]
    finally: sh.close()

@pytest.mark.parametrize('reply', ['FINAL(x)', 'FINAL_VAR(x)'])
def test_dead_worker(reply):
    "A worker that dies after its cell: the model is told, and goes on in a new one; at the last step the run says why there is no answer"
    def late(messages):
        for w in [o for o in process._live if o.process.poll() is None]: # the number of one that has ended may be another's
            with suppress(ProcessLookupError):
                for pid in bounds.process_pids(w.process.pid): os.kill(pid, signal.SIGKILL)
        return reply
    replies = [call_repl('x = 5'), late, call_repl('x = 6'), 'FINAL_VAR(x)']
    def next_reply(messages, left=replies):
        o = left.pop(0)
        return o(messages) if callable(o) else o
    r = RLM(ScriptedLM(next_reply), sandbox='auto')('c', 'q')
    assert (r.value, r.stop)==(6, 'final_var')
    assert any('the process of the REPL has ended' in str(m['content']) for m in r.messages if m['role']=='user')
    replies = [call_repl('x = 5'), late]
    r = RLM(ScriptedLM(lambda ms: next_reply(ms, replies)), sandbox='auto', limits=Limits(steps=2))('c', 'q')
    assert (r.stop, r.answer, r.steps, r.usage.calls)==('max_steps', '', 2, 2) and 'the process of the REPL has ended' in str(r.error)

# Python's own parser

def noisy():
    "Objects whose collection runs Python, as those of many libraries: another thread may then parse in the middle of a parse"
    def look(phase, info): sum(range(30))
    return look

def test_parsing_in_threads():
    "On CPython before 3.11.8 `ast.parse` fails now and then where many threads parse"
    def tool(
        a:int, # One
        b:str='x', # Two
    )->int:
        "Do"
        return a
    bad,old,every,look = [],gc.get_threshold(),sys.getswitchinterval(),noisy()
    expr = 'f"' + '{d[0]}'*200 + '"'
    def work():
        end = time.monotonic()+1
        while time.monotonic()<end:
            try:
                find_var(expr, dict(d=[1, 2]))
                split_final(list[int])[1](str([1]*200))
                tool_schema(tool)
            except BaseException as e: bad.append(e)
    try:
        gc.callbacks.append(look)
        gc.set_threshold(50)
        sys.setswitchinterval(1e-6)
        ts = [threading.Thread(target=work) for _ in range(16)]
        for t in ts: t.start()
        for t in ts: t.join()
    finally:
        gc.callbacks.remove(look)
        gc.set_threshold(*old)
        sys.setswitchinterval(every)
    assert not bad, bad[:3]

@pytest.mark.slow
def test_sixty_four_threads():
    "64 runs at once, tools and look-ups in each"
    def tool(
        a:int, # One
    )->int:
        "Double"
        return 2*a
    rlm = RLM(ScriptedLM(lambda m: 'FINAL_VAR(d["k"])' if len(m)>2 else call_repl('d = dict(k=tool(21))')), tools=[tool])
    with ThreadPoolExecutor(64) as ex: runs = list(ex.map(lambda i: rlm('c', 'q'), range(64)))
    assert [(r.value, r.stop) for r in runs]==[(42, 'final_var')]*64

def test_schemas_are_made_once():
    "The schema of the same code is not made again, and is one's own; other code has another"
    sh = prep_shell('x')
    a,b = (tool_schema(make_run_repl(sh)) for _ in range(2))
    assert a==b and a is not b and a['function'] is not b['function']
    a['function']['name'] = 'changed'
    assert tool_schema(make_run_repl(sh))['function']['name']=='run_repl'
    def tools(default):
        def f(a:int=default)->int:
            "Do"
        return f
    assert [tool_schema(tools(o))['function']['parameters']['properties']['a']['default'] for o in (1, 2)]==[1, 2]
    sh.close()
