"Replies kept on disk: what is found again and what is not, what a hit costs and counts, and a file that others use, or that is none"
import asyncio,json,os,sqlite3,subprocess,sys,threading,warnings
from contextlib import closing

import pytest
from doubles import cells,echo,lm,odd,sound,totals
from project import root
from rlm.cli import main
from rlm.core import RLM
from rlm.models._cache_file import _connect,_files,file_at,used_bytes
from rlm.models.budget import Budget,BudgetExceeded,Limits
from rlm.models.cache import Cache,seconds_of
from rlm.models.lm import LM
from rlm.models.messages import reply_text
from rlm.models.providers import LMError
from rlm.models.scripted import Fault,ScriptedLM,ScriptedServer,say,tool_call
from rlm.rerun import replay
from rlm.run import Run

@pytest.fixture(autouse=True)
def closed(tmp_path):
    "Folders of tests go when these end"
    yield
    for o in list(_files): Cache(o).close()

def said(model, prompt='q', **kw):
    "The reply, or the kind of the failure"
    try: return model.text(prompt, **kw)
    except LMError as e: return e.kind

def kept(path):
    "How many replies are on disk"
    file_at(path).flush()
    with closing(sqlite3.connect(path)) as db: return db.execute('select count(*) from replies').fetchone()[0]

# Found again

script = cells("parts = llm_query_batched(['a', 'b', 'a'])\nprint(parts)", 'print(llm_query("a"))', final='FINAL(two of a)')

def test_a_run_again(tmp_path, transport):
    "Root calls and sub-calls of a run that is made again come from the file, whichever way it is driven: nothing is asked, nothing is spent, and the trace says so"
    mode = 'tools' if transport=='direct' else 'fence'
    def runs(url):
        def rlm(i): return RLM('openai/gpt-4o-mini', base_url=url, api_key='none', cache=tmp_path/'replies', mode=mode, sandbox='trusted', trace=tmp_path/f'{i}.jsonl', limits=Limits(cost=1))
        yield rlm(0)('text '*50, 'Which?')
        yield rlm(1)('text '*50, 'Which?')
        stream = rlm(2).stream('text '*50, 'Which?')
        texts = [e.text for e in stream if e.kind=='text']
        assert 'FINAL(two of a)' in texts # at once
        yield stream.run
        yield asyncio.run(rlm(3).arun('text '*50, 'Which?'))
    def replies(messages):
        r = script(messages)
        return r if mode=='tools' or isinstance(r, str) else '```repl\n' + json.loads(r['message']['tool_calls'][0]['function']['arguments'])['python_code'] + '\n```'
    with ScriptedServer(replies) as server:
        first,*again = list(runs(server.url))
        assert len(server.asked)==first.usage.calls==5 and first.usage.hits==0 and first.usage.saved==0
    for i,run in enumerate(again, 1):
        sound(run)
        assert run.answer=='two of a' and [m['content'] for m in run.messages]==[m['content'] for m in first.messages]
        assert (run.usage.calls, run.usage.total_tokens, run.usage.cost)==(0, 0, 0) and run.usage.hits==5 and run.usage.saved_tokens==first.usage.total_tokens
        assert run.usage.saved==pytest.approx(first.usage.cost) and run.usage.by('role')['sub'].hits==2
        sources = [e.source for e in run.trace if e.kind.endswith('call_ended')]
        assert sources.count('cache')==5 and set(sources)=={'cache','run'}
        loaded = Run.load(tmp_path/f'{i}.jsonl')
        assert loaded.usage==run.usage and loaded.usage.saved==run.usage.saved
        if i==1: assert replay(tmp_path/f'{i}.jsonl').usage.hits==5
    assert 'from the cache, which saved' in str(run.usage) and 'cache' not in str(first.usage)

def test_tool_calls_and_thinking(tmp_path):
    "What a reply has besides its text comes back too; the pieces of a stream come as one"
    reply = say('I look.', tool_call('f', '{"a": 1}', id='call_9'), reasoning_content='Hm.')
    m = ScriptedLM([reply], cache=tmp_path/'replies')
    first,pieces = m('q'),[]
    again = m('q', on_text=pieces.append)
    assert pieces==['I look.'] and reply_text(again)==reply_text(first)=='I look.'
    a,b = ((o.choices[0].finish_reason, o.choices[0].message.tool_calls[0].id, o.choices[0].message.tool_calls[0].function.arguments) for o in (first, again))
    assert a==b==('tool_calls', 'call_9', '{"a": 1}') and again.choices[0].message.reasoning_content=='Hm.' and again.usage.total_tokens==first.usage.total_tokens

base = dict(messages=[dict(role='user', content='q')])
picture = [dict(type='image_url', image_url=dict(url='data:image/png;base64,AA'))]
same = dict(slash=dict(base_url='http://h/v1/'), user=dict(base_url='http://me:secret@h/v1'), query_key=dict(base_url='http://h/v1?api_key=k'), port=dict(base_url='http://H/v1'),
    header=dict(extra_headers={'Authorization': 'Bearer x', 'x-api-key': 'k'}), zero=dict(temperature=0, extra_headers={}))
other = dict(model=dict(model='openai/n'), url=dict(base_url='http://h/v2'), host=dict(base_url='http://i/v1'), query=dict(base_url='http://h/v1?version=2'), message=dict(messages=[dict(role='user', content='q ')]),
    role=dict(messages=[dict(role='system', content='q')]), picture=dict(messages=[dict(role='user', content=picture)]), seed=dict(seed=1), tools=dict(tools=[dict(type='function')]),
    form=dict(response_format=dict(type='json_object')), tokens=dict(max_tokens=5), body=dict(extra_body=dict(top_k=1)), top_p=dict(top_p=.5),
    tokens_allowed=dict(extra_body=dict(allowed_token_ids=[1, 2])), others_allowed=dict(extra_body=dict(allowed_token_ids=[3])),
    no_token=dict(extra_body=dict(guided_json=dict(properties=dict(token=dict(type='string'))))),
    token=dict(extra_body=dict(guided_json=dict(properties=dict(token=dict(type='number'))))),
    why_first=dict(response_format=dict(properties=dict(why={}, answer={}))), why_last=dict(response_format=dict(properties=dict(answer={}, why={}))))
never = dict(warm=dict(temperature=.1), warm_body=dict(extra_body=dict(temperature=1)), odd=dict(temperature='hot'), n=dict(n=2), logprobs=dict(logprobs=True),
    body_logprobs=dict(extra_body=dict(prompt_logprobs=2)), rules=dict(model='embedded/extractive'), search=dict(web_search_options=dict(a=1)))

def key(model='openai/m', base_url='http://h/v1', cache=None, **more): return (cache or Cache('x')).key(model, base_url, base | more)

def test_what_a_question_is():
    "All that a reply depends on, and no key"
    bare = key()
    assert key(extra_headers={}) == key(**same.pop('header')) and key(temperature=0, extra_headers={})==key(**same.pop('zero'))
    assert not [k for k,v in same.items() if key(**v)!=bare]
    found = {k: key(**v) for k,v in other.items()}
    assert bare not in found.values() and len(set(found.values()))==len(found)
    assert not [k for k,v in never.items() if key(**v) is not None]
    assert key(cache=Cache('x', sampled=True), temperature=.1) not in (None, bare)

def test_address_of_the_environment(monkeypatch):
    "Where no address is given, those of the environment count"
    keys = {key('m', None), key('openai/m', None)}
    for nm in ('OPENAI_BASE_URL','OPENAI_API_BASE'):
        monkeypatch.setenv(nm, 'http://mine/v1')
        keys |= {key('m', None), key('openai/m', None)}
    assert len(keys)==6 and key(base_url='http://h/v1')==key()

# Not kept

bad = dict(error=Fault(500), refused_key=Fault(401), cut=say('half a sentence', finish_reason='length'), cut_call=say('I look.', tool_call('f', '{"a'), finish_reason='length'),
    filtered_text=say('some', finish_reason='content_filter')) | {k:v for k,(v,kind) in odd.items() if kind}

def test_not_kept(tmp_path):
    "Errors, and replies that are cut off, withheld or empty, are asked again; what comes then is kept"
    for i,(nm,reply) in enumerate(bad.items()):
        with ScriptedServer(lambda m: reply) as server:
            m = lm(server, cache=tmp_path/'replies', retries=0)
            said(m, nm)
            n = len(server.asked)
            said(m, nm)
            assert len(server.asked)==2*n, nm
        with ScriptedServer(echo) as server: assert said(lm(server, cache=tmp_path/'replies'), nm)==f'<{nm}>'
        assert kept(tmp_path/'replies')==i+1, nm

def test_asked_anew(tmp_path):
    "A call may pass the cache by, and so does a temperature above 0, with a warning where both were said; what a model refuses to a run is not taken from it"
    m = ScriptedLM(['1', '2', '3', '4', '5'], cache=tmp_path/'replies')
    assert [said(m), said(m), said(m, cache=False), said(m), said(m, temperature=1), said(m, temperature=1)]==['1', '1', '2', '1', '3', '4']
    with pytest.warns(UserWarning, match='sampled=True'): LM('openai/m', cache=True, temperature=1)
    warm = ScriptedLM(['a', 'b'], cache=Cache(tmp_path/'replies', sampled=True), temperature=1)
    assert [said(warm), said(warm), said(warm, seed=2)]==['a', 'a', 'b']

def test_fallbacks(tmp_path):
    "What a fallback said is kept under its own name: the model itself is asked again"
    def replies(messages): return Fault(401)
    with ScriptedServer(replies) as server:
        m = lm(server, cache=tmp_path/'replies', retries=0, fallbacks=['openai/other'])
        assert said(m)=='auth'
        server.script.fn = lambda messages: Fault(401) if server.asked[-1]['model']=='some-model' else 'from the other'
        assert [said(m), said(m)]==['from the other']*2 and [o['model'] for o in server.asked][2:]==['some-model','other','some-model']
        assert m.usage.by('model')['openai/other'].hits==1

# What it counts

def test_limits(tmp_path):
    "A hit takes no call, no tokens and no money, not even an unknown price; time goes on"
    m = ScriptedLM(['one', 'two'], cache=tmp_path/'replies')
    said(m)
    for limits in (Limits(calls=1, tokens=10_000), Limits(cost=.01)):
        tight = m.using(budget=Budget(limits))
        assert [said(tight) for _ in range(5)]==['one']*5 and tight.usage.hits==5 and tight.usage.saved is None and tight.usage.cost==0
        assert tight.budget.left()==Budget(limits).left()
    late = m.using(budget=Budget(Limits(time=1e-9)))
    with pytest.raises(BudgetExceeded, match='seconds'): late.text('q')
    assert totals(m.usage)[0]==1

# Where, and whether

def test_environment(monkeypatch, tmp_path):
    "`RLM_CACHE` is for all models that say nothing; doubles are left alone by it"
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path/'cache'))
    default = tmp_path/'cache'/'rlm'/'replies.sqlite'
    for value,path in {'': None, '0': None, 'off': None, '1': default, 'TRUE': default, str(tmp_path/'mine'): tmp_path/'mine'}.items():
        monkeypatch.setenv('RLM_CACHE', value)
        assert (c := LM('openai/m').cache) is None and path is None or c.path==path
        assert LM('openai/m', cache=False).cache is None and LM('openai/m', cache=tmp_path/'x').cache.path==tmp_path/'x' and ScriptedLM([]).cache is None
        assert LM('openai/m', cache=True).cache.path==(path or default) and LM('openai/m').using(cache=False).cache is None
    assert not default.exists()
    monkeypatch.setenv('RLM_CACHE', str(tmp_path)) # a folder
    with pytest.warns(UserWarning, match='RLM_CACHE is not used: .*folder'): assert LM('openai/m').cache is None

@pytest.mark.parametrize('kw,error,says', [(dict(cache=3), TypeError, 'cache=3: give True'), (dict(cache=''), ValueError, 'path of a file'), (dict(cache='.'), ValueError, 'folder'),
    (dict(chache=True), TypeError, 'cache')])
def test_mistakes(kw, error, says):
    with pytest.raises(error, match=says): RLM('openai/m', **kw)
    with pytest.raises(ValueError, match='whole number of bytes'): Cache('x', size=10)

def test_command(tmp_path, monkeypatch, capsys):
    "`rlm ask --cache` asks once; `rlm cache` shows what that saved, and forgets it"
    monkeypatch.setenv('RLM_CACHE', '0')
    monkeypatch.setenv('XDG_CACHE_HOME', str(tmp_path))
    monkeypatch.setenv('OPENAI_API_KEY', 'none')
    (tmp_path/'story.txt').write_text('It rained. '*50)
    with ScriptedServer(cells('print(llm_query("a"))', final='FINAL(rain)')) as server:
        for flags in ([], ['--cache'], ['--cache']):
            assert main(['ask', 'What fell?', str(tmp_path/'story.txt'), '--model', 'openai/gpt-4o', '--base-url', server.url, '--sandbox', 'trusted', *flags])==0
        assert len(server.asked)==6
    assert 'from the cache' in capsys.readouterr().err
    for args,says in ((), '3 replies'), (('--older', '1h'), '3 replies'), (('--clear', '--older', '1h'), '3 calls answered'), (('--clear',), '0 replies, 0.0 MB; 0 calls'):
        assert main(['cache', *args])==0 and says in capsys.readouterr().out, args
    assert main(['cache', '--older', 'tomorrow'])==2 and 'such as 30d' in capsys.readouterr().err
    assert (tmp_path/'rlm').stat().st_mode&0o777==0o700 and seconds_of('2w')==14*86400
    (tmp_path/'letter').write_text('Dear Ann\x1b[2J')
    assert main(['cache', '--path', str(tmp_path/'letter')])==2 and 'is no cache of replies' in capsys.readouterr().err

# The file

def foreign(path):
    with closing(sqlite3.connect(path)) as db: db.execute('create table replies(key)')

def newer(path):
    _connect(path, 1).close()
    with closing(sqlite3.connect(path)) as db: db.execute('pragma user_version=99')

def torn(path):
    ScriptedLM(['x'*100]*2, cache=path).text('other')
    Cache(path).close()
    with path.open('r+b') as f: # all but its first page
        f.seek(4096)
        f.write(b'\xff'*(path.stat().st_size-4096))

broken = dict(letter=(lambda p: p.write_text('Dear Ann, '*1000), 'not a database'), foreign=(foreign, 'another program'), newer=(newer, 'another version'), torn=(torn, 'malformed'),
    open_to_all=(lambda p: (p.touch(), p.chmod(0o666)), 'somebody else'), fifo=(lambda p: os.mkfifo(p, 0o600), 'it is no file'), below_a_file=(lambda p: p.parent.write_text('x'), 'exists|directory'),
    folder_of_all=(lambda p: p.parent.chmod(0o777), 'everybody can write'), sticky_folder=(lambda p: p.parent.chmod(0o1777), 'everybody can write'))

@pytest.mark.parametrize('nm', broken)
def test_no_cache(nm, tmp_path):
    "A file that cannot be used, and is left as it is, is one warning; calls are made as without it"
    path = tmp_path/'there'/'replies'
    if nm!='below_a_file': path.parent.mkdir()
    broken[nm][0](path)
    was = path.read_bytes() if path.is_file() else b''
    m = ScriptedLM(echo, cache=path)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter('always')
        assert m.map(['a', 'b'])==['<a>', '<b>']
        file_at(path).flush()
        assert [said(m, 'a'), said(m, 'a')]==['<a>']*2 and len(m.asked)==4
    assert [str(o.message) for o in told if 'is not used' in str(o.message)] and len(told)==1, [str(o.message) for o in told]
    with pytest.warns(UserWarning, match=broken[nm][1]): # said once for each process
        Cache(path).close()
        said(m, 'a')
        file_at(path).flush()
    if path.is_file(): assert path.read_bytes()==was or nm=='torn'

def test_a_warning_is_no_error(tmp_path):
    "Nor where warnings are made errors"
    (tmp_path/'replies').write_text('Dear Ann, '*1000)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        assert said(ScriptedLM(echo, cache=tmp_path/'replies'))=='<q>'

rows = dict(no_json=b'{', deep=b'['*100_000, list=b'[]', empty=b'{}', number=b'{"content": 7}', parts=b'{"content": ["a"]}', more=b'{"content": "a", "role": "system"}', calls=b'{"content": "a", "tool_calls": [{"function": {"name": "f"}}]}',
    cut=b'{"content": "a", "finish_reason": "length"}', tokens=b'{"content": "a", "tokens": [-1, 2]}', thought=b'{"content": "a", "thinking_blocks": [{"type": ["x"]}]}', bytes=b'\xff\xfe')

def test_lines_that_are_none(tmp_path):
    "A reply in the file that none can be is asked again; numbers that cannot be are not believed"
    path = tmp_path/'replies'
    m = ScriptedLM(echo, cache=path)
    for nm,data in rows.items():
        said(m)
        kept(path)
        with closing(sqlite3.connect(path)) as db:
            db.execute('update replies set reply=?', (data,))
            db.commit()
        n = len(m.asked)
        assert said(m)=='<q>' and len(m.asked)==n+1, nm
    kept(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute('update replies set cost=9e999')
        db.commit()
    assert said(m)=='<q>' and m.usage.saved is None
    with closing(sqlite3.connect(path)) as db:
        db.execute("update replies set sent='many'")
        db.commit()
    n = len(m.asked)
    assert said(m)=='<q>' and len(m.asked)==n+1

def test_deleted(tmp_path):
    "A file that is deleted meanwhile is made again"
    m = ScriptedLM(echo, cache=tmp_path/'replies')
    said(m)
    kept(tmp_path/'replies')
    for o in tmp_path.iterdir(): o.unlink()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        for i in range(4):
            said(m, f'{i}')
            file_at(tmp_path/'replies').flush()
    assert kept(tmp_path/'replies')==4

def test_only_for_its_owner(tmp_path):
    "0600, also what SQLite puts beside it, and where it was readable before; there are no prompts and no keys in it"
    (tmp_path/'replies').touch(0o644)
    with ScriptedServer('an answer') as server: said(lm(server, cache=tmp_path/'replies', api_key='sk-secretsecretsecret'), 'What is my secret?')
    assert kept(tmp_path/'replies')==1
    for o in tmp_path.iterdir(): assert o.stat().st_mode&0o777==0o600 and b'secret' not in o.read_bytes(), o
    assert any(b'an answer' in o.read_bytes() for o in tmp_path.iterdir())

def test_size(tmp_path):
    "It stays within its size; what was used least recently goes first"
    cache = Cache(tmp_path/'replies', size=1<<20)
    m = ScriptedLM(lambda messages: 'x'*50_000, cache=cache)
    for i in range(60):
        said(m, f'{i}')
        said(m, '0') # always in use
        file_at(cache.path).flush()
    with closing(_connect(cache.path, 1)) as db: assert used_bytes(db)<=1<<20
    asked = len(m.asked)
    said(m, '0')
    said(m, '59')
    assert len(m.asked)==asked==60 and 10<kept(cache.path)<25
    said(m, '1')
    assert len(m.asked)==asked+1
    said(ScriptedLM(lambda messages: 'x'*200_000, cache=cache), 'large') # more than a tenth of it
    assert kept(cache.path)<25

def test_threads(tmp_path):
    "Models in many threads share one file, and one connection to read it"
    models = [ScriptedLM(echo, cache=tmp_path/'replies') for _ in range(8)]
    def work(m): m.map([f'{i}' for i in range(40)])
    for _ in range(2):
        threads = [threading.Thread(target=work, args=(m,)) for m in models]
        for t in threads: t.start()
        for t in threads: t.join()
    assert kept(tmp_path/'replies')==40 and all(m.usage.hits>=40 for m in models)

process = '''
import os,sys,warnings
warnings.simplefilter('error')
from types import SimpleNamespace
from rlm.models._cache_file import file_at
from rlm.models._caching import Cache
cache,me = Cache(sys.argv[1]),sys.argv[2]
usage = SimpleNamespace(prompt_tokens=1, completion_tokens=1, cost=None)
def ask(who, n):
    for i in range(n):
        key = cache.key('openai/m', None, dict(messages=[f'{who}{i}']))
        if cache.find(key) is None: cache.keep(key, 'openai/m', dict(content=f'{who}{i}'), usage)
        else: cache.count(key, 2, None)
ask(me, 100)
ask('all', 100)
pid = os.fork()
ask(f'{me}-{bool(pid)}', 20)
if pid: assert os.waitpid(pid, 0)[1]==0
else: file_at(cache.path).flush()
ask('all', 100)
'''

def test_processes(tmp_path):
    "Several processes that begin at once, and what they fork, share a file"
    begun = [subprocess.Popen([sys.executable, '-c', process, tmp_path/'replies', str(i)], cwd=root, stderr=subprocess.PIPE, text=True) for i in range(2)]
    said = [p.communicate(timeout=60)[1] for p in begun]
    assert [p.returncode for p in begun]==[0]*2 and said==['']*2, said
    report = Cache(tmp_path/'replies').report()
    assert report.replies==2*100+100+2*40 and report.hits>=2*100 and report.saved is None

def test_report_waits(tmp_path):
    "What was just asked is counted, though the file is not even there yet"
    for i in range(3):
        lm = ScriptedLM(['rain'], cache=(kept := Cache(tmp_path/f'{i}.sqlite')))
        lm.text('What fell?')
        assert kept.report().replies==1 and kept.clear()==1

def test_what_is_more_than_text(tmp_path):
    "A reply with pictures or sources is not kept; thinking that a stream leaves in the text comes back there"
    m = ScriptedLM([say('See.', images=[dict(type='image_url', index=0, image_url=dict(url='data:,', detail='auto'))]), say('It is so.', annotations=[dict(type='url_citation')]), 'plain', '<think>hm</think>Paris'], cache=tmp_path/'replies')
    assert [said(m, o) for o in ('a', 'a', 'a', 'a', 'b')]==['See.', 'It is so.', 'plain', 'plain', '<think>hm</think>Paris'] and said(m, 'b')=='<think>hm</think>Paris'
