"A trace that somebody sends commands nothing: no code of it runs here, no key and no text goes where it says, no file is made, and what is no trace is refused in a sentence"
import copy,json,os,random,socket,threading
from functools import partial
import pytest
from rlm import rerun
from rlm.cli import main
from rlm.core import RLM, Run
from rlm.models.budget import Limits
from rlm.models.lm import LM
from rlm.models.scripted import Fault, ScriptedLM, ScriptedServer, call_repl, tool_call, say
from rlm.trace import read_trace, read_traces

KEY = 'sk-canary0123456789abcdef'

class Listener:
    "An attacker's server: all that is sent to it"
    def __enter__(self):
        self.got,self.sock = b'',socket.create_server(('127.0.0.1', 0))
        self.url = f'http://127.0.0.1:{self.sock.getsockname()[1]}/v1'
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def listen(self):
        while True:
            try: conn,_ = self.sock.accept()
            except OSError: return
            with conn:
                conn.settimeout(1)
                try: self.got += b'connected ' + conn.recv(65536)
                except OSError: pass

    def __exit__(self, *exc): self.sock.close()

def made(folder, cut=True):
    "A trace with cells, sub-calls, a child run, an error and messages; without its last step"
    path = folder/'good.jsonl'
    left = [call_repl('a = llm_query("Who? " + context)\na', 'Looking.'), say('two', *(tool_call('run_repl', dict(python_code=o)) for o in ('b = a.upper()', '1/0'))), call_repl('r = rlm_query("What?", "piece")'),
        call_repl('try: llm_query("bad")\nexcept Exception as e: print(e)'), 'FINAL_VAR(b)']
    def script(ms):
        if ms[0]['role']!='system': return Fault(401, 'no') if ms[-1]['content']=='bad' else 'Ada'
        if ms[1]['content'].startswith('What?'): return call_repl('llm_query(context)') if len(ms)==2 else 'FINAL(child)'
        return left.pop(0)
    with ScriptedServer(script) as server:
        run = RLM(LM('openai/gpt-4o', base_url=server.url, retries=0), mode='tools', limits=Limits(depth=2), trace=path)('some text', 'Who wrote it?')
    assert run.answer=='ADA'
    lines = [json.loads(l) for l in path.read_text().splitlines()]
    lines[0]['root']['base_url'] = None
    lines[0]['sub'] = lines[0]['root'] = dict(lines[0]['root'], base_url=None)
    return lines[:max(i for i,d in enumerate(lines) if d['kind']=='call_started')] if cut else lines

@pytest.fixture(scope='module')
def good(tmp_path_factory): return made(tmp_path_factory.mktemp('good'))

@pytest.fixture(scope='module')
def whole(tmp_path_factory): return made(tmp_path_factory.mktemp('whole'), False)

def write(path, lines):
    path.write_text(''.join(json.dumps(d) + '\n' for d in lines))
    return path

def at(lines, kind, n=0): return [d for d in lines if d['kind']==kind][n]

@pytest.fixture
def outside(tmp_path, monkeypatch):
    "A key in the environment, an attacker's server, and nobody's leave to do anything"
    monkeypatch.setenv('OPENAI_API_KEY', KEY)
    monkeypatch.setenv('RLM_SANDBOX', 'auto')
    monkeypatch.chdir(tmp_path)
    (tmp_path/'doc.txt').write_text('some text')
    with Listener() as o: yield o

def doors(path):
    "Every way to take a run up again: three that may call a model, and two that may not"
    forks,replays = ([partial(f, path, c, **kw) for c in ('some text', None)] for f,kw in ((rerun.fork, dict(step=2)), (rerun.replay, {})))
    return [partial(rerun.resume, path, 'some text'), *forks, *reversed(replays)]

def tried(f):
    "What came of it: a run, or the sentence of a ValueError; nothing else may come"
    try: return f()
    except ValueError as e:
        s = str(e)
        assert s and '\n' not in s and s.isprintable() and len(s)<700, s
        return s

# What a header may not say: name -> a change of the header. `url` is the attacker's, `file` a path of its choice

def params(**kw): return lambda h, url, file: h['root'].update(params={k: v(url, file) if callable(v) else v for k,v in kw.items()})
def head(**kw): return lambda h, url, file: h.update(kw)
def root(**kw): return lambda h, url, file: h['root'].update({k: v(url, file) if callable(v) else v for k,v in kw.items()})
def sub(**kw): return lambda h, url, file: h.update(sub=dict(h['root'], **{k: v(url, file) if callable(v) else v for k,v in kw.items()}))
def limits(**kw): return lambda h, url, file: h['limits'].update(kw)
def to(url, file): return url
def there(url, file): return file

# chkstyle: ignore-node
headers = dict(sandbox=params(sandbox='trusted'), shell=params(shell='rlm.shell.ipython:ReplShell'), trace=params(trace=there), base_url=params(base_url=to), api_base=params(api_base=to), api_key=params(api_key='x'), headers=params(extra_headers={'Host': 'a'}),
    body=params(extra_body={'a': 1}), query=params(extra_query={'a': '1'}), fallbacks=params(fallbacks=['openai/gpt-4o']), litellm_fallbacks=params(fallbacks=[dict(model='openai/x', api_base='http://127.0.0.1:1')]), tools=params(tools=[]), final=params(final='(.*)'),
    limits_as_params=params(limits=None), mode_as_params=params(mode='fence'), prompts_as_params=params(prompts={}), timeout=params(timeout=1e9), retries=params(retries=10**6), concurrency=params(concurrency=10**6), callbacks=params(callbacks=['a.b']),
    provider=params(custom_llm_provider='custom'), mock=params(mock_response='FINAL(x)'), model_list=params(model_list=[{}]), many=params(n=10_000), cache=params(cache=dict(type='redis')), metadata=params(metadata={}), verify=params(ssl_verify=False),
    proxies=params(proxies=to), nan=params(max_tokens=float('nan')), negative=params(max_tokens=-10**9), no_number=params(temperature='hot'), true=params(max_tokens=True), huge=params(max_completion_tokens=10**30), object=params(stop={'a': 1}),
    effort=params(reasoning_effort='a b\n'), positional=params(self=1), model_twice=params(model='openai/gpt-4o'), dunder=params(__class__='x'), no_params=root(params=[1]), root_url=root(base_url=to), root_url_here=root(base_url='http://127.0.0.1:9/v1'),
    root_url_user=root(base_url='http://localhost:x@a.example/v1'), root_url_odd=root(base_url=5), sub_url=sub(base_url=to), sub_params=sub(params=dict(sandbox='trusted')), sub_model=sub(model='replicate/somebody/own'), replicate=root(model='replicate/somebody/own'),
    huggingface=root(model='huggingface/somebody/own'), url_as_model=root(model=to), proxy=root(model='litellm_proxy/gpt-4o'), listed_elsewhere=root(model='replicate/gpt-4o'), nobody=root(model='no-such-model'), no_model=root(model=''), list_as_model=root(model=['a']),
    mode=head(mode='trusted'), modes=head(mode=['tools']), prompts=head(prompts=dict(system=5)), prompts_list=head(prompts=[]), no_prompts=head(prompts=None), limits=head(limits=None), limits_list=head(limits=[]), steps=limits(steps='many'), steps_true=limits(steps=True),
    steps_nan=limits(steps=float('nan')), steps_negative=limits(steps=-1), steps_huge=limits(steps=10**40), cost=limits(cost=float('inf')), cost_negative=limits(cost=-1.), time=limits(time=[1]), depth=limits(depth=1.5), run=head(run=5), run_list=head(run=[]), question=head(question='x'),
    own=head(own='all'), own_items=head(own=[1]), own_tools=head(own=['delete']), final_name=head(final=5), final_missing=head(final='\x1b[2J<function>'), tools_odd=head(tools={'a': 1}), tools_own=head(tools=['run_repl','\x1b]52;c;x\x07']), context=head(context='x'),
    context_kind=head(context=dict(kind='\x1b[2J', size=1, sha256='0')), context_none=head(context=None), format=head(format=True), format_huge=head(format=10**400), format_text=head(format='1'), packages=head(packages=5))

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', headers)
def test_headers(name, good, outside, tmp_path, capsys):
    "Refused in a sentence before anything is asked, run or written, by every door that could call a model; replayed it is only read"
    lines,file = copy.deepcopy(good),tmp_path/'made'/'by.jsonl'
    headers[name](lines[0], outside.url, str(file))
    path = write(tmp_path/'t.jsonl', lines)
    before = path.read_bytes()
    for f in doors(path)[:2 if name.startswith('context_') else 3]: assert isinstance(tried(f), str), f
    tried(doors(path)[3])
    assert main(['resume', str(path), 'doc.txt'])==2
    err = capsys.readouterr().err
    assert 'Traceback' not in err and '\x1b' not in err and KEY not in err
    assert not outside.got and path.read_bytes()==before and sorted(o.name for o in tmp_path.iterdir())==['doc.txt', 't.jsonl']

def test_named_again(good, tmp_path, monkeypatch):
    "What a file may not say, the caller may: the address, the model, parameters; and the key goes there"
    lines = copy.deepcopy(good)
    lines[0]['root'] = lines[0]['sub'] = dict(model='openai/mine', base_url='http://a.example/v1', params=dict(temperature=.5, extra_headers={'X-Team': 'a'}))
    seen = []
    class Door(ScriptedServer):
        async def _answer(self, request):
            seen.append((request.headers.get('Authorization'), request.headers.get('X-Team'), (await request.json()).get('temperature')))
            return await super()._answer(request)
    with Door(lambda ms: 'FINAL_VAR(b)') as server:
        path = write(tmp_path/'t.jsonl', lines[:next(i for i,d in enumerate(lines) if d['kind']=='call_ended')+1])
        for kw in (dict(base_url=server.url), dict(base_url=server.url, extra_headers=None)):
            if 'extra_headers' not in kw:
                with pytest.raises(ValueError, match='extra_headers'): rerun.resume(path, 'some text', sandbox='trusted', api_key=KEY, **kw)
                assert not seen
            else: rerun.resume(path, 'some text', sandbox='trusted', api_key=KEY, **kw)
        assert seen and set(seen)=={(f'Bearer {KEY}', None, .5)}
        monkeypatch.setenv('OPENAI_BASE_URL', 'http://a.example/v1/') # configured here
        assert rerun._url_of(lines[0]['root'], {})=='http://a.example/v1/'

def test_default_limits_bind(good, tmp_path):
    "A trace cannot lift what a run may use if nobody says otherwise"
    for nm in ('calls','tokens'):
        if (most:=getattr(Limits(), nm)) is None: continue
        for v in (None, most+1):
            lines = copy.deepcopy(good)
            lines[0]['limits'][nm] = v
            with pytest.raises(ValueError, match='no file may say: give limits='): rerun.resume(write(tmp_path/'t.jsonl', lines), 'some text', model=ScriptedLM('FINAL(1)'))
            assert rerun.resume(tmp_path/'t.jsonl', 'some text', model=ScriptedLM('FINAL(1)'), limits=Limits(), sandbox='trusted').answer=='1'

@pytest.mark.parametrize('mine', ['Limits.none()', 'Limits(calls=5000)', 'Limits(tokens=50000000, depth=2)', 'Limits.none(cost=0.5)', 'Limits.none(depth=2)', 'Limits(steps=3, calls=None)'])
def test_wide_limits_of_mine(mine, tmp_path):
    "The sentence says what to type; and where no model is called, wide limits do no harm"
    script = [call_repl('x = 1'), 'FINAL(1)']
    path = tmp_path/'t.jsonl'
    RLM(ScriptedLM(script, cost=0.), limits=eval(mine), trace=path, sandbox='trusted')('c', 'q')
    assert rerun.replay(path).answer==rerun.replay(path, 'c', sandbox='trusted').answer=='1'
    with pytest.raises(ValueError) as e: rerun.resume(path, 'c', model=ScriptedLM('FINAL(2)'))
    assert f'give limits={mine} again' in str(e.value)
    assert rerun.resume(path, 'c', model=ScriptedLM('FINAL(2)', cost=0.), limits=eval(mine), sandbox='trusted').answer=='1'

# Code

def with_code(lines, code, chosen):
    "The same trace, whose first cell is `code`"
    lines = copy.deepcopy(lines)
    call = at(lines, 'call_ended')
    call['reply']['tool_calls'][0]['function']['arguments'] = json.dumps(dict(python_code=code))
    at(lines, 'cell_started')['code'] = code
    for d in lines:
        if d['kind']=='header': d |= dict(sandbox=chosen, backend=f'{chosen}: as it says')
    return lines

@pytest.mark.parametrize('chosen', ['trusted', None, 'no such'])
@pytest.mark.parametrize('env', ['auto', 'trusted', None])
def test_code(chosen, env, good, outside, tmp_path, monkeypatch):
    "Cells of a trace run in a worker, whatever it says and wherever it is read"
    if env is None: monkeypatch.delenv('RLM_SANDBOX')
    else: monkeypatch.setenv('RLM_SANDBOX', env)
    code = f'import os, rlm\nopen({str(tmp_path/"canary")!r}, "w").write(str(dict(os.environ)))'
    path = write(tmp_path/'t.jsonl', with_code(good, code, chosen))
    for f in doors(path):
        r = tried(partial(f, **({} if 'replay' in str(f.func) else dict(model=ScriptedLM('FINAL(1)')))))
        assert not isinstance(r, str) and not (tmp_path/'canary').exists(), (f, r)

def test_code_without_its_cells(good, outside, tmp_path):
    "A reply whose cell is not in the trace is not run by a replay that has no context"
    lines = [d for d in with_code(good, f'open({str(tmp_path/"canary")!r}, "w")', 'trusted') if not d['kind'].startswith('cell')]
    for d in lines:
        if d['kind']!='header' and d['parent'] is not None: d['parent'] = 1
    r = rerun.replay(write(tmp_path/'t.jsonl', lines))
    assert not (tmp_path/'canary').exists() and 'without the context none is run' in str(r.messages)

@pytest.mark.parametrize('was', ['trusted', 'auto', 'strict', 'monty'])
def test_never_weaker(was, good, tmp_path, monkeypatch):
    "The sandbox of a run comes back, or a stronger one; only the caller may choose a weaker one"
    for env,want in dict(trusted=dict(trusted='auto').get(was, was), auto=dict(trusted='auto', monty='auto').get(was, was), strict='strict').items():
        monkeypatch.setenv('RLM_SANDBOX', env)
        assert rerun._sandbox(dict(sandbox=was))==rerun._sandbox(dict(sandbox=f'{was}: in words'))==want
        assert rerun._rlm_of(dict(good[0], sandbox=was), dict(model=ScriptedLM('x'), sandbox='trusted')).sandbox=='trusted'
    monkeypatch.delenv('RLM_SANDBOX')
    assert rerun._sandbox(dict(sandbox=was))==dict(trusted='auto').get(was, was)

@pytest.mark.parametrize('sandbox', ['trusted', 'auto'])
def test_sandbox_is_written(sandbox, tmp_path):
    "As it was chosen, and what became of it in words"
    RLM(ScriptedLM('FINAL(1)'), trace=tmp_path/'t.jsonl', sandbox=sandbox)('c', 'q')
    h = read_trace(tmp_path/'t.jsonl').header
    assert h['sandbox']==sandbox and h['backend'].startswith(f'{sandbox}: ')

def test_replay_calls_nobody(whole, outside, tmp_path):
    "Not in a child run of a cell either, which the trace does not have"
    lines = copy.deepcopy(whole)
    lines[0]['root']['base_url'] = lines[0]['sub']['base_url'] = outside.url
    for code in ('r = rlm_query("Another?", "piece"); print(r)', 'print(llm_query("other"))', 'print(llm_query("other", model="openai/gpt-4o-mini"))', 'print(llm_query("other", cache=False))'):
        r = rerun.replay(write(tmp_path/'t.jsonl', with_code(lines, code, 'auto')), 'some text', sandbox='trusted')
        assert not outside.got and isinstance(r, Run)

# What lines may not say: name -> a change of the lines

def put(kind, n=0, **kw): return lambda ls, url: at(ls, kind, n).update({k: v(url) if callable(v) else v for k,v in kw.items()})
def usage(**kw): return lambda ls, url: at(ls, 'call_ended')['usage'].update(kw)
def reply(**kw): return lambda ls, url: at(ls, 'call_ended')['reply'].update({k: v(url) if callable(v) else v for k,v in kw.items()})
def picture(url): return [dict(type='image_url', image_url=dict(url=url))]
def named(type, **kw): return put('subcall_ended', -1, error=dict(dict(type=type, kind=None, limit=None, message='m'), **kw))

# True: refused when it is read
# chkstyle: ignore-node
events = dict(usage_negative=(usage(cost=-1000.), True), usage_nan=(usage(prompt_tokens=float('nan')), True), usage_text=(usage(calls='1'), True), usage_list=(put('call_ended', usage=[1]), True), parts=(usage(parts=[[1, 2]]), True), parts_key=(usage(parts=[[[{}, [], 1], {}]]), True),
    no_reply=(put('call_ended', reply=None), True), reply_text=(put('call_ended', reply='x'), True), calls_odd=(reply(tool_calls='x'), True), arguments=(reply(tool_calls=[dict(id='a', function=dict(name='run_repl', arguments={}))]), True), thoughts=(reply(thinking_blocks=[dict(type='image', source=dict(url='x'))]), False),
    tokens=(reply(tokens=[-1, 5]), False), picture=(reply(content=picture), False), audio=(reply(audio=dict(data='x'), images=[dict(url='x')]), False), file=(reply(annotations=picture, provider_specific_fields=dict(a=1)), False),
    question=(lambda ls, url: at(ls, 'messages')['messages'][-1].update(content=picture(url)), False), question_file=(lambda ls, url: at(ls, 'messages')['messages'][-1].update(content=[dict(type='file', file=dict(file_id=url))]), False),
    question_mixed=(lambda ls, url: at(ls, 'messages')['messages'][-1].update(content=[dict(type='text', text='q', image_url=dict(url=url))]), False), role=(lambda ls, url: at(ls, 'messages')['messages'][0].update(role=5), False), messages=(put('messages', messages={}), True),
    no_messages=(put('messages', messages=[]), False), key=(put('subcall_started', key=[]), True), child_key=(put('child_started', key={}), True), prompt=(put('subcall_started', prompt=5), True), last=(put('call_started', last='no'), True), final=(put('cell_ended', final=[]), True), final_two=(put('cell_ended', final=[1, 2]), False),
    content=(put('cell_ended', content=5), True), stop=(put('child_ended', stop='\x1b[2J'), True), steps=(put('child_ended', steps=-1), True), child_usage=(put('child_ended', usage=None), True), of=(put('call_ended', of=99999), True), of_itself=(lambda ls, url: at(ls, 'call_ended').update(of=at(ls, 'call_ended')['id']), True),
    of_another=(lambda ls, url: at(ls, 'call_ended').update(of=at(ls, 'run_started')['id']), True), twice=(lambda ls, url: ls.append(dict(ls[-1])), True), parent=(put('call_started', parent=99999), True), circle=(lambda ls, url: at(ls, 'call_started').update(parent=at(ls, 'call_started')['id']), True),
    id_text=(put('call_started', id='1'), True), id_true=(put('run_started', id=True), True), id_negative=(put('run_started', id=-1), True), id_huge=(put('run_started', id=10**30), True), depth=(put('call_started', depth=-5), True), time=(put('call_started', time=float('nan')), True), source=(put('call_ended', source=None), True),
    order=(lambda ls, url: ls.insert(1, ls.pop()), True), headless=(lambda ls, url: ls.pop(0), True), error_text=(named(5), True), error_list=(put('subcall_ended', -1, error=['x']), True), error_limit=(named('BudgetExceeded', limit=5), True), error_class=(named('__class__'), False), error_exit=(named('SystemExit'), False),
    error_interrupt=(named('KeyboardInterrupt'), False), error_name=(named('os.system("x")\x00'), False), error_kind=(named('LMError', kind='\x1b[2J'), False), error_budget=(named('BudgetExceeded', limit='__class__'), False), access=(lambda ls, url: ls.append(dict(kind='access', id=9999, parent=1, depth=0, time=1., tried=[5])), True),
    model=(put('call_ended', model=[]), True), unknown=(lambda ls, url: ls.append(dict(kind='later', id=9999, parent=1, depth=0, time=1., usage=None, text='\x1b[2J')), False), unknown_end=(lambda ls, url: ls.append(dict(kind='later_ended', id=9999, parent=1, depth=0, time=1.)), True))

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', events)
def test_events(name, good, outside, tmp_path):
    "Refused when the file is read, or harmless"
    change,refused = events[name]
    change(lines:=copy.deepcopy(good), outside.url)
    path = write(tmp_path/'t.jsonl', lines)
    for f in (partial(Run.load, path), partial(read_trace, path), *doors(path)[:4]):
        live = f.func in (rerun.resume, rerun.fork)
        r = tried(partial(f, sandbox='trusted', model=ScriptedLM(lambda ms: 'FINAL(1)')) if live else f)
        assert isinstance(r, str) if refused else live or isinstance(r, (str, Run, list)), (f, r)
    assert not outside.got and sorted(o.name for o in tmp_path.iterdir())==['doc.txt', 't.jsonl']
    if not refused: [str(read_trace(path).rows())]

def test_no_address_reaches_a_model(good, outside, tmp_path):
    "Of what a file says, a model is sent text; pictures only as data, and no parts that a provider fetches"
    for i,change in enumerate((reply(content=picture), reply(thinking_blocks=[dict(type='thinking', thinking='t', signature='s', url='http://a.example')]),
        reply(thinking_blocks=[dict(type='image', source=dict(url='http://a.example'))]), reply(audio='x'))):
        change(lines:=copy.deepcopy(good), outside.url)
        rerun.resume(write(tmp_path/f'{i}.jsonl', lines), 'some text', sandbox='trusted', model=(m:=ScriptedLM(lambda ms: 'FINAL(1)')))
        sent = json.dumps(m.asked)
        assert m.asked and outside.url not in sent and 'a.example' not in sent and 'audio' not in sent
    data = 'data:image/png;base64,AAAA'
    at(lines:=copy.deepcopy(good), 'messages')['messages'][-1]['content'] = ['Who?', dict(type='image_url', image_url=data), dict(type='text', text='!')]
    rerun.resume(write(tmp_path/'d.jsonl', lines), 'some text', sandbox='trusted', model=(m:=ScriptedLM(lambda ms: 'FINAL(1)')))
    assert m.asked[0]['messages'][1]['content'][1]==dict(type='image_url', image_url=dict(url=data))

def test_long_chain_of_parents(good, tmp_path):
    "A tree of 50,000 levels takes no longer than a list of 50,000 events"
    lines = copy.deepcopy(good)
    child = at(lines, 'child_started')['id']
    lines += [dict(kind='cell_started', id=10_000+i, parent=9999+i if i else child, depth=0, time=1., name='x', code='') for i in range(50_000)]
    assert isinstance(rerun.replay(write(tmp_path/'t.jsonl', lines)), Run)

# Fuzz

odd = [None, True, False, 0, -1, 1, 5, 10**30, -10**30, 1e308, float('nan'), float('inf'), '', 'x', '__class__', '\x00', '\ud800', '\x1b[2J\u202e', 'a'*5000, [], {}, [[]], [None], {'a': 1}, {'type': 'x'}, ['run_repl'], [{}], 'FINAL(1)', '../../x', 'http://127.0.0.1:9/v1']

def places(o, path=()):
    "Every place in plain data"
    yield path
    if isinstance(o, dict):
        for k,v in o.items(): yield from places(v, (*path, k))
    if isinstance(o, list):
        for i,v in enumerate(o): yield from places(v, (*path, i))

def mutated(lines, r):
    "The lines with one to three things changed, as bytes"
    lines = copy.deepcopy(lines)
    for _ in range(r.randint(1, 3)):
        how,i = r.randrange(12),r.randrange(len(lines))
        if how<6: # a value, at any depth
            path = r.choice([p for p in places(lines[i]) if p] or [()])
            if not path: continue
            o = lines[i]
            for k in path[:-1]: o = o[k]
            if how<4: o[path[-1]] = r.choice(odd)
            elif isinstance(o, dict): o.pop(path[-1])
            else: o.append(r.choice(odd))
        elif how==6: lines.insert(r.randrange(len(lines)), lines.pop(i))
        elif how==7: lines.insert(r.randrange(len(lines)), copy.deepcopy(lines[i]))
        elif how==8 and len(lines)>1: lines.pop(i)
        elif how==9: lines[i]['kind'] = r.choice([d['kind'] for d in lines])
        elif how==10: lines[i]['parent'] = r.choice([d.get('id') for d in lines])
        else: lines[i]['later'] = r.choice(odd)
        lines = [d for d in lines if isinstance(d, dict) and 'kind' in d] or [dict(kind='x')]
    data = ''.join(json.dumps(d, ensure_ascii=r.random()<.8) + '\n' for d in lines).encode('utf-8', 'surrogatepass')
    how,at = r.randrange(14),r.randrange(len(data))
    if how==0: data = data[:at] + bytes([r.randrange(256)]) + data[at+1:]
    elif how==1: data = data[:at]
    elif how==2: data = data[:at] + b'\x00' + data[at:]
    elif how==3: data = data[:at] + b'['*r.choice([10, 100_000]) + data[at:]
    elif how==4: data = data.decode('utf-8', 'replace').encode(r.choice(['utf-16', 'utf-32', 'utf-8-sig']))
    elif how==5: data = data[:at] + b'9'*5000 + data[at:]
    elif how==6: data = data.replace(b'\n', b'\r\n')
    return data

@pytest.mark.parametrize('seeds', [range(150), pytest.param(range(150, 2500), marks=pytest.mark.slow)])
def test_fuzz(seeds, whole, good, tmp_path, monkeypatch):
    "Whatever is done to a trace, reading it and taking it up end with a run or with one sentence, and leave nothing behind"
    monkeypatch.chdir(tmp_path)
    (path:=tmp_path/'t.jsonl').write_text('')
    ended = dict(refused=0, run=0)
    for seed in seeds:
        r = random.Random(seed)
        path.write_bytes(data:=mutated(r.choice([whole, good]), r))
        fs = [partial(Run.load, path), lambda: [str(t.rows()) for t in read_traces(path)], partial(rerun.replay, path)]
        if seed%3==0:
            kw = dict(sandbox='trusted', model=ScriptedLM(lambda ms: 'FINAL(1)'))
            fs += [partial(rerun.replay, path, 'some text', sandbox='trusted'), partial(rerun.fork, path, 'some text', step=2, **kw), partial(rerun.resume, path, 'some text', **kw)]
        for f in fs:
            try: res = tried(f)
            except Exception as e: raise AssertionError(f'seed {seed}, {f}: {type(e).__name__}: {e}') from e
            ended['refused' if isinstance(res, str) else 'run'] += 1
        assert list(tmp_path.iterdir())==[path], seed
        if len(fs)==3: assert path.read_bytes()==data
    print(ended)
    assert min(ended.values())>len(seeds)/5

@pytest.mark.parametrize('size', [10_000_000])
def test_a_line_of_10_mb(size, good, tmp_path):
    "Long lines are read, or refused, like short ones"
    for data in (b'x'*size, b'"' + b'x'*size + b'"\n', b'['*size + b'\n', json.dumps(dict(kind='later', id=9999, parent=1, depth=0, time=1., text='x'*size)).encode() + b'\n'):
        path = write(tmp_path/'t.jsonl', good)
        with path.open('ab') as f: f.write(data)
        assert isinstance(tried(partial(rerun.replay, path)), (str, Run))

@pytest.mark.parametrize('path', ['/dev/zero', '/dev/null', '/proc/self', 'a\0b', 'x'*5000, '', 5, None, b'a\0', 'fifo'])
def test_paths(path, tmp_path):
    "What is no file is refused, and not waited for"
    if path=='fifo': os.mkfifo(path:=tmp_path/'fifo')
    fs = Run.load,read_traces,rerun.replay,partial(rerun.resume, context='c'),partial(rerun.fork, step=1)
    for f in fs: assert isinstance(tried(partial(f, path)), str)

# rlm resume

def test_rlm_resume(good, tmp_path, capsys, monkeypatch):
    "The address and the model can be said again as options; sentences name those"
    monkeypatch.chdir(tmp_path)
    (tmp_path/'doc.txt').write_text('some text')
    lines = copy.deepcopy(good)
    lines[0]['root'] = lines[0]['sub'] = dict(model='openai/mine', base_url='http://a.example/v1', params={})
    with ScriptedServer(lambda ms: 'FINAL_VAR(b)') as server:
        path = write(tmp_path/'t.jsonl', lines)
        assert main(['resume', str(path), 'doc.txt'])==2 and '--base-url again' in capsys.readouterr().err
        assert main(['resume', str(path), 'doc.txt', '--base-url', ''])==2 and 'give --model again' in capsys.readouterr().err
        assert not server.asked
        assert main(['resume', str(path), 'doc.txt', '--base-url', server.url, '--sandbox', 'trusted'])==0
        out,err = capsys.readouterr()
        assert out=='ADA\n' and "Model: 'openai/mine' (from the trace)" in err and {o['model'] for o in server.asked}=={'mine'}
        path = write(tmp_path/'u.jsonl', lines)
        assert main(['resume', str(path), 'doc.txt', '--base-url', server.url, '--model', 'openai/other', '--max-steps', '9', '--sandbox', 'trusted'])==0
        assert server.asked[-1]['model']=='other' and 'from the trace' not in capsys.readouterr().err and read_trace(path).header['limits']['steps']==9

@pytest.mark.parametrize('data', [b'', b'x', b'{"kind": "header"}\n', b'\xff\xfe\x00', None])
def test_rlm_resume_of_no_trace(data, tmp_path, capsys, monkeypatch):
    "One sentence, and exit code 2"
    monkeypatch.chdir(tmp_path)
    (tmp_path/'doc.txt').write_text('some text')
    if data is not None: (tmp_path/'t.jsonl').write_bytes(data)
    assert main(['resume', 't.jsonl', 'doc.txt'])==2
    err = capsys.readouterr().err
    assert err.startswith('rlm: ') and err.count('\n')==1 and 'Traceback' not in err
