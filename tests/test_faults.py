"What a server can do to a run: each fault over real HTTP, through the real litellm client; no run raises, none is retried in vain, every token is counted"
import json,random,socket
import pytest
from rlm.core import advanced_toolloop
from rlm.lm import LM, LMError
from rlm.replay import ScriptedServer, ScriptedLM, Fault, call_repl, say, tool_call
from rlm.tools import prep_shell, make_run_repl

secret = 'sk-planted0123456789abcdef'

# fault, kind of the error, is it tried again?
faults = {
    'bad_request': (Fault(400, 'no such parameter'), 'bad_request', False),
    'auth': (Fault(401, 'Incorrect API key provided'), 'auth', False),
    'no_money': (Fault(402, 'Insufficient balance'), 'quota', False),
    'forbidden': (Fault(403, 'country not supported'), 'auth', False),
    'not_found': (Fault(404, 'The model does not exist', code='model_not_found'), 'not_found', False),
    'request_timeout': (Fault(408), 'timeout', True),
    'context_window': (Fault(400, "This model's maximum context length is 8192 tokens", code='context_length_exceeded'), 'context_window', False),
    'content_policy': (Fault(400, 'triggering Azure OpenAI\'s content management policy', code='content_filter'), 'content_filter', False),
    'quota': (Fault(429, 'You exceeded your current quota', code='insufficient_quota'), 'quota', False),
    'rate_limit': (Fault(429, 'slow down', headers={'retry-after': '0'}), 'rate_limit', True),
    'rate_limit_hour': (Fault(429, 'come back later', headers={'retry-after': '3600'}), 'rate_limit', False),
    'server_500': (Fault(500), 'server', True),
    'bad_gateway_html': (Fault(502, body='<html><body>Bad gateway</body></html>'), 'server', True),
    'unavailable': (Fault(503), 'server', True),
    'overloaded': (Fault(529, 'Overloaded', code='overloaded_error'), 'server', True),
    'drop_before': (Fault(drop='before'), 'connection', True),
    'drop_body': (Fault(drop='body', reply='never seen'), ('connection','malformed','server'), True),
    'cut_json': (Fault(200, body='{"id": "x", "choices": [{"ind'), 'malformed', True),
    'no_choices': (Fault(200, body='{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[]}'), 'malformed', True),
    'late': (Fault(delay=5, reply='too late'), 'timeout', True),
}

def lm(server, timeout=20):
    m = LM('openai/some-model', base_url=server.url, api_key=secret, retries=2, timeout=timeout)
    m.backoff = .001 # seconds: no waiting between retries
    return m

@pytest.mark.parametrize('name', faults)
def test_fault_then_answer(name):
    "A fault that may pass is tried again, another is not; the sentence fits on a line and shows no key"
    fault,kind,again = faults[name]
    with ScriptedServer([fault, 'Paris']) as server:
        m = lm(server, timeout=.5 if name=='late' else 20)
        if again:
            assert m.text('Capital of France?')=='Paris' and len(server.asked)==2
            assert m.usage.total_tokens==server.billed.total_tokens
            return
        with pytest.raises(LMError) as e: m.text('Capital of France?')
        assert e.value.kind==kind and len(server.asked)==1
        assert secret not in str(e.value) and '\n' not in str(e.value) and '<html' not in str(e.value)

@pytest.mark.parametrize('name', faults)
def test_fault_for_ever(name):
    "A run whose model fails for good ends with one final item that says what failed and keeps what was known"
    fault,kind,again = faults[name]
    def script(messages): return call_repl('found = 42', 'It may be 42.') if not any(m['role']=='tool' for m in messages) else fault
    with ScriptedServer(script) as server:
        sh = prep_shell('some text')
        items = list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model=lm(server, timeout=.5 if name=='late' else 20)))
        sh.close()
    final = items[-1]
    assert [o.get('type') for o in items if isinstance(o, dict)].count('final')==1
    assert final['stop']=='error' and final['answer']=='It may be 42.' and final['steps']==1
    assert final['error'].kind in ((kind,) if isinstance(kind, str) else kind) and secret not in str(final['error'])
    assert len(server.asked) == (4 if again else 2)
    if name!='late': assert final['usage'].total_tokens==server.billed.total_tokens

@pytest.mark.parametrize('name', ['quota', 'context_window', 'content_policy', 'server_500'])
def test_fault_in_sub_call(name):
    "In a cell a failed sub-call is an exception, and in a batch a value in its place; never an answer"
    fault,kind,_ = faults[name]
    def script(messages): return fault if 'bad' in messages[-1]['content'] else 'good answer'
    with ScriptedServer(script) as server:
        sh = prep_shell('x', model=lm(server))
        assert 'LMError' in sh.run('llm_query("bad")').output
        got = sh.run('llm_query_batched(["a", "bad", "c"])').value
        assert got[0]==got[2]=='good answer' and got[1].startswith('[ERROR') and got[1].error.kind==kind
        sh.close()

def test_empty_and_refused():
    with ScriptedServer(['', say(None), say(None, refusal='I will not.'), say('', finish_reason='content_filter')]) as server:
        m = lm(server)
        for kind in ('empty', 'refused', 'content_filter'):
            with pytest.raises(LMError) as e: m.text('q')
            assert e.value.kind==kind

def test_refused_connection():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        port = s.getsockname()[1] # bound and not listening, so nothing answers
        with pytest.raises(LMError) as e: LM('openai/m', base_url=f'http://127.0.0.1:{port}/v1', retries=1).text('q')
    assert e.value.kind=='connection' and str(port) in str(e.value)

def test_missing_key():
    "Told before anything is sent, with the name of the variable"
    from rlm.lm import classify, load_litellm
    e = load_litellm().InternalServerError('OpenAIException - Missing credentials. Please pass an `api_key`', 'openai', 'gpt-5')
    err = classify(e, 'openai/gpt-5')
    assert err.kind=='missing_key' and not err.retry and 'OPENAI_API_KEY' in str(err)

def test_no_usage_is_estimated():
    with ScriptedServer([say('Paris', usage=False)]) as server:
        m = lm(server)
        m.text('What is the capital of France?')
    assert m.usage.estimated and m.usage.prompt_tokens>0 and m.usage.completion_tokens>0

def test_surrogates_cross():
    with ScriptedServer(lambda messages: messages[-1]['content']) as server: assert lm(server).text('a \ud83d b')=='a ? b'

def test_bare_name_with_url():
    "A name that only the server knows needs no provider in front"
    with ScriptedServer(['ok']) as server:
        assert LM('my-local-model', base_url=server.url).text('q')=='ok'
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
            if m['role']=='tool': open_calls.remove(m['tool_call_id']); assert m['content']
        assert not open_calls, 'each tool call has its result'
