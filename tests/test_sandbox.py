"Cells that attack and cells that anybody writes, in each kind of sandbox; what becomes of a worker that is ill-treated; and that nothing is left behind"
import asyncio,contextlib,json,os,random,re,signal,socket,struct,subprocess,sys,threading,time,zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from doubles import gifts, quick_model
from forks import run_script,script
from machine import below,gone,linux,no_bwrap
from project import none
from rlm.core import advanced_toolloop
from rlm.models.lm import LM
from rlm.models.providers import LMError
from rlm.models.scripted import Fault, ScriptedLM, ScriptedServer, call_repl
from rlm.shell._values import BadFrame, decode
from rlm.shell._wire import FROM_HOST, FROM_WORKER, Link
from rlm.tools import make_run_repl, prep_shell

here = Path(__file__).parent
ENV = 'sk-canary-ENV-7f3a'

def skip(backend):
    if backend=='strict' and (why:=no_bwrap()): pytest.skip(why)

def sub_model(messages): return f"sub:{messages[-1]['content']}"

def shell(backend, context='some text', **kw): return prep_shell(context, model=ScriptedLM(sub_model), **(dict(sandbox=backend) if backend else {}), **kw)

# Attacks

def attack(backend, file, *more):
    """Results of the cells in `file`, run in a process of their own; where bubblewrap is not found, `auto` is a worker that locks itself in.
    Attacks run in a new interpreter: what /proc tells of its environment is to be what it was given. Cells that anybody writes, and attacks on the wall, do not care."""
    env = {'CANARY_API_KEY': ENV, 'OPENAI_API_KEY': ENV, **({'PATH': '/nowhere'} if backend=='auto' else {})}
    if file.name in ('ordinary.jsonl','walls.jsonl'): res = run_script(here/'attacks.py', backend, file, *more, env=env, timeout=600, quick=True)
    else: res = subprocess.run([sys.executable, str(here/'attacks.py'), backend, str(file), *more], env={**os.environ, **env}, capture_output=True, text=True, timeout=600)
    assert res.returncode==0, (res.stdout+res.stderr)[-3000:]
    got = json.loads(res.stdout.splitlines()[-1])
    assert backend=='trusted' or ('bubblewrap, with' in got['backend'])==(backend=='strict'), got['backend']
    return got['results']

def judge(got, backend):
    "Fails with each attack that reached something; without a mount namespace, whether a path exists can be seen"
    none((f"{o['name']}: {'; '.join(o['bad'])}" for o in got if o['bad'] and not (backend=='auto' and o['kind']=='path-existence')), f'In the sandbox {backend!r}:')

parts = 3
kinds = 'secret-env,secret-memory,prompt-injection,path-existence,fs-read,fs-write,network,process,signals,kernel' # those that must not reach anything; the others use much of something

@linux
@pytest.mark.parametrize('backend', ['auto','strict'])
def test_isolation(backend):
    "None of our attacks on keys, files, network and processes reaches anything"
    skip(backend)
    got = attack(backend, here/'attacks.jsonl', '--kinds', kinds)
    assert len(got)>100
    judge(got, backend)

@linux
@pytest.mark.slow
@pytest.mark.parametrize('part', range(parts))
@pytest.mark.parametrize('backend', ['auto','strict'])
def test_attacks(backend, part):
    "Nor does any other"
    skip(backend)
    got = attack(backend, here/'attacks.jsonl', '--part', f'{part}/{parts}')
    assert len(got)>100
    judge(got, backend)

@linux
@pytest.mark.parametrize('backend', ['auto', pytest.param('strict', marks=pytest.mark.slow)])
def test_walls(backend):
    "Nor do those on what passes the wall: values of arguments, and threads that go on between cells"
    skip(backend)
    with ThreadPoolExecutor(3) as pool: # most of them wait
        got = [o for part in pool.map(lambda i: attack(backend, here/'walls.jsonl', '--kinds', 'arguments,between', '--part', f'{i}/3'), range(3)) for o in part]
    assert len(got)>70
    judge(got, backend)

@linux
@pytest.mark.slow
@pytest.mark.parametrize('backend', ['auto','strict'])
def test_host(backend):
    "Nor do those on the memory and the threads of this process"
    skip(backend)
    judge(attack(backend, here/'walls.jsonl', '--kinds', 'host'), backend)

@linux
@pytest.mark.parametrize('backend', ['auto','strict'])
def test_more_attacks(backend):
    "Nor do those in the folder that RLM_ATTACKS names, in the same form"
    if not (d:=os.environ.get('RLM_ATTACKS')): pytest.skip('RLM_ATTACKS names no folder with more attacks')
    skip(backend)
    for p in sorted(Path(d).glob('*attacks*.jsonl')): judge(attack(backend, p), backend)

@linux
def test_harness_can_fail():
    "In process, where there is no boundary, the same harness finds that nearly all harmless attacks succeed"
    got = attack('trusted', here/'attacks.jsonl', '--harmless')
    found = [o['name'] for o in got if o['bad']]
    assert len(got)>100 and len(found)>.85*len(got), sorted({o['name'] for o in got}-{*found})
    kinds = {o['kind'] for o in got if o['bad']}
    assert kinds>={'secret-env','secret-memory','fs-read','fs-write','network','process','signals','budget','final','prompt-injection','path-existence'}, kinds

# What anybody writes

@pytest.mark.parametrize('backend', ['trusted', pytest.param('auto', marks=linux), pytest.param('strict', marks=[linux, pytest.mark.slow])])
def test_ordinary(backend):
    "Cells of every kind do what they should, with the exact output, as they do in process"
    skip(backend)
    judge(attack(backend, here/'ordinary.jsonl'), backend)

# Whole runs

def items(backend, url, context, query):
    "What the loop of the quick start yields, and the last item"
    sh = prep_shell(context, model=LM('openai/m', base_url=url, api_key='sk-planted0123456789abcdef', retries=0), **(dict(sandbox=backend) if backend else {}))
    res = list(advanced_toolloop(query, tools=[make_run_repl(sh)], sh=sh, max_steps=6))
    ns = sh.user_ns.get('answer')
    sh.close()
    port = url.split(':')[-1].split('/')[0] # each server has its own
    return [json.loads(json.dumps(o if isinstance(o, dict) else o.choices[0].message.model_dump()).replace(port, 'PORT')) for o in res[:-1]],res[-1],ns

@linux
@pytest.mark.parametrize('backend', ['auto','strict'])
def test_quick_start(backend):
    "The loop gives the same messages, answer and usage as in process"
    skip(backend)
    context = 'Agamemnon offers Achilles seven tripods and ten talents of gold. '*5000
    runs = []
    for b in (None,backend):
        with ScriptedServer(quick_model) as server: runs.append(items(b, server.url, context, 'What gifts?'))
    (mine,last,ns),(theirs,end,ns2) = runs
    assert theirs==mine and ns2==ns==gifts
    assert {k:end[k] for k in ('answer','stop','steps','value')}=={k:last[k] for k in ('answer','stop','steps','value')}
    assert end['usage'].total_tokens==last['usage'].total_tokens==server.billed.total_tokens

queries = dict(
    sub="try: answer = llm_query('bad')\nexcept Exception as e: answer = f'failed: {e.kind}: {e}'\nanswer",
    batch="r = llm_query_batched(['a','bad','c'])\nanswer = [type(r).__name__, r[0], r[2], r[1].startswith('[ERROR'), getattr(getattr(r[1], 'error', None), 'kind', r[1])]\nanswer",
    uncaught="answer = 1\nllm_query('bad')", long="answer = 2\nllm_query('y'*5_000_000)")

@pytest.mark.one_in(2)
@linux
@pytest.mark.parametrize('name,fault', dict(quota=Fault(429, 'quota', code='insufficient_quota'), server=Fault(500), drop=Fault(drop='before'), html=Fault(502, body='<html>Bad gateway</html>'),
    window=Fault(400, "This model's maximum context length is 8192 tokens", code='context_length_exceeded'), auth=Fault(401, 'Incorrect API key provided: sk-planted0123456789abcdef')).items())
def test_fault(name, fault):
    "A sub-call that fails looks to the cell, and to the model, as it does in process, in words of our own; no key is shown"
    def ours(items): return [o and re.sub(r'((?:failed: \w+|LMError):) .*', r'\1', o) for o in (o.get('content') for o in items)] # without what the provider said
    asked = [v for k,v in queries.items() if k!='long' or name=='quota'] # what is too long is so whatever the server does
    def script(messages):
        if messages[0]['role']!='system': return fault if messages[-1]['content']=='bad' else 'ok'
        n = sum(m['role']=='assistant' for m in messages)
        return call_repl(asked[n]) if n<len(asked) else 'FINAL_VAR(answer)'
    runs = []
    for b in (None,'auto'):
        with ScriptedServer(script) as server:
            runs.append(items(b, server.url, 'some text', 'q'))
            assert 'sk-planted' not in str(runs[-1]) and 'sk-planted' not in str(server.asked)
    (mine,last,ns),(theirs,end,ns2) = runs
    assert ours(theirs)==ours(mine) and 'failed: ' in str(ours(theirs))
    assert (end['stop'],str(end['value'])[:30],str(ns2)[:30])==(last['stop'],str(last['value'])[:30],str(ns)[:30])

@linux
def test_broken_worker_in_a_run():
    "A run whose cells kill their worker goes on: the model is told, and what it does next works"
    cells = ['x = 41\ncontext[:4]', 'import os; os._exit(0)', 'import ctypes; ctypes.string_at(0)', 'while True:\n    try: 1/0\n    except BaseException: pass', 'print(len(context), llm_query("ping"))']
    def model(messages):
        if messages[0]['role']!='system': return 'pong'
        n = sum(m['role']=='assistant' for m in messages)
        return call_repl(cells[n]) if n<len(cells) else 'FINAL(done)'
    sh = prep_shell('some text', model=ScriptedLM(model), sandbox='auto')
    res = list(advanced_toolloop('q', tools=[make_run_repl(sh, timeout=1)], sh=sh, max_steps=9))
    sh.close()
    outs = [o['content'] for o in res if isinstance(o, dict) and o.get('role')=='tool']
    assert res[-1]['answer']=='done' and len(outs)==5 and outs[0]=="'some'" and outs[4]=='9 pong', outs
    assert 'A new one was started' in outs[1] and 'A new one was started' in outs[2] and ('took too long' in outs[3] or 'took longer' in outs[3]), outs

# Nothing is left behind

ways = 'exit','exception','sys_exit','ctrl_c','kill','cell','evil','fork','os_exit'

@linux
@pytest.mark.parametrize('backend,ways', [('auto', ways[:5]), ('auto', ways[5:]), ('strict', ('exit','evil','kill'))], ids=['auto-1','auto-2','strict'])
def test_no_orphans(backend, ways, tmp_path):
    "However the host ends, its workers end with it, and their folders with all that ends in good order"
    skip(backend)
    ps = {}
    for way in ways:
        (tmp_path/way).mkdir()
        ps[way] = script('host_that_ends.py', backend, way, env=dict(TMPDIR=tmp_path/way), stdin=subprocess.PIPE)
    bad = []
    try:
        for way,p in ps.items():
            if p.stdout.readline()!='READY\n': raise AssertionError(p.stderr.read()[-2000:])
            time.sleep(.1)
            if len(workers:=below(p.pid))<2: bad.append(f'{way}: only {len(workers)} workers')
            if way in ('kill','cell','evil'): p.kill()
            elif way=='ctrl_c': p.send_signal(signal.SIGINT)
            else: p.communicate('\n', timeout=15)
            p.wait(15)
            if way=='ctrl_c' and 'LOST' in p.stdout.read(): bad.append('ctrl_c: the variables are lost')
            if left:=gone(workers): bad.append(f'{way}: {left} left')
            if way not in ('kill','cell','evil','os_exit') and (files:=[o.name for o in (tmp_path/way).iterdir()]): bad.append(f'{way}: {files} left in the temporary folder')
    finally:
        for p in ps.values():
            p.kill()
            p.communicate()
    none(bad)

# What becomes of a worker

both = pytest.mark.parametrize('backend', ['auto','strict'])

@linux
@both
def test_killed(backend):
    "kill -9 of the worker: idle, in a cell, in a call to the host, while it starts. The next cell works, with what had been kept"
    skip(backend)
    called = threading.Event()
    def slow(): called.set() or time.sleep(1)
    sh = shell(backend, tools=[slow])
    def kill(): os.kill(sh._w.process.pid, signal.SIGKILL)
    def works(out):
        assert 'context' in out and ('SIGKILL' in out or 'ended' in out), out
        assert sh.run('len(context), llm_query("ping"), x').value==(9, 'sub:ping', 1)
    sh.run('x = 1')
    time.sleep(.1) # it is kept in a pause
    kill()
    time.sleep(.1)
    works(sh.run('x').output)
    threading.Timer(.3, kill).start()
    works(sh.run('while True: pass', timeout=10).output)
    threading.Thread(target=lambda: called.wait(10) and kill(), daemon=True).start()
    works(sh.run('slow()', timeout=10).output)
    mine = {p for p,_ in below(sh._w.process.pid)}|{sh._w.process.pid}
    for _ in range(3): # the worker that is kept warm, at any point of its start
        for p,_ in below(os.getpid()):
            with contextlib.suppress(OSError): # gone already
                if p not in mine and b'_worker' in Path(f'/proc/{p}/cmdline').read_bytes(): os.kill(p, signal.SIGKILL)
        other = shell(backend)
        assert other.run('len(context)').value==9
        other.close()
    assert sh.run('x').value==1
    sh.close()

@linux
def test_what_is_lost():
    "The model is told which variables are back and which are not; the files of the scratch folder stay"
    sh = shell('auto')
    sh.run("import threading, json\nx = {'a': [1]}; lock = threading.Lock(); g = (i for i in x)\ndef f(n): return n+len(x)\nopen('notes.txt','w').write('kept')")
    sh.run('y = f(1)')
    time.sleep(.2)
    out = sh.run('import os; os._exit(3)').output
    back,lost = out.split('back:')[1].split(';')[0],out.split('lost:')[1]
    assert all(o in back for o in ('x','y','f')) and 'lock' in lost and 'g' in lost, out
    assert sh.run('x, y, f(5), open("notes.txt").read(), len(context)').value==({'a': [1]}, 2, 6, 'kept', 9)
    assert 'NameError' in sh.run('lock').output
    assert sh.user_ns['x']=={'a': [1]} and sh.user_ns.get('lock') is None and {'x','y'}<=set(sh.variables())
    sh.close()

@linux
def test_never_blocks():
    "A worker that stands still after its cell, or eats its own channel, is found out without a time limit too"
    start,sh = time.monotonic(),shell('auto')
    for code in ('import os; os.closerange(3,256)', "import gc,socket\nfor o in gc.get_objects():\n    if type(o) is socket.socket: o.close()",
        'globals()[3] = 1', 'import builtins; builtins.isinstance = lambda *a: True', 'import signal; signal.raise_signal(signal.SIGSTOP)'):
        t = threading.Thread(target=sh.run, args=(code,), daemon=True)
        t.start()
        t.join(20)
        assert not t.is_alive(), code
        time.sleep(.3)
        box = []
        t = threading.Thread(target=lambda: box.append(sh.run('len(context)').output), daemon=True)
        t.start()
        t.join(20)
        assert not t.is_alive() and box[0].endswith('9'), (code, box)
    sh.close()
    assert time.monotonic()-start<40

@linux
def test_fork():
    "A child that the host forks, and that ends in the usual way, takes no worker with it"
    sh = shell('auto')
    sh.run('x = 5')
    assert run_script('fork_with_sandbox.py').stdout=='5 1\n'
    sh.close()

# What can be handed over

@linux
def test_contexts():
    "Text of 50 MB, bytes, lists, dicts, tables and arrays arrive as they were; what cannot be sent is refused in a sentence"
    import numpy as np, pandas as pd
    text = ('Agamemnon, naïve 日本語 🎉\n'*2_000_000)[:50_000_000]
    sh = shell('auto', text)
    assert sh.run("import zlib\nlen(context), zlib.crc32(context.encode())").value==(len(text), zlib.crc32(text.encode()))
    sh.close()
    frame = pd.DataFrame(dict(a=[1,2], b=['x',None], c=pd.to_datetime(['2024-01-01',None]), d=[.5,float('nan')], e=pd.Categorical(['u','v']), f=[True,False]),
        index=pd.Index([10,20], name='i'))
    mixed,odd_keys = [1,'a',None,2.5,[True]],{'a':{'b':[1]}, 3:(1,2), '$':'v'}
    documents = ['é'*20_000, ('short', '日'*16_385), {'$': b'\xff\x00'*50_000}]
    for value,code,want in ((b'\x00\xff'*1000, 'type(context).__name__, len(context), context[:2]', ('bytes', 2000, b'\x00\xff')), (mixed, 'context', mixed), (documents, 'context', documents), (odd_keys, 'context', odd_keys),
        ({1,2}, 'context', {1,2}), ('', 'context', ''), ('a\ud800b', 'ascii(context)', "'a\\ud800b'"), (None, 'context is None', True),
        (np.arange(6).reshape(2,3), 'context.shape, context.sum().item(), str(context.dtype)', ((2,3), 15, 'int64')),
        (frame, '[str(o) for o in context.dtypes], context.index.name, context.values.tolist()[0][:2]', ([str(o) for o in frame.dtypes], 'i', [1,'x']))):
        sh = shell('auto', value)
        assert sh.run(code).value==want, (code, sh.run(code).output)
        if value is frame: assert sh.run('import os; os._exit(1)').output and sh.run(code).value==want # sent again
        w = sh._w
        sh.close()
        assert not w.sent # the context is let go of, whoever still holds the shell
    for bad in (object(), [object()], threading.Lock()):
        with pytest.raises(TypeError, match='cannot be sent'): shell('auto', bad)

@linux
def test_calls():
    "Calls of a cell's threads are served at once, in and out of order, with errors where they belong; own tools take data, and other names cannot be called"
    def slow(i, *, wait=.6):
        time.sleep(wait)
        if i==3: raise KeyError('three')
        return {'i': i, 'ok': (True, None)}
    sh = shell('auto', tools=dict(slow=slow, LIMIT=[1,{'a':2}]))
    start = time.monotonic()
    r = sh.run("from concurrent.futures import ThreadPoolExecutor as X\ndef one(i):\n    try: return slow(i)['i']\n    except KeyError as e: return str(e)\nwith X(16) as x: r = list(x.map(one, range(16)))\nr", timeout=20)
    assert r.value==[*range(3), "'three'", *range(4,16)], r.output
    assert time.monotonic()-start<6 # one after another they take ten
    assert sh.run('LIMIT').value==[1,{'a':2}] and sh.run('slow(1, wait=0)["ok"]').value==(True, None)
    assert 'TypeError' in sh.run('slow()').output and 'TypeError' in sh.run('slow(1, nope=2)').output and 'cannot be sent' in sh.run('slow(object())').output
    assert 'TypeError' in sh.run("llm_query('x', api_base='http://127.0.0.1:9')").output and 'not offered' in sh.run("llm_query('x', model='other')").output
    sh.close()

@linux
def test_threads_of_calls():
    "A thread serves one call after the other, one that was interrupted no more, and with the worker they end"
    def there(): return {o for o in threading.enumerate() if o.name=='rlm-call'}
    others = there()
    over = threading.Event()
    sh = shell('auto', tools=dict(thread=threading.get_ident, stuck=lambda: over.wait(60)))
    assert len(set(sh.run('[thread() for _ in range(50)]').value))<50
    sh.run('stuck()', timeout=.5)
    assert sh.run('from concurrent.futures import ThreadPoolExecutor as X\nwith X(32) as x: r = list(x.map(lambda i: thread(), range(200)))\nlen(r)').value==200
    sh.close()
    over.set()
    end = time.monotonic()+20
    while there()-others and time.monotonic()<end: time.sleep(.02)
    assert not there()-others

@linux
def test_calls_end_with_their_cell():
    "Sub-calls of a cell that ran out of time, died or was closed do not go on at your expense"
    class Slow(ScriptedLM):
        began = 0
        async def send(self, request):
            Slow.began += 1
            await asyncio.sleep(.2)
            return await super().send(request)
    sh = prep_shell('c', model=Slow('sub'), sandbox='auto')
    sh.run('llm_query("warm")')
    for code in ("llm_query_batched(['slow']*3000)", "from concurrent.futures import ThreadPoolExecutor as X\nwith X(8) as x: list(x.map(llm_query, ['slow']*3000))",
        "import threading,os,time\nthreading.Thread(target=llm_query_batched, args=(['slow']*3000,)).start(); time.sleep(.4); os._exit(1)"):
        sh.run(code, timeout=1)
        time.sleep(.5)
        n = Slow.began
        time.sleep(.6)
        assert Slow.began-n<=8, (code, n, Slow.began) # those that had been sent for
    sh.close()

@linux
def test_pool():
    "The next shell is there at once, and has nothing of the one before it"
    a = shell('auto')
    a.run("secret_of_a = 1; open('left.txt','w').close()")
    time.sleep(1) # while the next one starts
    start = time.monotonic()
    b = shell('auto', 'other')
    first = b.run('import os; len(context), "secret_of_a" in globals(), os.path.exists("left.txt")')
    took = time.monotonic()-start
    assert first.value==(5, False, False), first.output
    assert took<.5, f'{took:.3f} s' # the aim is .05; the rest is for a busy machine
    a.close()
    assert b.run('context').value=='other'
    b.close()

# Frames

def odd(rng):
    "Something that is no frame, or one that nobody expects"
    def value(depth=0):
        kind = rng.randrange(12 if depth<3 else 8)
        if kind>=10: return {rng.choice(['op','id','value','$','v','x','name']): value(depth+1) for _ in range(rng.randrange(4))}
        if kind>=8: return [value(depth+1) for _ in range(rng.randrange(4))]
        return [None, True, rng.randrange(-9,10**6), 1e400, float('nan'), '\ud800', 'done', 10**rng.randrange(400)][kind]
    def framed(b, n=None): return struct.pack('>I', len(b) if n is None else n)+b
    kind = rng.randrange(8)
    if kind==0: return rng.randbytes(rng.randrange(1, 60))
    if kind==1: return framed(rng.randbytes(rng.randrange(1, 60)))
    if kind==2: return struct.pack('>I', rng.choice([0, 2**31, 2**32-1]))+b'{}'
    if kind==3: return framed(b'['*rng.choice([10, 1000, 100_000])+b']'*rng.randrange(3))
    if kind==4: return framed(rng.choice([b'null', b'3', b'"op"', b'[]', b'{}', b'{"op":3}', b'{"op":null}', b'\0', b'\0piece', b'{"op":"x"', b'9'*5000]))
    if kind==5: return framed(json.dumps(dict(op=rng.choice(['done','out','call','ready','run','x']), id=value(), value=value(), args=value(), name=value())).encode())[:-rng.randrange(1, 9)]
    return framed(json.dumps({**dict(op=rng.choice(['nope','\0','DONE'])), **(v if isinstance(v:=value(), dict) and 'op' not in v else {})}).encode())

@pytest.mark.parametrize('sends,receives', [(FROM_HOST,FROM_WORKER), (FROM_WORKER,FROM_HOST)], ids=['host','worker'])
def test_malformed_frames(sends, receives):
    "Of 250 malformed frames each end makes an error that it expects, or a frame with an unknown `op`; none takes long"
    rng,start = random.Random(7),time.monotonic()
    for _ in range(250):
        near,far = socket.socketpair()
        data = odd(rng)
        with near,far:
            far.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1<<20)
            far.sendall(data)
            far.shutdown(socket.SHUT_WR)
            link = Link(near, sends, receives)
            try:
                while True:
                    f = link.receive(2)
                    assert f is not None, data[:50]
                    if isinstance(f, dict): decode(f)
            except (BadFrame, EOFError, ConnectionError): pass
    assert time.monotonic()-start<20

def test_slow_reader():
    "Who reads nothing, or a little at a time, holds up nobody for longer than the patience of the link: not the thread that sends, and not those that wait for their turn"
    for pause in (.03, 9):
        near,far = socket.socketpair()
        near.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack('ll', 0, 400_000))
        link,over,failed = Link(near, patience=.4),threading.Event(),[]
        def read():
            while not over.wait(pause): far.recv(5000)
        def send(**kw):
            try: link.send(op='x', **kw)
            except OSError as e: failed.append(e)
        threads = [threading.Thread(target=o) for o in (read, lambda: send(text='y'*4_000_000), lambda: (time.sleep(.1), send()))]
        start = time.monotonic()
        for t in threads: t.start()
        for t in threads[1:]: t.join(10)
        took = time.monotonic()-start
        over.set()
        assert len(failed)>=1 and took<4, (pause, failed, took)
        near.close()
        far.close()

@linux
def test_malformed_frames_end_the_worker():
    "Sent by a cell, or by the host, they end the worker at most; the next cell works"
    rng,sh = random.Random(11),shell('auto')
    for i in range(12):
        data = odd(rng)
        if i%2:
            code = f"import gc; [o for o in gc.get_objects() if type(o).__name__=='Worker'][0].link.sock.sendall({data!r})"
            sh.run(code, timeout=1)
        else:
            sh._w.link.sock.sendall(data)
            sh.run('1', timeout=1)
        if 'ping' not in sh.run('llm_query("ping")', timeout=5).output: assert 'sub:ping' in sh.run('llm_query("ping")', timeout=5).output, data
    sh.close()

@linux
def test_refused():
    "A sandbox that cannot be had is refused in a sentence with the choices; nothing else is taken in its place"
    for kind,says in (('strict','bubblewrap'), ('Auto','auto'), ('none','auto')):
        out = run_script('refused_sandbox.py', kind, env=dict(PATH='/nowhere'), quick=True).stdout
        assert out.startswith('SandboxError') and says in out and 'trusted' in out and len(out.splitlines())==1, out

def test_failed_query_comes_back():
    "A failed sub-call is a value like any other: shown, kept, given as the answer"
    lm = ScriptedLM(lambda messages: LMError('refused', 'no') if messages[-1]['content']=='bad' else 'yes', retries=0)
    sh = prep_shell('c', model=lm, sandbox='auto')
    try:
        cell = sh.run('r = llm_query_batched(["a","bad",None])\nr')
        assert cell.error is None and [o[:16] for o in cell.value]==['yes','[ERROR refused: ','[ERROR bad_reque'], cell.output
        final, = sh.run('FINAL_VAR("r")').final
        assert final[1].startswith('[ERROR refused') and sh.user_ns['r'][0]=='yes'
    finally: sh.close()
