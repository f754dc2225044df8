"The trace is the truth: what a run wrote down loads as the run that it was, replays through every fault, holds no secret, and survives whatever the disk or the values do"
import contextlib,json,os,pickle,random,sys,threading,time,warnings
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
import pytest
from doubles import Scene, faults, fork, in_stream, odd, once, replay, resume, sound, totals
from forks import script
from rlm.context.about import _pieces, context_facts
from rlm.core import RLM, LoopOptions, Run, advanced_toolloop
from rlm.models.budget import Limits
from rlm.models.lm import LM
from rlm.models.providers import LMError, load_litellm
from rlm.models.scripted import Fault, ScriptedLM, ScriptedServer, call_repl, completion, say, tool_call
from rlm.models.usage import Usage
from rlm.secrets import redact
from rlm.shell.capture import clip
from rlm.tools import make_run_repl, prep_shell
from rlm.trace import FORMAT, Event, Recording, Trace, TraceFile, read_trace, read_traces, trace_path

def told(e): return type(e).__name__,getattr(e, 'kind', None),redact(str(e))

def facts(run): return run.answer,run.value,run.stop,run.limit,run.steps,str(run.error)

def same(run, path):
    "What is loaded is what was live, field by field and event by event"
    old = Run.load(path)
    for nm in ('answer','value','stop','steps','limit','messages'): assert getattr(old, nm)==getattr(run, nm), nm
    assert told(old.error)==told(run.error)
    assert old.usage==run.usage and dict(old.usage.parts)==dict(run.usage.parts) and old.usage.by('role','model')==run.usage.by('role','model')
    assert [(e.kind, e.id, e.parent, e.depth, e.time) for e in old.trace]==[(e.kind, e.id, e.parent, e.depth, e.time) for e in run.trace]
    assert [vars(e).keys() for e in old.trace]==[vars(e).keys() for e in run.trace]
    for a,b in zip(old.trace, run.trace):
        for nm in ('usage','model','role','of','query','source','content','code','key','last','duration','name','failed'): assert getattr(a, nm, None)==getattr(b, nm, None), (nm, a, b)
        assert clip(getattr(a, 'prompt', ''), 2000)==getattr(b, 'prompt', ''), (a, b)
    sound(run)
    sound(old)
    return old

# Load

many = """a = llm_query_batched(['p1','p2','p1','bad'])
try: llm_query('bad')
except Exception as e: print(type(e).__name__)
llm_query('p1', cache=False)"""

# name -> replies of the root, keywords of the RLM
ends = dict(final=(['FINAL(1)'], {}), final_var=([call_repl('x = {"a": [1, None, True, 2.5]}', 'Looking.'), 'FINAL_VAR(x)'], {}), repl=([call_repl(many), call_repl('FINAL([1, "a", {"b": None}])')], {}),
    last_message=(['Paris it is.', 'Paris.', 'Paris!'], {}), nudged=(['', 'FINAL_VAR(nope)', 'FINAL(ok)'], {}), max_steps=([call_repl('1', 'Perhaps 7.')]*3, dict(limits=Limits(steps=3))),
    budget=([call_repl(many, 'So far.'), 'FINAL(late)'], dict(limits=Limits(calls=5))), errors=([call_repl('1/0')]*2 + ['FINAL(best)'], dict(limits=Limits(errors=2))),
    error=([call_repl('1', 'It may be 42.'), Fault(401, 'no')], {}), odd=([say(None)]*5, {}), rejected=(['FINAL(x)']*4, dict(final=int)),
    fence=(['```repl\nprint(1)\n```\n```repl\n1/0\n```\n```repl\n2\n```', 'FINAL(2)'], dict(mode='fence')), no_tools=([Fault(400, 'tools are not supported here'), '```repl\nx = 5\n```', 'FINAL_VAR(x)'], {}),
    several=([say('two', *(tool_call('run_repl', dict(python_code=o)) for o in ('a = 1', 'a + 1'))), 'FINAL(2)'], {}),
    unbilled=([say('hm', tool_call('run_repl', dict(python_code='1')), usage=False), Fault(500), call_repl('llm_query("q")'), 'FINAL(1)'], {}),
    useless=([Fault(200, body='{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,"total_tokens":14}}'), call_repl('llm_query("q")'), 'FINAL(1)'], {}),
    children=([call_repl('r = rlm_query_batched("What?", ["one","two"]); r'), call_repl('rlm_query("What?", "one") + llm_query("p1")'), 'FINAL(3)'], dict(limits=Limits(depth=2))))

def serve(replies):
    "A server whose root gives `replies`, children look once and answer, `bad` fails and all else is answered"
    left = list(replies)
    def script(messages):
        if messages[0]['role']!='system': return Fault(401, 'bad key') if messages[-1]['content']=='bad' else 'sub answer'
        if messages[1]['content'].startswith('What?'): return call_repl('llm_query(context)') if len(messages)==2 else 'FINAL_VAR(context)'
        return left.pop(0) if len(left)>1 else left[0]
    return ScriptedServer(script)

def quick(server, key='sk-planted0123456789abcdef', **kw):
    m = LM('openai/m', base_url=server.url, api_key=key, **{'retries': 2, 'timeout': 20, **kw})
    m.backoff = .001
    return m

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', ends)
def test_load(name, tmp_path):
    "Every way of ending loads as the run that it was, and replays with and without its context"
    replies,kw = ends[name]
    path,again = tmp_path/'t.jsonl',{k:v for k,v in kw.items() if k=='final'}
    with serve(replies) as server:
        run = RLM(quick(server), **{'mode': 'tools', 'trace': path, **kw})('some text', 'q')
        assert run.usage.total_tokens==server.billed.total_tokens or run.usage.estimated or name=='useless'
        n = len(server.asked)
        assert run.stop==dict(nudged='final', fence='final', no_tools='final_var', several='final', odd='last_message', rejected='last_message', unbilled='final', useless='final', children='final', errors='budget').get(name, name) or name=='rejected'
        old = same(run, path)
        assert sum(o['tokens'] or 0 for o in old.trace.rows() if o['kind'] in ('call','subcall'))==run.usage.total_tokens
        assert len(old.trace.df())==len(old.trace.rows())
        for context in (None, 'some text'):
            r = replay(path, context, **again)
            assert facts(r)==facts(run), (name, context)
            assert totals(r.usage)==totals(run.usage) and {k:totals(v) for k,v in r.usage.parts}=={k:totals(v) for k,v in run.usage.parts}, (name, context)
            assert [m['content'] for m in r.messages if m['role']!='user']==[m['content'] for m in run.messages if m['role']!='user']
        assert len(server.asked)==n

def test_budget_landing_replays(tmp_path):
    "An answer that a variable held at the landing is served too, where no cell runs"
    path = tmp_path/'t.jsonl'
    run = RLM(ScriptedLM([call_repl('x = [1, 2]\n1/0', 'Hm.'), 'FINAL_VAR(x)']), limits=Limits(errors=1), trace=path)('c', 'q')
    assert (run.stop, run.value)==('budget', [1, 2])
    for context in (None, 'c'): assert (r:=replay(path, context)).stop=='budget' and r.value==[1, 2] and r.answer==run.answer

def test_out_of_time_replays(tmp_path):
    "What the clock decided once is not decided again in a replay"
    path = tmp_path/'t.jsonl'
    run = RLM(ScriptedLM([call_repl('import time; time.sleep(.6)', 'So far.'), 'FINAL(now)']), limits=Limits(time=.7), trace=path)('c', 'q')
    assert (run.stop, run.limit, run.answer)==('budget', 'time', 'now')
    r = replay(path)
    assert (r.stop, r.limit, r.answer)==('budget', 'time', 'now')

# Faults

def planted(fault, words):
    "The same fault, whose words give secrets away"
    return replace(fault, message=f'{fault.message} {words}') if isinstance(fault, Fault) and fault.body is None and fault.reply is None else fault

hidden = dict(api_key='sk-planted0123456789abcdef', bare='bareplanted0123456789', header='headerplanted0123456789', url='postgres://me:urlplanted0123@host/db', env='envplanted0123456789')

def test_rows(tmp_path):
    "One row for each thing that happened, in the order of their beginnings"
    with serve(ends['children'][0]) as server: run = RLM(quick(server), mode='tools', limits=Limits(depth=2), trace=tmp_path/'t.jsonl')('c', 'q')
    rows = run.trace.rows()
    kinds = [r['kind'] for r in rows]
    assert [kinds.count(o) for o in ('run','cell','child','answer')]==[1, 5, 3, 1] and (kinds.count('call'), kinds.count('subcall'))==(9, 4)
    assert all(r['duration'] is not None for r in rows if r['kind'] in ('call','cell','child','subcall'))
    df = run.trace.df()
    assert df.index.is_unique and set(df.loc[df['kind']=='child', 'depth'])=={1} and df['tokens'].sum()>=run.usage.total_tokens

every = [*faults, *in_stream, *odd]
# what a file holds of these is what it holds of another row: the same kind of error, or an odd reply that is read the same way
as_others = set('gateway_timeout origin_timeout portal no_body cut_late rate_limit_past request_timeout blank filtered function_call list_arguments wrong_argument surrogate'.split())

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', once(every, as_others))
def test_fault_is_recorded(name, tmp_path, monkeypatch):
    "A run through any fault, anywhere, loads and replays without the server, and its file gives no secret away, not even one that the provider says"
    for nm in ('OTHER_API_KEY', 'SOME_TOKEN'): monkeypatch.setenv(nm, hidden['env'])
    key = 'planted0123456789abcdef' if name=='auth_other_key' else hidden['bare'] if every.index(name)%2 else hidden['api_key'] # as that fault says it
    fault = odd[name][0] if name in odd else (faults | in_stream)[name][0]
    with ScriptedServer(scene:=Scene(planted(fault, ' '.join(hidden.values())))) as server:
        m = LM('openai/some-model', base_url=server.url, api_key=key, timeout=1. if name=='late' else 20, retries=1, extra_headers={'Authorization': f"Bearer {hidden['header']}", 'X-Api-Key': hidden['header']})
        m.backoff = .001
        monkeypatch.delenv('RLM_LIVE')
        for i,(place,times) in enumerate([('first',99), ('middle',1), ('sub',99), ('batch',1)]):
            if name in in_stream and place in ('sub','batch') or name=='late' and i%2: continue
            where,path = f'{name}, {place}, {times}',tmp_path/f'{place}.jsonl'
            scene.place,scene.left,before = place,times,server.billed
            rlm = RLM(m, mode='tools', limits=Limits(steps=6), trace=path)
            if name in in_stream:
                list(stream:=rlm.stream('some text', 'q'))
                run = stream.run
            else: run = rlm('some text', 'q')
            assert run.usage.total_tokens==server.billed.total_tokens-before.total_tokens, where
            text,n = path.read_text(encoding='utf-8'),len(server.asked)
            found = [nm for nm,o in hidden.items() if o in text or o.split('-')[-1].split('@')[0].split(':')[-1] in text]
            assert 'Bearer' not in text and (not found or found==['bare'] and key!=hidden['bare']), f'{where}: {found}' # a key of nobody looks like any word
            same(run, path)
            for context in (None, 'some text'):
                r = replay(path, context)
                assert (r.answer, r.value, r.stop, r.steps, totals(r.usage))==(run.answer, run.value, run.stop, run.steps, totals(run.usage)), f'{where}, {context}'
            assert len(server.asked)==n, where

def test_no_secret_of_a_cell(tmp_path, monkeypatch):
    "What looks like a key, or is one of this process, does not get into the file by what cells print, return or ask, at the start of a line neither"
    for k,v in dict(MY_API_KEY='sk-planted0123456789abcdef', HF_TOKEN='planted-token"é0123', DB='postgres://me:planted-pw@host/db', OPENAI_API_KEY='planted+base64/slash=').items(): monkeypatch.setenv(k, v)
    code = """import os
keys = os.environ
for o in ('MY_API_KEY','HF_TOKEN','DB','OPENAI_API_KEY'): print(keys[o])
print('begin\\nsk-' + 'planted9999999999\\tsk-' + 'planted8888888888')
llm_query('mine: ' + str(dict(keys)))
FINAL({o: keys[o] for o in ('MY_API_KEY','HF_TOKEN','DB','OPENAI_API_KEY')})"""
    run = RLM(ScriptedLM(lambda ms: call_repl(code) if ms[0]['role']=='system' else f'you said {ms[-1]["content"]}'), trace=tmp_path/'t.jsonl')('c', 'q')
    assert run.stop=='repl' and run.value['HF_TOKEN']=='planted-token"é0123'
    text = (tmp_path/'t.jsonl').read_text(encoding='utf-8').replace(json.dumps(code)[1:-1], '')
    lines = [l for l in text.split('\n') if 'planted' in l.replace('planted9999999999\\\\tsk', '').replace("'planted9", '').replace("'planted8", '')]
    parsed = [json.loads(l) for l in lines]
    shown = [d['kind'] for d in parsed if d['kind'] in ('cell_ended','subcall_started','subcall_ended','answer')]
    assert not shown, shown
    assert Run.load(tmp_path/'t.jsonl').stop=='repl'

@pytest.mark.parametrize('key', ['key', 'id', 'none', 'kind', 'EMPTY', 'x', 'sub', 'content'])
def test_a_key_that_is_a_word(key, tmp_path):
    "Servers at home take any word as a key: it changes nothing in the file"
    path = tmp_path/'t.jsonl'
    root = ScriptedLM(lambda ms: 'none, sub, content, key' if ms[0]['role']!='system' else call_repl('llm_query("none, sub, content, key")') if len(ms)==2 else 'FINAL(none, sub, content, key)', api_key=key)
    run = RLM(root, trace=path)('c', 'q')
    assert same(run, path).answer=='none, sub, content, key' and replay(path, 'c').answer==run.answer

@pytest.mark.parametrize('url', ['http://urlplanted0123456789@127.0.0.1:1/v1', 'http://u:urlplanted%2F0123456789@127.0.0.1:1/v1', 'http://127.0.0.1:1/v1?api_key=urlplanted0123456789', 'http://127.0.0.1:1/v1?key=urlplanted0123456789&x=1'])
def test_no_secret_of_a_url(url, tmp_path, monkeypatch):
    "A key may be anywhere in an endpoint's address"
    monkeypatch.delenv('RLM_LIVE')
    run = RLM('openai/m', base_url=url, retries=0, trace=tmp_path/'t.jsonl')('c', 'q')
    assert run.stop=='error' and 'urlplanted' not in (tmp_path/'t.jsonl').read_text()

# Values

odd_values = dict(nan=('float("nan")', True), inf=('[float("inf"), -float("inf")]', True), int=('10**3000', True), huge=('10**5000', False), bytes=('b"\\xff\\x00"', False), set=('{3, 1, 2}', False), tuple=('(1, (2,))', False), keys=('{1: "a", (1, 2): "b", None: 3}', False),
    surrogate=('"a\\ud83d\\u2028\\x85\\x00b\\r\\n"', True), own=('type("A", (), {"__repr__": lambda s: "an A"})()', False), bad=('type("A", (), {"__repr__": lambda s: 1/0})()', False), circle=('(lambda x: x.append(x) or x)([])', False),
    deep=('__import__("functools").reduce(lambda a,_: [a], range(50000), 1)', False), frame=('__import__("pandas").DataFrame(dict(a=[1, 2]))', False), array=('__import__("numpy").arange(3)', False), call=('llm_query', False), error=('ValueError("no")', False),
    evil=('type("D", (dict,), {"items": lambda s: 1/0})(a=1)', False), module=('__import__("os")', False), large=('"x" * 10_000_000', True))

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', odd_values)
def test_odd_values(name, tmp_path):
    "Whatever FINAL is given, the file stays whole and says how the run ended"
    code,whole = odd_values[name]
    path = tmp_path/'t.jsonl'
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        run = RLM(ScriptedLM([call_repl(f'FINAL({code})', 'Here.')]), trace=path)('c', 'q')
    assert run.stop=='repl' and run.trace.problem is None
    old = Run.load(path)
    assert (old.stop, old.answer, old.steps, totals(old.usage))==('repl', run.answer, 1, totals(run.usage))
    assert [e.kind for e in old.trace]==[e.kind for e in run.trace]
    if whole: assert repr(old.value)==repr(run.value)
    assert replay(path, 'c').stop=='repl' and replay(path).answer==run.answer

def test_long_prompts(tmp_path):
    "A prompt of 10 MB is written down once, quickly, and found again"
    path = tmp_path/'t.jsonl'
    def script(ms): return f'read {len(ms[0]["content"])}' if ms[0]['role']!='system' else call_repl('a = llm_query(context)\na') if len(ms)==2 else 'FINAL_VAR(a)'
    context = 'https://a.b/c gh hf_ sk- lorem é ipsum\n' * 260_000
    start = time.process_time()
    run = RLM(lm:=ScriptedLM(script), trace=path)(context, 'q')
    took = time.process_time()-start
    print(f'10 MB prompt: {took:.2f} s, file of {path.stat().st_size/1e6:.1f} MB')
    assert run.answer==f'read {len(context)}' and path.stat().st_size<1.2*len(context.encode())+20_000 and took<10
    n = len(lm.asked)
    assert resume(path, context, model=lm).answer==run.answer and len(lm.asked)==n

def test_cost_and_size(tmp_path):
    "A step costs the same at the end as at the beginning, in time and in the file, and a trace costs little"
    path,n = tmp_path/'t.jsonl',200
    def script(ms): return call_repl(f'print("{"x"*500}")\nlen(context)', 'y'*200) if sum(m['role']=='assistant' for m in ms)<n-1 else 'FINAL(1)'
    run = RLM(ScriptedLM(script), limits=Limits(steps=n), trace=path)('some text', 'q')
    lines = path.read_text().splitlines()
    sizes = [len(l) for l in lines]
    third = len(sizes)//3
    assert run.steps==n and sum(sizes[2*third:])<1.1*sum(sizes[third:2*third]) and max(sizes)<20_000, 'the history is repeated'
    trace,start = Trace().write_to(TraceFile(tmp_path/'u.jsonl', {})),time.perf_counter()
    for i in range(2000): trace.add('cell_started', code='x'*500)
    each = (time.perf_counter()-start)/2000
    start = time.perf_counter()
    read_trace(path)
    print(f'{each*1e6:.0f} µs an event; {sum(sizes)/n:.0f} bytes a step; read in {time.perf_counter()-start:.3f} s')
    assert each<.002

def test_reading_many_calls_is_quick(tmp_path):
    "A replay looks at each event a few times, not once for each cell"
    path,n = tmp_path/'t.jsonl',100
    def script(ms):
        if ms[0]['role']!='system': return 'ok'
        i = sum(m['role']=='assistant' for m in ms)
        return call_repl(f'r = llm_query_batched([f"{{i}} of {i}" for i in range(20)])') if i<n-1 else 'FINAL(1)'
    run = RLM(ScriptedLM(script), limits=Limits(steps=n), trace=path)('some text', 'q')
    start = time.perf_counter()
    r = replay(path)
    took = time.perf_counter()-start
    print(f'replay of {len(run.trace)} events in {took:.2f} s')
    assert totals(r.usage)==totals(run.usage) and took<5

# While it is written

def test_readable_at_every_moment(tmp_path):
    "Whoever reads along sees a run that grows and never an error; the last line may be half"
    path,seen,stop = tmp_path/'t.jsonl',[],threading.Event()
    def script(ms): return f'ok {ms[0]["content"]}' if ms[0]['role']!='system' else call_repl('r = llm_query_batched([f"{len(history)} {i}" + "x"*3000 for i in range(8)])') if len(ms)<30 else 'FINAL(1)'
    def reader():
        while not stop.is_set():
            if not path.exists() or not path.stat().st_size: continue
            try: seen.append((len(read_trace(path)), Run.load(path).stop))
            except Exception as e: seen.append((e, ''))
    t = threading.Thread(target=reader)
    t.start()
    try: run = RLM(ScriptedLM(script), trace=path)('c', 'q')
    finally:
        stop.set()
        t.join()
    bad = [o for o in seen if isinstance(o[0], Exception)]
    assert not bad and len(seen)>5 and [o[0] for o in seen]==sorted(o[0] for o in seen), bad[:3]
    same(run, path)

def test_cut_at_every_byte(tmp_path):
    "A file that was cut anywhere is read as far as it goes"
    path,cut = tmp_path/'t.jsonl',tmp_path/'cut.jsonl'
    run = RLM(ScriptedLM([call_repl('x = "é\\n"; x', 'Søme text.'), 'FINAL_VAR(x)']), trace=path)('c', 'q')
    data,sizes = path.read_bytes(),[]
    head = data.index(b'\n')+1
    for n in [*range(head, len(data), 37), *range(len(data)-40, len(data)+1)]:
        cut.write_bytes(data[:n])
        sizes.append(len(Run.load(cut).trace))
    assert sizes==sorted(sizes) and sizes[-1]==len(run.trace)
    for n in (0, 1, head//2):
        cut.write_bytes(data[:n])
        with pytest.raises(ValueError, match='no trace'): Run.load(cut)

def test_threads_of_a_cell(tmp_path):
    "Threads that call at once leave each line whole"
    path = tmp_path/'t.jsonl'
    code = """import threading
got = []
ts = [threading.Thread(target=lambda i=i: got.extend(llm_query(f'{i} {j}' + 'x'*9000) for j in range(6))) for i in range(12)]
for t in ts: t.start()
for t in ts: t.join()
FINAL(len(got))"""
    run = RLM(ScriptedLM(lambda ms: call_repl(code) if ms[0]['role']=='system' else 'ok'), trace=path)('c', 'q')
    assert run.value==72 and same(run, path).usage.calls==73 and replay(path, 'c').value==72

def test_runs_at_once_in_one_folder(tmp_path, monkeypatch):
    "RLM_TRACE names a folder, whatever it looks like; each run has a file of its own there, at the same moment too"
    for folder in (tmp_path/'plain', tmp_path/'with.dot'):
        monkeypatch.setenv('RLM_TRACE', str(folder))
        def go(i): runs.append((i, RLM(ScriptedLM([call_repl(f'x = {i}'), f'FINAL({i})']))('c', 'q')))
        runs,ts = [],[threading.Thread(target=go, args=(i,)) for i in range(6)]
        for t in ts: t.start()
        for t in ts: t.join()
        files = sorted(folder.iterdir())
        assert len(files)==6 and sorted(Run.load(p).answer for p in files)==[str(i) for i in range(6)]
        for i,run in runs: assert Run.load(run.trace.path).answer==str(i)

def test_folders_at_once(tmp_path):
    "Many runs that begin at the same moment make the folder of their traces once"
    old,failed = sys.getswitchinterval(),[]
    sys.setswitchinterval(1e-6)
    def go(path):
        try: TraceFile(path, {}).close()
        except ValueError as e: failed.append(e)
    try:
        for i in range(60):
            ts = [threading.Thread(target=go, args=(tmp_path/f'{i}/a/b/{n}.jsonl',)) for n in range(8)]
            for t in ts: t.start()
            for t in ts: t.join()
    finally: sys.setswitchinterval(old)
    assert not failed, failed[0]

def test_full_disk(tmp_path):
    "A disk that is full ends no run: one warning says that the trace breaks off, and the run says it too"
    (path:=tmp_path/'full.jsonl').symlink_to('/dev/full')
    with pytest.warns(UserWarning, match='breaks off') as w: run = RLM(ScriptedLM([call_repl('x = 1'), 'FINAL_VAR(x)']), trace=path)('c', 'q')
    assert run.value==1 and isinstance(run.trace.problem, OSError) and len(w)==1 and len(run.trace)>6

@pytest.mark.parametrize('path', ['/dev/null/x.jsonl', '/proc/nowhere/x.jsonl', '/dev/null/folder'])
def test_unwritable(path):
    "A path that can hold no file is told before anything is asked"
    with pytest.raises(ValueError, match='cannot be written'): RLM(lm:=ScriptedLM(['FINAL(1)']), trace=path)('c', 'q')
    assert not lm.asked

@pytest.mark.parametrize('data', [b'line one\nline two', b'{"a": 1}', b'\x00\xff\xfe', b'{"a": 1}\n', b'x'*100_000, b'\n\n'])
def test_a_file_of_mine_is_left_alone(data, tmp_path):
    "A file that is no trace is refused and keeps every byte"
    (path:=tmp_path/'notes.txt').write_bytes(data)
    with pytest.raises(ValueError, match='no trace'): RLM(lm:=ScriptedLM(['FINAL(1)']), trace=path)('c', 'q')
    assert path.read_bytes()==data and not lm.asked

# Files that are none

model = dict(model='m', base_url=None, params={})
more = dict(sub=None, limits={}, own=[], mode='tools', prompts={}, final=None, context=None)
header = json.dumps(dict(kind='header', format=FORMAT, time=1., packages={}, run='a', root=model, **more))
no_traces = dict(empty=b'', blank=b'\n\n', binary=bytes(range(256))*20, png=b'\x89PNG\r\n\x1a\n' + b'\0'*99, text=b'hello\nworld\n', json=b'{"a": 1}', list=b'[1, 2]\n', csv=b'a,b\n1,2\n', jsonl=b'{"text": "x"}\n{"text": "y"}\n', kind=b'{"kind": "x"}\n',
    bare_header=b'{"kind": "header"}\n', deep=b'['*100_000 + b'\n', deep_dict=b'{"a":'*100_000, odd_format=b'{"kind": "header", "format": "one"}\n', null_format=b'{"kind": "header", "format": null}\n', number=b'1'*9000 + b'\n', event=f'{header}\n{{"kind": "cell_started"}}\n{{}}\n'.encode(),
    half_event=f'{header}\n{{"kind": "cell_started"}}\n'.encode(), middle=f'{header}\n{{"kind": "ce\n{header}\n'.encode(), utf16='{"kind": "header"}\n'.encode('utf-16'), newer=json.dumps(json.loads(header) | dict(format=FORMAT+1)).encode() + b'\n', newer_bare=b'{"kind": "header", "format": 99}\n')

@pytest.mark.parametrize('name', no_traces)
def test_no_trace(name, tmp_path):
    "One sentence says what is wrong with the file"
    (path:=tmp_path/'t.jsonl').write_bytes(no_traces[name])
    for f in (Run.load, read_trace, read_traces, replay, lambda p: resume(p, 'c'), lambda p: fork(p, step=1)):
        with pytest.raises(ValueError) as e: f(path)
        assert type(e.value) is ValueError and str(path) in str(e.value) and '\n' not in str(e.value) and len(str(e.value))<300 + len(str(path))
        if 'newer' in name: assert 'newer rlm' in str(e.value)

def test_no_file(tmp_path):
    "A file that is missing, or a folder, is told in a sentence too"
    for p in (tmp_path/'nope.jsonl', tmp_path, str(tmp_path/'nope.jsonl')):
        with pytest.raises(ValueError, match='cannot be read'): Run.load(p)

def test_later_fields_are_kept(tmp_path):
    "Fields and kinds that a later rlm adds do not trouble this one"
    path = tmp_path/'t.jsonl'
    run = RLM(ScriptedLM([call_repl('1'), 'FINAL(1)']), trace=path)('c', 'q')
    lines = [json.loads(l) | dict(later=[1]) for l in path.read_text().splitlines()]
    for d in lines:
        if d.get('usage'): d['usage'] |= dict(later_tokens=5)
    lines.insert(3, dict(kind='later', id=999, parent=1, depth=0, time=1.))
    path.write_text(''.join(json.dumps(d) + '\n' for d in lines))
    assert Run.load(path).answer==run.answer and replay(path).answer==run.answer and Run.load(path).trace.rows()

# What a header says

def test_header(tmp_path):
    "Format, packages, model, parameters and what the context was, which is not copied there: its first look stands in the first message alone"
    path = tmp_path/'t.jsonl'
    RLM(ScriptedLM(['FINAL(1)'], temperature=.5, max_tokens=9, extra_headers={'Authorization': 'Bearer planted', 'X-Team': 'a'}), trace=path)('needle in the context', 'q')
    h = json.loads(path.read_text().splitlines()[0])
    assert h['format']==FORMAT and {'python','rlm','litellm','ipython'}<=h['packages'].keys() and h['root']['model']=='scripted'
    assert h['root']['params']==dict(temperature=.5, max_tokens=9, extra_headers={'X-Team': 'a'}) and h['context']==context_facts('needle in the context') and h['context']['size']==21
    header,*rest = path.read_text().splitlines()
    assert 'needle' not in header and 'planted' not in header + ''.join(rest)

def test_toolloop_writes_too(tmp_path):
    "`advanced_toolloop` with a trace writes the same kind of file"
    path,sh = tmp_path/'t.jsonl',prep_shell('some text', model=(lm:=ScriptedLM(lambda ms: 'sub' if ms[0]['role']!='system' else call_repl('a = llm_query_batched(["x","y"])') if len(ms)==2 else 'FINAL_VAR(a)')))
    item = list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model=lm, options=LoopOptions(trace=path)))[-1]
    sh.close()
    old = Run.load(path)
    assert (old.answer, old.stop, old.usage, old.steps)==(item['answer'], item['stop'], item['usage'], item['steps'])
    sound(old)
    assert replay(path).value==replay(path, 'some text').value==item['value']==['sub','sub']

# Where a trace is written, and who can read it

def mode(p): return oct(p.stat().st_mode & 0o777)

@pytest.mark.parametrize('umask', [0o000, 0o022, 0o077])
def test_for_its_owner_alone(umask, tmp_path, monkeypatch):
    "Files 0600 and new folders 0700 whatever the umask, from the first byte on; what is there keeps its mode"
    old = os.umask(umask)
    try:
        (there:=tmp_path/'there').mkdir(0o755)
        for o in (tmp_path/'a'/'b'/'t.jsonl', there/'t.jsonl'):
            RLM(ScriptedLM('FINAL(1)'), trace=o)('c', 'q')
            assert mode(o)=='0o600'
        monkeypatch.setenv('RLM_TRACE', str(tmp_path/'env'/'runs'))
        run = RLM(ScriptedLM('FINAL(1)'))('c', 'q')
    finally: os.umask(old)
    assert mode(run.trace.path)=='0o600' and mode(tmp_path/'env')==mode(tmp_path/'env'/'runs')==mode(tmp_path/'a')==mode(tmp_path/'a'/'b')=='0o700' and mode(there)==oct(0o755 & ~umask)
    (mine:=tmp_path/'mine.jsonl').touch()
    mine.chmod(0o640)
    RLM(ScriptedLM('FINAL(1)'), trace=mine)('c', 'q')
    assert mode(mine)=='0o640' and Run.load(mine).answer=='1'

def test_path_of_a_folder(tmp_path, monkeypatch):
    "`.` is a folder like any other"
    monkeypatch.chdir(tmp_path)
    for o in ('.', './', '..', Path('.')): assert trace_path(o).suffix=='.jsonl' and trace_path(o).parent==Path(o), o
    run = RLM(ScriptedLM('FINAL(1)'), trace='.')('c', 'q')
    assert [p.name for p in tmp_path.iterdir()]==[run.trace.path.name] and Run.load(run.trace.path).answer=='1'
    monkeypatch.setenv('RLM_TRACE', '.')
    assert trace_path(None).parent==Path('.')
    monkeypatch.setenv('RLM_TRACE', '')
    assert trace_path(None) is None

@pytest.mark.parametrize('path', ['', True, False, 0, 5, [], b'x', object(), 'a\0b.jsonl'])
def test_no_path(path):
    "What is no path is told before anything is asked"
    with pytest.raises(ValueError, match='trace='): RLM(lm:=ScriptedLM('FINAL(1)'), trace=path)('c', 'q')
    assert not lm.asked

@pytest.mark.parametrize('path', ['x'*5000, 'file.txt/below/t.jsonl', 'closed/t.jsonl', 'round.jsonl'])
def test_a_path_that_cannot_be(path, tmp_path):
    "A folder that cannot be made, a name that cannot be had: a sentence, and nothing is asked"
    (tmp_path/'file.txt').write_text('mine')
    (tmp_path/'round.jsonl').symlink_to(tmp_path/'round.jsonl')
    (tmp_path/'closed').symlink_to('/proc/nowhere')
    with pytest.raises(ValueError, match='cannot be written') as e: RLM(lm:=ScriptedLM('FINAL(1)'), trace=str(tmp_path/path))('c', 'q')
    assert not lm.asked and len(str(e.value))<500

def test_two_writers(tmp_path):
    "A file that another process is writing is not written to; when that is over, or was killed, it can be taken up"
    path = tmp_path/'t.jsonl'
    with script('open_trace.py', path) as p:
        try:
            assert p.stdout.readline()=='here\n'
            with pytest.raises(ValueError, match='being written by another'): RLM(lm:=ScriptedLM('FINAL(1)'), trace=path)('c', 'q')
            assert not lm.asked and len(read_trace(path))==1
        finally: p.kill()
    assert RLM(lm, trace=path)('c', 'q').answer=='1' and len(read_traces(path))==2

@pytest.mark.skipif(not hasattr(os, 'geteuid') or os.geteuid()!=0, reason='needs another user')
def test_planted(tmp_path):
    "Where everybody may write, a file or a link of somebody else is not written to"
    (open_to_all:=tmp_path/'tmp').mkdir()
    open_to_all.chmod(0o1777)
    (goal:=tmp_path/'goal.jsonl').touch()
    (file:=open_to_all/'file.jsonl').touch()
    (link:=open_to_all/'link.jsonl').symlink_to(goal)
    for o in (file, link): os.chown(o, 12345, 12345, follow_symlinks=False)
    for o in (file, link):
        with pytest.raises(ValueError, match='somebody else'): RLM(lm:=ScriptedLM('FINAL(1)'), trace=o)('c', 'q')
        assert not lm.asked and not goal.read_text() and not file.read_text()
    os.chown(link, 0, 0, follow_symlinks=False)
    assert RLM(lm, trace=link)('c', 'q').answer=='1' and Run.load(goal).answer=='1', 'a link of my own'

# Secrets, wherever they stand

def planted_value(r, secrets, deep=0):
    "Data with secrets in it: in texts, in names, as numbers, beside escapes"
    def word():
        s = r.choice(secrets) if r.random()<.4 else r.choice(['a', 'plain text', 'é\u2028', '"', '\\', '\n', '12345', '\\u00e9'])
        return r.choice(['', '\n', '\t', '\\n', '\\', '"', ' ', '{"a": "', '\u00e9 ', '\x00', 'x=']) + s + r.choice(['', '\n', '"', '\\', '"}', ' ', '\\n'])
    how = r.randrange(8 if deep<3 else 5)
    if how<3: return word()
    if how==3: return int(secrets[0]) if r.random()<.5 else r.randrange(10**6)
    if how==4: return json.dumps({word(): word()}, ensure_ascii=r.random()<.5)
    if how==5: return {word(): planted_value(r, secrets, deep+1) for _ in range(2)}
    return r.choice([list, tuple])(planted_value(r, secrets, deep+1) for _ in range(3))

def found(o, secrets):
    "The secrets that stand in plain data, in JSON within JSON too"
    texts = json.dumps(o),json.dumps(o, ensure_ascii=False),repr(o)
    each = [s for s in _strings(o)]
    return [s for s in secrets if any(s in t for t in texts) or any(s in t or json.dumps(s)[1:-1] in t for t in each)]

def _strings(o):
    if isinstance(o, str): yield o
    elif isinstance(o, dict):
        for k,v in o.items(): yield from (*_strings(k), *_strings(v))
    elif isinstance(o, (list,tuple)):
        for v in o: yield from _strings(v)
    else: yield str(o)

@pytest.mark.parametrize('seeds', [range(60), pytest.param(range(60, 500), marks=pytest.mark.slow)])
def test_no_secret_anywhere(seeds, tmp_path):
    "500 seeds of secrets at random places: none is in the file, each line is JSON and an event, and what was no secret is as it was"
    secrets = ['8731650924','sk-planted0123456789abcd','my "quoted" key','back\\slash-key1','two\nlines-key','schlüssel-geheim','tab\tand key ü']
    hits = 0
    for seed in seeds:
        r = random.Random(seed)
        path = tmp_path/f'{seed}.jsonl'
        trace = Trace().write_to(TraceFile(path, dict(run='1', root=dict(model='m', params=dict(stop=planted_value(r, secrets))), context=None), secrets))
        start = trace.add('run_started')
        value = planted_value(r, secrets)
        trace.add('child_started', parent=start.id, query=planted_value(r, secrets), key='k'*32)
        trace.add('cell_started', parent=start.id, name='run_repl', code=str(value))
        trace.add('answer', parent=start.id, answer=str(value), value=value, stop='final', limit=None, error=ValueError(str(value)), usage=Usage(calls=1), steps=1)
        trace.close()
        for line in path.read_text(encoding='utf-8').split('\n')[:-1]: assert not (f := found(json.loads(line), secrets)), (seed, f, line)
        back = read_trace(path)
        assert [e.kind for e in back]==[e.kind for e in trace] and Run.load(path).stop=='final' and back[1].key=='k'*32
        hits += bool(found(value, secrets))
        if not found(value, secrets): assert back[-1].answer==str(value)
        path.unlink()
    assert hits>.4*len(seeds), 'the test plants nothing'

def test_a_run_with_a_secret_is_taken_up_again(tmp_path):
    "What was asked with a secret in it is answered from the file, which does not hold it"
    path,key = tmp_path/'t.jsonl','my "quoted" key-0123456789'
    def script(ms): return 'sub ' + ms[-1]['content'] if ms[0]['role']!='system' else call_repl(f'a = llm_query("with " + {key.split()[0]!r} + " " + {" ".join(key.split()[1:])!r}); len(a)') if len(ms)==2 else 'FINAL(1)'
    RLM(m:=ScriptedLM(script, api_key=key), trace=path)('c', 'q')
    text = path.read_text()
    assert json.dumps(key)[1:-1] not in text and key not in text
    n = len(m.asked)
    assert resume(path, 'c', model=m).answer=='1' and len(m.asked)==n

# What is served again

def section(*children):
    "A trace of a run with a cell that starts these child runs, each of which asks one question: (its key, ended?)"
    trace = Trace()
    trace.header = dict(limits={})
    cell = trace.add('cell_started', parent=trace.add('run_started').id)
    for key,ended in children:
        child = trace.add('child_started', parent=cell.id, depth=1, key=key)
        asked = trace.add('subcall_started', parent=trace.add('cell_started', parent=child.id, depth=1).id, depth=2, key='k', prompt='the same question')
        trace.add('subcall_ended', parent=asked.parent, depth=2, of=asked.id, usage=Usage(calls=1), error=None, reply=dict(content='yes'), source='live', role='sub', model='m')
        if ended: trace.add('child_ended', parent=cell.id, depth=1, of=child.id, answer=key, stop='final', usage=Usage(calls=1), source='live')
    return trace

def test_each_answer_is_served_once():
    "Two child runs asked the same; the second one was cut off and made again in another section. Served whole, both bring their answers with them, and none is left for a third"
    recording = Recording([section(('a', True), ('b', False)), section(('a', True), ('b', True))])
    for key in 'ab':
        child = recording.take_child(key)
        assert child.end.answer==key and recording.usage_of(child).calls<=1
    assert recording.take_child('a') is None and recording.take_sub('k') is None

# Memory

class Echo(LM):
    "Answers at once and keeps nothing"
    calls_tools,window = True,None
    async def send(self, request):
        ms = request['messages']
        r = self.root(ms) if ms[0]['role']=='system' else 'read'
        return load_litellm().ModelResponse(**completion(r, [], self.model))

@pytest.mark.parametrize('file', [True, False])
def test_memory(file, tmp_path):
    "Sub-calls of 200,000 characters each: what a run keeps of them is a few thousand of each; the file has all of it"
    lm,n = Echo('m'),40
    lm.root = lambda ms: call_repl(f'for i in range({n}): llm_query(f"{{i}} " + "x"*200_000)') if len(ms)==2 else 'FINAL(1)'
    path = tmp_path/'t.jsonl' if file else None
    run = RLM(lm, trace=path)('c', 'q')
    assert run.usage.calls==n+2 and len([e for e in run.trace if e.kind=='subcall_started'])==n
    assert sum(len(e.prompt) for e in run.trace if e.kind=='subcall_started')<n*(2100 if file else 20_100)
    if file: assert path.stat().st_size>n*200_000 and max(len(e.prompt) for e in read_trace(path) if e.kind=='subcall_started')>200_000

def test_what_is_cut_in_memory(tmp_path):
    "Long texts of sub-calls and child runs, not the history and the answer of the run itself"
    def script(ms):
        if ms[0]['role']!='system': return 'r'*50_000
        if ms[1]['content'].startswith('What'): return 'FINAL(' + 'c'*50_000 + ')'
        return call_repl('a = llm_query("p"*50_000)\nb = rlm_query("What" + "q"*50_000, "piece")') if len(ms)==2 else 'FINAL(' + 'f'*50_000 + ')'
    for path in (tmp_path/'t.jsonl', None):
        run = RLM(ScriptedLM(script), limits=Limits(depth=2), trace=path)('c', 'q')
        most = 2000 if path else 20_000
        assert len(run.answer)==50_000==len(run.trace[-1].answer) and all(len(str(vars(e)))<3*most+4000 for e in run.trace if e.depth)
        assert any('characters left out' in str(vars(e)) for e in run.trace)
        if path:
            full = read_trace(path)
            assert max(len(e.prompt) for e in full if e.kind=='subcall_started')==50_000==len(next(e for e in full if e.kind=='child_ended').answer)
            assert replay(path, 'c').answer==run.answer

def test_many_subcalls_in_memory():
    "Of a run with thousands of sub-calls the file has all, and memory a line of each"
    written = []
    trace = Trace().write_to(SimpleNamespace(path='t.jsonl', header={}, problem=None, write=lambda d: written.append(len(str(d))), close=lambda: None))
    for i in range(1100):
        e = trace.add('subcall_started', depth=1, prompt='p'*3000)
        trace.add('subcall_ended', depth=1, of=e.id, reply=dict(content='r'*3000))
    assert min(written)>3000 and len(trace)==2200
    assert [len(trace[i].prompt)<300 for i in (0,1998,2000,2198)]==[False,False,True,True]==[len(trace[i+1].reply['content'])<300 for i in (0,1998,2000,2198)]
    assert len(trace.add('cell_ended', of=trace.add('cell_started').id, content='', value='v'*3000).value)>2000, 'all else stays as it was'

def test_many_subcalls_are_read_when_asked(tmp_path):
    "Of sub-calls after the first 1,000 memory has the place in the file, in a run and in one that is read; what they say is what was written"
    path = tmp_path/'run.jsonl'
    trace = Trace().write_to(TraceFile(path, dict(run='r', root=dict(model='m'), context=None)))
    said = dict(usage=Usage(3, 4, calls=1, cost=.5), error=None, source='live', role='sub', model='m')
    for i in range(1010):
        e = trace.add('subcall_started', depth=1, key=f'k{i}', prompt=f'{i} ä '+'p'*300)
        trace.add('subcall_ended', depth=1, of=e.id, reply=dict(content=f'{i}'), **said)
    read = read_trace(path)
    for t in (trace, read):
        assert [type(o).__name__ for o in (t[1999], t[2000], t[-1])]==['Event','StoredEvent','StoredEvent'] and len(t)==2020
        begin,end = t[-2:]
        assert (begin.prompt, begin.key, begin.kind, end.reply, end.of)==('1009 ä '+'p'*300, 'k1009', 'subcall_started', dict(content='1009'), begin.id)
        assert end.usage==said['usage'] and end.error is None and end.duration>=0 and begin!=end and not hasattr(begin, 'of') and 'prompt' in vars(begin)
        assert pickle.loads(pickle.dumps(begin))==begin==Event(**vars(begin)) and t.rows()[-1]['cost']==.5
    assert [vars(e).keys() for e in trace]==[vars(e).keys() for e in read]
    read,other,lines = read_trace(path),read_trace(path),path.read_bytes()
    path.write_bytes(lines.replace(b'1008', b'1007').replace(b'"id": 2017', b'"id": 9999')) # somebody else's now
    assert read[-4].kind=='subcall_started' and read[-4].prompt=='' and not read.rows()[-2]['text'] and read[-3].reply=={'content': '1007'}
    path.unlink()
    assert other[-10].prompt=='' and len(other.rows())==1010

def test_context_is_read_only_where_it_is_needed():
    "Without a trace nobody looks for the digest of a child's context"
    class Text(str):
        def __getitem__(self, i): raise AssertionError('it was read')
    with pytest.raises(AssertionError, match='it was read'): list(_pieces(Text('x')))
    assert context_facts(Text('x'), digest=False)==dict(kind='Text', size=1, sha256=None)
    lm = ScriptedLM(lambda ms: 'FINAL(child)' if ms[1]['content'].startswith('What?') else call_repl('r = rlm_query("What?", "piece")') if len(ms)==2 else 'FINAL_VAR(r)')
    run = RLM(lm, limits=Limits(depth=2))('c', 'q')
    assert run.value=='child' and [e.context['sha256'] for e in run.trace if e.kind=='child_started']==[None]

class OddError(Exception):
    kind,limit = 5,{'a': 1}
    def __str__(self): raise RuntimeError('no text')

# name -> what happens in a run
# chkstyle: ignore-node
odd_runs = dict(error=dict(reply=OddError()), kind=dict(reply=LMError(['odd'], 'no')), tokens=dict(reply=say('hm', usage=dict(prompt_tokens=-5, completion_tokens=9, total_tokens=4))), reasoning=dict(reply=say('FINAL(1)', reasoning_content=['x', {}])),
    role=dict(query=[dict(role=5, content=dict(a=1))]), roles=dict(query=[dict(role='developer', content=[dict(type='text', text='q')])]), sub=dict(reply=call_repl('llm_query([dict(role=7, content=object())])')))

@pytest.mark.parametrize('name', odd_runs)
def test_what_is_written_can_be_read(name, tmp_path):
    "However odd a server, an exception or a question is, the reader of traces takes what their writer wrote"
    o = dict(reply='FINAL(1)', query='q') | odd_runs[name]
    with contextlib.suppress(Exception): RLM(ScriptedLM(lambda ms: o['reply']), limits=Limits(steps=3), trace=tmp_path/'t.jsonl')('c', o['query'])
    old = Run.load(tmp_path/'t.jsonl')
    assert old.trace and old.trace.rows()
