"What a server can do to a run: each fault over real HTTP, through both transports; no run raises, none is retried in vain, every token is counted"
import json,random,socket
from functools import partial
import doubles,pytest
from doubles import Scene, bare, faults, in_stream, odd, once, secret
from rlm.core import RLM, LoopOptions, advanced_toolloop
from rlm.models.budget import Limits
from rlm.models.lm import LM
from rlm.models.providers import LMError
from rlm.models.scripted import ScriptedServer, ScriptedLM, Fault, call_repl, say, tool_call
from rlm.prompts import EMPTY_NOTE
from rlm.tools import prep_shell, make_run_repl

# litellm takes most of the time: its turn in large tables comes with `pytest -m "slow or not slow"`
litellm_slowly = pytest.mark.parametrize('transport', ['direct', pytest.param('litellm', marks=pytest.mark.slow)], indirect=True)
# In the largest each place is gone through in one way, in turn from row to row: in all ways, and over litellm, it is with `pytest -m slow`
in_turn = pytest.mark.parametrize('transport,every', [('direct',False), pytest.param('direct', True, marks=pytest.mark.slow), pytest.param('litellm', False, marks=pytest.mark.slow)],
    indirect=['transport'], ids=['direct','direct-every','litellm'])

lm = partial(doubles.lm, backoff=.001, api_key=secret, retries=2) # no waiting between retries

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', faults)
def test_fault_then_answer(name, transport):
    "A fault that may pass is tried again, another is not; the sentence fits on a line and shows no key"
    fault,kind,again = faults[name]
    with ScriptedServer([fault, 'Paris']) as server:
        m = lm(server, timeout=1. if name=='late' else 20)
        if again:
            assert m.text('Capital of France?')=='Paris' and len(server.asked)==2
            assert m.usage.total_tokens==server.billed.total_tokens
            return
        with pytest.raises(LMError) as e: m.text('Capital of France?')
        assert e.value.kind==kind and len(server.asked)==1
        assert secret not in str(e.value) and '\n' not in str(e.value) and '<html' not in str(e.value)

@pytest.mark.one_in(3)
@pytest.mark.parametrize('name', faults)
def test_fault_for_ever(name, transport):
    "A run whose model fails for good ends with one final item that says what failed and keeps what was known"
    fault,kind,again = faults[name]
    def script(messages): return call_repl('found = 42', 'It may be 42.') if not any(m['role']=='tool' for m in messages) else fault
    with ScriptedServer(script) as server:
        sh = prep_shell('some text')
        m = lm(server, timeout=1., retries=1) if name=='late' else lm(server)
        items = list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model=m))
        sh.close()
    final = items[-1]
    assert [o.get('type') for o in items if isinstance(o, dict)].count('final')==1
    assert final['stop']=='error' and final['answer']=='' and final['steps']==1
    assert final['error'].kind in ((kind,) if isinstance(kind, str) else kind) and secret not in str(final['error'])
    assert len(server.asked) == (m.retries+2 if again else 2)
    if name!='late': assert final['usage'].total_tokens==server.billed.total_tokens

def ways(few, place, times):
    "Doors to try: all at the first call, those that stream in the middle; in turn for sub-calls, which no door streams"
    if few: return [('deltas','events')[times==1]]
    if place=='middle': return 'deltas','events'
    return ('loop','deltas','events') if place=='first' else [('loop','deltas')[times==1], 'events'] if place=='sub' else [('deltas','loop')[times==1]]

def turn(every, hows, i):
    "All ways, or the i-th in turn"
    return hows if every else [hows[i%len(hows)]]

def one_run(server, m, how):
    "Run it; the run's items or events as text, and how it ended"
    if how=='loop' or how=='deltas':
        sh = prep_shell('some text', model=m)
        items = list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model=m, max_steps=6, options=LoopOptions(stream=how=='deltas')))
        ns = sh.user_ns.get('a')
        sh.close()
        assert [o.get('type') for o in items if isinstance(o, dict)].count('final')==1 and items[-1]['type']=='final'
        return items[-1],ns,str(items)
    events = list(stream:=RLM(m, mode='tools' if how=='tools' else 'auto', limits=Limits(steps=6)).stream('some text', 'q'))
    assert [e.kind for e in events].count('answer')==1 and events[-1].kind=='answer'
    kinds = [e.kind.replace('sub','') for e in events]
    assert kinds.count('call_started')==kinds.count('call_ended')
    return vars(stream.run),None,str(events)+str(stream.run)+str(stream.run.messages)

@pytest.mark.one_in(2)
@in_turn
@pytest.mark.parametrize('name', once([*faults, *in_stream]))
def test_fault_in_a_run(name, warm, transport, every):
    "Anywhere in a run, once and for ever, streaming or not: one final item, the right `stop`, every token counted, no key shown"
    fault,kind,again = (faults | in_stream)[name]
    row = [*faults, *in_stream].index(name)
    kinds,slow,key = (kind,) if isinstance(kind, str) else kind,name=='late',bare if name=='auth_other_key' else secret
    with ScriptedServer(scene:=Scene(fault)) as server:
        m = lm(server, timeout=1., api_key=key, retries=1) if slow else lm(server, api_key=key)
        for i,place in enumerate(('first','middle','sub','batch')):
            for times in (1, 99):
                if slow and not every and i%2==(times==1): continue # each waits for a second or two
                for how in turn(every, ways(slow or name in in_stream, place, times), row+(times>1)):
                    if place in ('sub','batch') and name in in_stream: continue # sub-calls are not streamed
                    where = f'{name}, {place}, {times}, {how}'
                    scene.place,scene.left,before,asked = place,times,server.billed,len(server.asked)
                    final,a,shown = one_run(server, m, how)
                    assert key not in shown and key not in str(server.asked), where
                    assert final['usage'].total_tokens==server.billed.total_tokens-before.total_tokens, where
                    assert final['usage'].calls==server.billed.calls-before.calls, where
                    assert 'executed' not in str(final['value']), where
                    root_only = place in ('first','middle')
                    if root_only and (not again or times==99):
                        assert (final['stop'],final['answer'])==('error', ''), where
                        assert final['error'].kind in kinds + (() if how=='loop' or not again else ('connection','malformed')) and '\n' not in str(final['error']) and '<html' not in str(final['error']), where
                        assert final['steps']==(place=='middle'), where
                    else: assert (final['stop'],final['answer'],final['error'])==('final','Paris',None), where
                    if not root_only and how!='events':
                        failed = [f'failed: {k}' if place=='sub' else f'8 {k}' for k in kinds]
                        assert a=='sub answer' if again and times==1 else a in failed, where
                    tries = m.retries+1 + 2*(kinds==('rate_limit',)) if again else 1 # a refusal in a crowd is not one of a call's tries
                    if times==99: assert len(server.asked)-asked<=tries + dict(first=0, middle=1, sub=2, batch=9)[place], f'{where}: tried too often'

@pytest.mark.one_in(2)
@in_turn
@pytest.mark.parametrize('name', odd)
def test_odd_reply_in_a_run(name, transport, every):
    "A reply that says nothing usable is told to the model; for ever, it ends the run without an exception; in a cell it is never an answer"
    reply,kind = odd[name]
    with ScriptedServer(scene:=Scene(reply)) as server:
        m = lm(server)
        for place in ('first','middle','sub','batch'):
            for times in (1, 99):
                for how in turn(every, ('loop','deltas','tools'), [*odd].index(name)+(times>1)+len(place)):
                    where = f'{name}, {place}, {times}, {how}'
                    scene.place,scene.left,before = place,times,server.billed
                    final,a,shown = one_run(server, m, how)
                    assert secret not in shown, where
                    assert final['usage'].total_tokens==server.billed.total_tokens-before.total_tokens, where
                    for s in (final['answer'], a or '', str(final['error'])): s.encode() # nothing that cannot be written to a file
                    if place in ('sub','batch') or times==1 and kind!='refused' and kind!='content_filter':
                        if name!='surrogate' or place not in ('first','middle'): assert (final['stop'],final['answer'])==('final','Paris'), where
                    elif times==99:
                        assert final['stop'] in ('last_message','max_steps','error'), where
                        if kind in ('refused','content_filter') and how=='loop': assert (final['stop'],final['error'].kind)==('error',kind), where
                    if place in ('sub','batch') and how!='tools':
                        if kind is None: assert 'a lone ? here' in a or times==1 and a=='sub answer', where
                        elif times==99: assert a==(f'failed: {kind}' if place=='sub' else f'8 {kind}'), where

def test_what_a_root_is_told(transport):
    "Each odd reply gets the note that helps"
    script = ['', say(None, tool_call('run_repl', '{"python_code": "1')), say(None, tool_call('search_web', dict(q=1))), call_repl('1/0'), 'FINAL_VAR(nope)', 'FINAL(ok)']
    with ScriptedServer(script) as server: run = RLM(lm(server), mode='tools')('x', 'q')
    told = [m['content'] for m in run.messages if m['role'] in ('tool','user')][1:]
    assert run.answer=='ok' and told[0]==EMPTY_NOTE and 'not valid JSON' in told[1] and 'run_repl' in told[2] and 'ZeroDivisionError' in told[3] and 'nope' in told[4]

def test_refused_root(transport):
    "A root that refuses, or is filtered, does not end in silence: what the provider said is in the error or the answer"
    for reply,words in ((say(None, refusal='I will not do that.'), 'I will not do that.'), (say('', finish_reason='content_filter'), 'filter')):
        with ScriptedServer(lambda m: reply) as server: run = RLM(lm(server), mode='tools')('x', 'q')
        assert words in f'{run.answer} {run.error}', reply

@pytest.mark.one_in(3)
@litellm_slowly
@pytest.mark.parametrize('how', ['loop','deltas','events'])
@pytest.mark.parametrize('name', ['auth','quota','not_found','server_500','rate_limit_hour','drop_before','drop_body','cut_json','no_choices',pytest.param('late', marks=pytest.mark.slow)])
def test_fallback(name, how, transport):
    "A model that fails for good hands over to the next one, for root and sub-calls, and the usage says who was billed"
    fault,_,again = faults[name]
    good = Scene(None)
    good.place = 'batch'
    def script(messages): # the same server has both models
        model = next(o['model'] for o in reversed(server.asked) if o['messages'] is messages)
        return fault if model=='some-model' else good(messages)
    with ScriptedServer(script) as server:
        final,a,shown = one_run(server, lm(server, timeout=1. if name=='late' else 20, retries=1, fallbacks=['openai/second']), how)
        assert (final['stop'],final['answer'],final['error'])==('final','Paris',None) and secret not in shown
        parts = final['usage'].by('model')
        assert list(parts)==['openai/second'] and parts['openai/second'].total_tokens==server.billed.total_tokens
        assert final['usage'].by('role')['sub'].calls==8
        names = [o['model'] for o in server.asked]
        assert names.count('second')==10 and names.count('some-model')==(20 if again else 10)

def test_fallback_in_the_middle(transport):
    "The first model answers until it fails: both are billed, each under its name"
    def script(messages):
        model,told = next(o['model'] for o in reversed(server.asked) if o['messages'] is messages),str(messages)
        if model=='some-model': return Fault(500) if 'It may be' in told else call_repl('1', 'It may be 42.')
        return Fault(401) if model=='second' else 'FINAL(Paris)'
    with ScriptedServer(script) as server:
        run = RLM(lm(server, retries=1, fallbacks=['openai/second','openai/third']), mode='tools')('x', 'q')
        assert run.answer=='Paris' and run.usage.total_tokens==server.billed.total_tokens
        assert {k:v.calls for k,v in run.usage.by('model').items()}=={'openai/some-model': 1, 'openai/third': 1}
        assert [o['model'] for o in server.asked]==['some-model']*3 + ['second','third']

def test_all_fallbacks_fail(transport):
    "The last one's failure ends the run"
    def script(messages): return Fault(500) if server.asked[-1]['model']=='some-model' else Fault(401, 'no such key')
    with ScriptedServer(script) as server: run = RLM(lm(server, retries=0, fallbacks=['openai/second']))('x', 'q')
    assert run.stop=='error' and run.error.kind=='auth' and 'openai/second' in str(run.error) and not run.usage.calls

@pytest.mark.parametrize('name', ['bad_request','context_window','content_policy'])
def test_no_fallback_in_vain(name, transport):
    "What another model would refuse too is not asked again"
    with ScriptedServer(lambda m: faults[name][0]) as server:
        with pytest.raises(LMError): lm(server, fallbacks=['openai/second']).text('q')
        assert [o['model'] for o in server.asked]==['some-model']

@pytest.mark.parametrize('name', ['quota', 'context_window', 'content_policy', 'server_500'])
def test_fault_in_sub_call(name, transport):
    "In a cell a failed sub-call is an exception, and in a batch a value in its place; never an answer"
    fault,kind,_ = faults[name]
    def script(messages): return fault if 'bad' in messages[-1]['content'] else 'good answer'
    with ScriptedServer(script) as server:
        sh = prep_shell('x', model=lm(server))
        assert 'LMError' in sh.run('llm_query("bad")').output
        got = sh.run('llm_query_batched(["a", "bad", "c"])').value
        assert got[0]==got[2]=='good answer' and got[1].startswith('[ERROR') and got[1].error.kind==kind
        sh.close()

def test_empty_and_refused(transport):
    with ScriptedServer(['', say(None), say(None, refusal='I will not.'), say('', finish_reason='content_filter')]) as server:
        m = lm(server)
        for kind in ('empty', 'refused', 'content_filter'):
            with pytest.raises(LMError) as e: m.text('q')
            assert e.value.kind==kind

def test_refused_connection(transport):
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1] # bound and not listening, so nothing answers
        with pytest.raises(LMError) as e: LM('openai/m', base_url=f'http://127.0.0.1:{port}/v1', retries=1).text('q')
    assert e.value.kind=='connection' and str(port) in str(e.value)

def test_missing_key():
    "Told before anything is sent, with the name of the variable"
    from rlm.models.providers import classify, load_litellm
    e = load_litellm().InternalServerError('OpenAIException - Missing credentials. Please pass an `api_key`', 'openai', 'gpt-5')
    err = classify(e, 'openai/gpt-5')
    assert err.kind=='missing_key' and not err.retry and 'OPENAI_API_KEY' in str(err)

def test_no_usage_is_estimated(transport):
    with ScriptedServer([say('Paris', usage=False)]) as server:
        m = lm(server)
        m.text('What is the capital of France?')
    assert m.usage.estimated and m.usage.prompt_tokens>0 and m.usage.completion_tokens>0

def test_surrogates_cross(transport):
    with ScriptedServer(lambda messages: messages[-1]['content']) as server: assert lm(server).text('a \ud83d b')=='a ? b'

def test_bare_name_with_url(transport):
    "A name that only the server knows needs no provider in front"
    with ScriptedServer(['ok']) as server: assert LM('my-local-model', base_url=server.url).text('q')=='ok'
    assert server.asked[0]['model']=='my-local-model'

junk = ['FINAL(', 'FINAL_VAR(x)', 'FINAL_VAR(rows[0].name)', ')', '(', '```', '```repl\n', '\n', '"', "'''", 'FINAL(x)', '<think>', '</think>', '**', 'text', '\0', '\ud83d', 'é', '{', '}', '%s',
    'FINAL_VAR(1/0)', 'FINAL_VAR("a")', 'FINAL_VAR(context)', 'FINAL_VAR(a.b.c)', 'FINAL_VAR(f"{x!r:>{10**9}}")', 'FINAL(f"{context:>99}")']
args = ['', '{', '[]', 'null', '1', '"x"', '{"python_code": 3}', '{"python_code": null}', '{"code": "1"}', '{"python_code": "1/0"}', '{"python_code": "FINAL_VAR(\'nope\')"}', '{"python_code": "import sys; sys.exit()"}',
    '{"python_code": "raise BaseException"}', '{"python_code": "x = 1\nx"}', '{"python_code": "\\ud83d"}', '[' * 2000, '{"python_code": "del context, FINAL"}', '{"python_code": "raise GeneratorExit"}',
    '{"python_code": "class A(Exception):\\n  def __str__(self): raise ValueError\\nraise A"}']

def random_reply(r):
    if r.random()<.03: return say(None, tool_calls=[dict(id='', type='function', function=dict(name='', arguments=''))])
    text = ''.join(r.choice(junk) for _ in range(r.randrange(6)))
    calls = [tool_call(r.choice(['run_repl','run_repl','run_repl','no such tool','','é'*100]), r.choice(args), id=r.choice([None,'a',''])) for _ in range(r.randrange(3))]
    return say(text, *calls)

@pytest.mark.parametrize('seed', range(40))
def test_nothing_in_a_reply_raises(seed):
    "Whatever a model writes, the run ends with one final item, and what it sends back stays legal"
    r = random.Random(seed)
    root = ScriptedLM([random_reply(r) for _ in range(12)])
    with_sh = r.random()<.8
    sh = prep_shell(['a', {'b': 1}], model=ScriptedLM(lambda m: 'sub'))
    items = list(advanced_toolloop('q', tools=[make_run_repl(sh, timeout=20)], sh=sh if with_sh else None, model=root, max_steps=12))
    sh.close()
    assert [o.get('type') for o in items if isinstance(o, dict)].count('final')==1 and items[-1]['type']=='final'
    assert isinstance(items[-1]['answer'], str) and items[-1]['stop'] in ('final','final_var','repl','last_message','max_steps','error')
    for req in root.asked:
        open_calls = set()
        for m in req['messages']:
            for c in m.get('tool_calls') or []:
                assert c['id'] not in open_calls and isinstance(json.loads(c['function']['arguments']), dict) and c['function']['name'].isascii()
                open_calls.add(c['id'])
            if m['role']!='tool': continue
            open_calls.remove(m['tool_call_id'])
            assert m['content']
        assert not open_calls, 'each tool call has its result'
