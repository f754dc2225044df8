"Both transports to an OpenAI-protocol endpoint keep one contract: what is sent, what a reply says, what it cost and how a failure is told"
import asyncio,json,os,threading,time
import pytest
from pydantic import BaseModel
from doubles import Raw, http
from forks import run_script
from project import check
from rlm.models import direct
from rlm.models.background import run_sync
from rlm.models.lm import LM
from rlm.models.messages import reply_facts, reply_text
from rlm.models.plan import _plans, plan_for, usable
from rlm.models.providers import LMError, load_litellm
from rlm.models.scripted import Fault, ScriptedServer, completion, say, tool_call

def both(server, monkeypatch, model='openai/some-model', prompt='q', **params):
    "What each transport brings: a reply, or the error"
    res = []
    for transport in ('direct','litellm'):
        monkeypatch.setenv('RLM_DIRECT', str(int(transport=='direct')))
        try: res.append(LM(model, server.url, api_key='sk-planted0123456789', retries=0, timeout=20)(prompt, **params))
        except LMError as e: res.append(e)
    return res

def transport_of(r): return r._hidden_params['transport']

def ok(text='Paris'): return http(json.dumps(completion(text, [])))

class City(BaseModel):
    name:str
    people:int|None=None

look = dict(type='function', function=dict(name='look', description='Look', parameters=dict(type='object', properties=dict(at=dict(type='string')), required=['at'])))
# chkstyle: ignore-node
params = dict(none={}, temperature=dict(temperature=.3), top=dict(top_p=.5, presence_penalty=.1, frequency_penalty=.2), max_tokens=dict(max_tokens=9), max_completion_tokens=dict(max_completion_tokens=9),
    stop=dict(stop=['a','b'], seed=3, user='me'), int_as_float=dict(temperature=1), float=dict(temperature=1.), json=dict(response_format=dict(type='json_object')), pydantic=dict(response_format=City),
    tools=dict(tools=[look], tool_choice='auto', parallel_tool_calls=False), choice_without_tools=dict(tool_choice='auto'), effort=dict(reasoning_effort='low'), verbosity=dict(verbosity='low'),
    extra_body=dict(extra_body=dict(top_k=5, chat_template_kwargs=dict(thinking=False))), dropped=dict(drop_params=True, logit_bias={'1': 2}, temperature=.3, max_tokens=4), allowed=dict(allowed_openai_params=['reasoning_effort'], reasoning_effort='low'),
    tier=dict(service_tier='flex'), logprobs=dict(logprobs=True, top_logprobs=2), n=dict(n=2), unknown=dict(top_k=5), store=dict(store=True))
models = ['openai/some-model','openai/gpt-4o-mini','gpt-4.1','openai/gpt-5-mini','openai/o3-mini','openai/o1','openai/o1-mini','bare-local-name','openai/org/name','openai/gpt-5.4']
as_another = 'openai/gpt-4o-mini','openai/gpt-5-mini','openai/o3-mini','openai/o1-mini' # a smaller one of a family, for which litellm has the same rules
history = [dict(role='system', content='Be brief.'), dict(role='user', content='Où est «é»? \n"q" 🙂'),
    dict(role='assistant', content=None, tool_calls=[tool_call('look', dict(at='é'), id='c1')]), dict(role='tool', tool_call_id='c1', name='look', content='here'),
    dict(role='assistant', content='text', reasoning_content='thought', function_call=None), dict(role='user', content='And?', name='bob')]
parts = [dict(role='user', content=[dict(type='text', text='What is it?'), dict(type='image_url', image_url='data:image/png;base64,AAAA')])]

@pytest.mark.one_in(2)
@pytest.mark.parametrize('model', [pytest.param(o, marks=pytest.mark.slow) if o in as_another else o for o in models])
def test_bodies(model, monkeypatch):
    "The same JSON and headers that matter reach the server, or the same sentence the caller"
    def reply(conn, path, headers, body): return ok()
    with Raw(reply) as server:
        transports = set()
        for name,kw in params.items():
            for prompt in ('q', history, parts) if name in ('none','tools','pydantic') else ['q']:
                server.requests.clear()
                a,b = both(server, monkeypatch, model, prompt, **kw)
                if isinstance(a, Exception): assert outcome(a)==outcome(b), name
                else:
                    (p1,h1,b1),(p2,h2,b2) = server.requests
                    transports.add(transport_of(a))
                    assert (p1,json.loads(b1))==(p2,json.loads(b2)), name
                    for h in ('authorization','content-type','accept','user-agent'): assert h1[h]==h2[h], (name,h)
                    assert transport_of(b)=='litellm' and (transport_of(a)=='direct' or prompt is parts or name=='unknown' or 'system' in str(prompt) and '/o' in model), name
        assert 'direct' in transports

def test_headers(monkeypatch):
    "Headers of one's own, an organisation and a project go along; the key is the one given, that of the environment, or none"
    def reply(conn, path, headers, body): return ok()
    with Raw(reply) as server:
        orgs = dict(OPENAI_ORGANIZATION='org-1', OPENAI_PROJECT_ID='p-1'),dict(OPENAI_ORG_ID='org-2', OPENAI_API_KEY='sk-env')
        for env,key in (({}, 'sk-a'), ({}, None), (orgs[0], 'sk-b'), (orgs[1], 'sk-c'), (orgs[1], None)): # litellm keeps a client for each key
            with monkeypatch.context() as m:
                for k,v in env.items(): m.setenv(k, v)
                for transport in '10':
                    m.setenv('RLM_DIRECT', transport)
                    LM('openai/m', server.url, key)('q', extra_headers={'x-mine': 'yes'})
                got = [{k:h.get(k) for k in ('authorization','openai-organization','openai-project','x-mine')} for _,h,_ in server.requests[-2:]]
                assert got[0]==got[1] and got[0]['x-mine']=='yes' and got[0]['authorization']==f"Bearer {key or env.get('OPENAI_API_KEY', 'none')}"

def test_base_urls(monkeypatch):
    "A slash at the end, a path without /v1, an address from the environment"
    def reply(conn, path, headers, body): return ok()
    with Raw(reply) as server:
        root = server.url.removesuffix('/v1')
        for url in (server.url, server.url+'/', root, root+'/', root+'/a/b/'):
            for transport in '10':
                monkeypatch.setenv('RLM_DIRECT', transport)
                assert transport_of(LM('openai/m', url)('q'))==('direct' if transport=='1' else 'litellm')
            assert server.requests[-1][0]==server.requests[-2][0]
        monkeypatch.setenv('OPENAI_BASE_URL', server.url)
        monkeypatch.setenv('OPENAI_API_KEY', 'k')
        monkeypatch.setenv('RLM_LIVE', '1')
        monkeypatch.setenv('RLM_DIRECT', '1')
        assert transport_of(LM('openai/m')('q'))=='direct'

def outcome(o):
    "What a caller gets, in our own terms: what the reply says, calls and counts, or the kind of failure; never litellm's wording or classes"
    if isinstance(o, Exception): return o.kind,o.retry,o.wait
    return reply_facts(o),o._hidden_params['response_cost'] is None

call = tool_call('look', dict(at='x'), id='c1')
# chkstyle: ignore-node
replies = dict(text='Paris', empty='', null=say(None), tools=say(None, call), text_and_tools=say('I look', call, tool_call('look', '{"at": "y', id='c2')), refusal=say(None, refusal='No.'),
    think=say('<think>hm</think>Paris'), reasoning=say('Paris', reasoning_content='hm'), other_reasoning=say('Paris', reasoning='hm'), length=say('Par', finish_reason='length'), filtered=say('', finish_reason='content_filter'),
    odd_reason=say('Paris', finish_reason='eos'), stop_with_tools=say(None, call, finish_reason='stop'), annotations=say('Paris', annotations=[dict(type='url_citation', url_citation=dict(url='u', title='t', start_index=0, end_index=1))]),
    extra=say('Paris', provider_thing=dict(a=1)), no_usage=say('Paris', usage=False), function_call=say(None, function_call=dict(name='f', arguments='{}'), finish_reason='function_call'),
    usage=say('Paris', usage=dict(prompt_tokens=9, completion_tokens=5, total_tokens=14, prompt_tokens_details=dict(cached_tokens=4, audio_tokens=0), completion_tokens_details=dict(reasoning_tokens=3))))

@pytest.mark.one_in(2)
@pytest.mark.parametrize('name', replies)
def test_replies(name, monkeypatch):
    "The same outcome on both transports, whole and as a stream"
    with ScriptedServer(lambda m: replies[name]) as server:
        for kw in ({}, dict(on_text=lambda s: None)):
            a,b = both(server, monkeypatch, 'openai/gpt-4o-mini', **kw)
            assert outcome(a)==outcome(b)
            if isinstance(a, Exception): continue
            assert (transport_of(a),transport_of(b))==('direct','litellm')
            assert a._hidden_params['response_cost']==pytest.approx(b._hidden_params['response_cost'], rel=1e-9)

# the provider's reason -> ours, where a reply has calls
@pytest.mark.parametrize('said,ours', [('stop','tool_calls'), ('tool_calls','tool_calls'), ('function_call','tool_calls'), ('eos','tool_calls'), ('length','length'), ('content_filter','content_filter')])
def test_reason_with_calls(said, ours, monkeypatch):
    "A whole reply with calls ended for them, whatever the server calls it; one that was cut or filtered still says so"
    with ScriptedServer(lambda m: say(None, call, finish_reason=said)) as server:
        for kw in ({}, dict(on_text=lambda s: None)):
            assert [reply_facts(o)['finish_reason'] for o in both(server, monkeypatch, **kw)]==[ours]*2

def of(sent=1000, got=500, **details): return dict(prompt_tokens=sent, completion_tokens=got, total_tokens=sent+got, **details)
# chkstyle: ignore-node
usages = [of(), of(0, 0), of(300_000, 100), of(1000, 10, prompt_tokens_details=dict(cached_tokens=896)), of(1000, 900, completion_tokens_details=dict(reasoning_tokens=700)),
    of(1000, 10, prompt_tokens_details=dict(cached_tokens=100, audio_tokens=200), completion_tokens_details=dict(audio_tokens=5)), of(400_000, 10, prompt_tokens_details=dict(cached_tokens=300_000)),
    of(1000, 10, prompt_cache_hit_tokens=512), of(1000, 10, prompt_tokens_details=None)]

priced = 'gpt-4o-mini','gpt-4.1','gpt-5','gpt-5.4','o3-mini','gpt-4','gpt-audio','nobody-knows-this'

@pytest.mark.one_in(3)
@pytest.mark.parametrize('model', priced)
def test_prices(model, monkeypatch):
    "The cost is litellm's for every kind of usage, the second time too; so it is when the reply names another model, and after a price change"
    litellm,name = load_litellm(),f'openai/{model}'
    with ScriptedServer(lambda m: say('x', usage=usages[int(m[-1]['content'])])) as server:
        def costs(i): return [None if (c := o._hidden_params['response_cost']) is None else round(c, 15) for o in both(server, monkeypatch, name, str(i))]
        for i in [*range(len(usages))]*2:
            a,b = costs(i)
            assert a==(b if b is None else pytest.approx(b, rel=1e-9)), usages[i]
            assert (a is None)==(model=='nobody-knows-this')
        old = dict(litellm.model_cost.get(model) or {})
        try:
            litellm.register_model({model: dict(old, litellm_provider='openai', mode='chat', input_cost_per_token=1e-3, output_cost_per_token=2e-3)})
            a,b = costs(0)
            assert a==pytest.approx(b, rel=1e-9) and a>=2
        finally:
            litellm.model_cost.pop(model, None)
            if old: litellm.register_model({model: old})

def test_price_of_the_model_that_answered(monkeypatch):
    "A server may answer with another model than was asked for, or say itself what it cost"
    for more,named in (('', 'gpt-4o-mini'), ('', 'gpt-4o'), ('', 'unknown-too'), ('x-litellm-response-cost: 0.25\r\n', 'gpt-4o')):
        body = json.dumps(dict(completion('x', []), model=named, usage=usages[0]))
        with Raw(lambda *_: http(body, more=more)) as server:
            for asked in ('openai/gpt-4o-mini','openai/unknown'):
                a,b = (o._hidden_params['response_cost'] for o in both(server, monkeypatch, asked))
                assert a==(b if b is None else pytest.approx(b)), (named,asked)

def test_lane(monkeypatch):
    "litellm takes over as soon as somebody asks it for anything: each setting, at each call anew"
    litellm = load_litellm()
    with ScriptedServer(lambda m: 'ok') as server:
        lm = LM('openai/m', server.url)
        assert transport_of(lm('q'))=='direct'
        with monkeypatch.context() as m:
            m.setenv('RLM_DIRECT', '0')
            assert transport_of(lm('q'))=='litellm'
        for k,v in dict(success_callback=[print], callbacks=[print], modify_params=True, headers={'a': 'b'}, api_key='k', ssl_certificate='x.pem', num_retries=1).items():
            old = getattr(litellm, k)
            try:
                setattr(litellm, k, v)
                assert usable(dict(messages=[]), server.url)==(k=='num_retries'), k # our own retries replace litellm's
            finally: setattr(litellm, k, old)
        told = []
        litellm.success_callback.append(lambda *args: told.append(args)) # registered after calls were made
        try: assert transport_of(lm('q'))=='litellm' and transport_of(lm('q', on_text=print))=='litellm'
        finally: litellm.success_callback.clear()
        assert transport_of(lm('q'))=='direct'
        assert transport_of(lm('q', params=dict(mock_response='made up')))=='litellm' and transport_of(lm('q', metadata=dict(a='b')))=='litellm'
        with monkeypatch.context() as m:
            m.setenv('HTTPS_PROXY', 'http://127.0.0.1:9')
            assert run_sync(plan_for(dict(messages=[]), 'openai/m', server.url, 'k')) is None
        assert transport_of(lm('q'))=='direct'

def test_direct_after_gemini(tmp_path):
    "litellm's first call of Gemini leaves a callback behind that does nothing, and takes nothing over"
    with ScriptedServer(lambda m: 'ok') as server: out = check(run_script('direct_after_gemini.py', server.url, cwd=tmp_path))
    assert [o for o in out.split() if o in ('direct','litellm')]==['direct','litellm']

def test_never_direct():
    "Other providers, and what OpenAI serves on another API or at another price"
    def fits(url=None, **kw): return usable(dict(messages=[dict(role='user', content='q')], **kw), url)
    assert fits() and not fits(tools=[look]) and fits('http://127.0.0.1/v1', tools=[look]) and not fits('https://eu.api.openai.com/v1')
    def plan(model, **kw): return run_sync(plan_for(dict(messages=[], **kw), model, None, 'k'))
    assert plan('openai/gpt-5-mini') and plan('openai/o1-pro') is None and plan('openai/responses/gpt-4o') is None and plan('openai/gpt-5.4', reasoning_effort='low', verbosity='high')
    assert transport_of(LM('embedded/extractive')('Question: Who?\n\nAda did it.'))=='litellm'

def test_missing_key(monkeypatch):
    "Said before anything is sent, the same on both transports"
    monkeypatch.setenv('RLM_LIVE', '1')
    for transport in '10':
        monkeypatch.setenv('RLM_DIRECT', transport)
        with pytest.raises(LMError) as e: LM('openai/gpt-5-mini', retries=0)('q')
        assert e.value.kind=='missing_key' and 'OPENAI_API_KEY' in str(e.value)

def test_keep_alive():
    "Calls one after another use one connection; a batch opens no more than may be under way; the plan is made once"
    with Raw(lambda *_: ok()) as server:
        lm = LM('openai/m', server.url, concurrency=4)
        for _ in range(10): lm('q')
        assert (server.connections,len(server.requests))==(1,10)
        assert [str(o) for o in lm.map([f'p {i}' for i in range(40)])]==['Paris']*40
        assert server.connections<=5 and sum(p.result().url.startswith(server.url) for p in _plans.values() if p.result())==1

def test_idle_connection_closed():
    "A server that hangs up on an idle connection is no failure, even without retries"
    def reply(conn, *_):
        conn.sock.settimeout(.1) # the next read fails, and the connection is closed
        return ok()
    with Raw(reply) as server:
        lm = LM('openai/m', server.url, retries=0)
        for _ in range(4):
            assert lm.text('q')=='Paris'
            time.sleep(.3)
        assert server.connections==4

def test_cancelled(monkeypatch):
    "A call that is given up closes its connection, whole or streamed; the late reply reaches nobody"
    def reply(conn, path, headers, body):
        text = json.loads(body)['messages'][0]['content']
        if 'slow' in text: time.sleep(.6)
        return ok(text)
    with Raw(reply) as server:
        lm = LM('openai/m', server.url, retries=0)
        assert lm.text('first')=='first'
        with pytest.raises(LMError) as e: lm.using(timeout=.15).text('slow one')
        assert e.value.kind=='timeout'
        for i in range(5): assert lm.text(f'after {i}')==f'after {i}'
        assert server.closed.wait(3) and server.connections==2
        with pytest.raises(LMError): lm.using(timeout=.15)('slow stream', on_text=print)
        assert lm.text('again')=='again'
        time.sleep(.7)
        assert lm.text('and again')=='and again'

def test_given_up_in_a_stream():
    "Who stops reading in the middle of a stream closes it"
    begun,go_on = threading.Event(),threading.Event()
    piece = b'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"word "},"finish_reason":null}]}\n\n'
    def reply(conn, *_):
        conn.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n' + piece)
        try:
            for _ in range(400):
                conn.wfile.write(piece)
                time.sleep(.01)
        except OSError: go_on.set()
    with Raw(reply) as server:
        pieces = LM('openai/m', server.url, retries=0).pieces('q')
        assert next(pieces)==dict(type='delta', text='word ')
        pieces.close()
        assert go_on.wait(3)

def test_stream_forms():
    "Comments, events, CRLF, no space after the colon, one event in many packets, and nothing after [DONE]"
    text = json.dumps(dict(id='x', object='chat.completion.chunk', created=1, model='m', choices=[dict(index=0, delta=dict(role='assistant', content='Pâris'), finish_reason=None)]), ensure_ascii=False)
    end = json.dumps(dict(id='x', object='chat.completion.chunk', created=1, model='m', choices=[dict(index=0, delta={}, finish_reason='stop')], usage=None))
    usage = json.dumps(dict(id='x', object='chat.completion.chunk', created=1, model='m', choices=[], usage=of(7, 3)))
    whole = f': hello\r\n\r\nevent: message\r\ndata:{text}\r\n\r\ndata: {end}\r\n\r\nid: 1\r\ndata: {usage}\r\n\r\ndata: [DONE]\r\n\r\ndata: junk'.encode()
    def reply(conn, *_):
        conn.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n')
        for i in range(0, len(whole), 7):
            o = whole[i:i+7]
            conn.wfile.write(b'%x\r\n%b\r\n' % (len(o), o))
        return b'0\r\n\r\n'
    with Raw(reply) as server:
        lm,texts = LM('openai/m', server.url, retries=0),[]
        for _ in range(3): assert reply_text(lm('q', on_text=texts.append))=='Pâris'
        assert texts==['Pâris']*3 and (lm.usage.prompt_tokens,lm.usage.completion_tokens,lm.usage.estimated)==(21,9,False)

redirects = '301 Moved','302 Found','307 Temporary Redirect','308 Permanent Redirect'

@pytest.mark.parametrize('status', redirects)
def test_redirect(status):
    "Followed on the same server, with the whole request"
    def reply(conn, path, headers, body): return ok() if path.startswith('/new') else http('', status, more='Location: /new/chat/completions\r\n')
    with Raw(reply) as server:
        for kw in ({}, dict(on_text=lambda s: None)): assert reply_text(LM('openai/m', server.url, retries=0)('q', **kw))=='Paris'
        assert len({o[2] for o in server.requests[:2]})==1 and server.requests[1][0]=='/new/chat/completions'

@pytest.mark.parametrize('status', [*redirects, '303 See Other'])
def test_redirect_elsewhere(status):
    "Neither a key nor a question goes to a server that was not named; the sentence says where it would have gone"
    with Raw(lambda *_: ok()) as other:
        there = other.url.replace('127.0.0.1', 'localhost')
        with Raw(lambda *_: http('', status, more=f'Location: {there}/chat/completions\r\n')) as server:
            with pytest.raises(LMError) as e: LM('openai/m', server.url, 'sk-planted0123456789', retries=2)('q', extra_headers={'x-api-key': 'mine'})
            assert (e.value.kind,e.value.retry,len(server.requests))==('bad_request', False, 1) and f'base_url={there!r}' in str(e.value)
        assert not other.requests

@pytest.mark.parametrize('to', ['/v1/chat/completions', '', '//', 'http://[', 'ftp://x/', '/a\x1b[31mb'])
def test_redirect_nowhere(to):
    "Round and round, or to no address: one sentence"
    with Raw(lambda *_: http('', '307 T', more=f'Location: {to}\r\n')) as server:
        with pytest.raises(LMError) as e: LM('openai/m', server.url, retries=0)('q')
        assert e.value.kind=='bad_request' and not e.value.retry and len(server.requests)<9 and '\n' not in str(e.value) and '\x1b' not in str(e.value)

# body, status and content type
# chkstyle: ignore-node
odd = [('<html>no</html>','200 OK','text/html'), ('not json','200 OK','application/json'), ('[]','200 OK','application/json'), ('"text"','200 OK','application/json'),
    ('{}','200 OK','application/json'), ('<html>404</html>','404 Not Found','text/html'), ('','404 Not Found','text/plain'), ('','500 Oops','text/plain'), ('{"detail": "bad"}','422 No','application/json'),
    ('{"error": "just text"}','400 Bad','application/json'), ('[1]','400 Bad','application/json'), ('{"choices": [1], "id": 1}','200 OK','application/json'), ('\xff','503 x','text/plain')]

@pytest.mark.one_in(3)
@pytest.mark.parametrize('body,status,kind', odd)
def test_odd_answers(body, status, kind, monkeypatch):
    "One sentence, the same kind of failure, the same decision to try again"
    with Raw(lambda *_: http(body, status, kind)) as server: a,b = both(server, monkeypatch)
    assert isinstance(a, LMError) and isinstance(b, LMError) and a.retry==b.retry and '\n' not in str(a)
    assert a.kind==b.kind or {a.kind,b.kind}<={'malformed','server'}

# an error object in a success: kind, is it tried again?
# chkstyle: ignore-node
in_success = {'{"error": {"message": "Overloaded", "type": "overloaded"}}': ('server', True), '{"error": "upstream died"}': ('server', True), '{"error": {"message": "x", "code": null}, "choices": []}': ('server', True),
    '{"error": {"message": "Overloaded", "code": "529"}}': ('server', True), '{"error": {"message": "later", "code": 503}}': ('server', True), '{"error": {"message": "x", "code": "upstream_error"}}': ('server', True),
    '{"error": {"message": "slow", "code": 429}}': ('rate_limit', True), '{"error": {"message": "slow", "code": "429"}}': ('rate_limit', True), '{"error": {"message": "bad key", "code": 401}}': ('auth', False),
    '{"error": {"message": "bad key", "code": "invalid_api_key"}}': ('auth', False), '{"error": {"message": "no", "code": 400}}': ('bad_request', False),
    '{"error": {"message": "no", "code": "context_length_exceeded"}}': ('context_window', False), '{"error": {"message": "You exceeded your current quota"}}': ('quota', False)}

@pytest.mark.one_in(3)
@pytest.mark.parametrize('body', in_success)
def test_error_in_success(body, monkeypatch):
    "Taken as the failure that it is; without a number it is the server's, and may pass; so it is where a stream was asked for"
    with Raw(lambda *_: http(body)) as server:
        for kw in ({}, dict(on_text=lambda s: None)):
            for o in both(server, monkeypatch, **kw): assert (o.kind,o.retry)==in_success[body], (o,kw)

@pytest.mark.one_in(3)
@pytest.mark.parametrize('kind', ['application/json', 'application/json; charset=utf-8', 'application/problem+json'])
@pytest.mark.parametrize('name', ['text','tools','text_and_tools','length','no_usage','usage'])
def test_stream_not_sent(name, kind, monkeypatch):
    "A server that does not stream is read all the same, at the first time of asking"
    body = json.dumps(completion(replies[name], []))
    with Raw(lambda *_: http(body, kind=kind)) as server:
        whole,texts = both(server, monkeypatch, 'openai/gpt-4o-mini'),[]
        got = both(server, monkeypatch, 'openai/gpt-4o-mini', on_text=texts.append)
        assert len(server.requests)==4 and all(b'"stream":true' in o[2].replace(b' ', b'') for o in server.requests[2:])
        for a,b in zip(whole, got):
            assert outcome(a)==outcome(b) and transport_of(a)==transport_of(b)
            assert a._hidden_params['response_cost']==pytest.approx(b._hidden_params['response_cost'], rel=1e-9)
        assert ''.join(texts)==2*reply_text(whole[0])

@pytest.mark.parametrize('url', ['http://127.0.0.1:9/v1','http://no-such-host.invalid/v1'])
def test_nobody_there(url, monkeypatch):
    monkeypatch.setenv('RLM_LIVE', '1')
    class server: pass
    server.url = url
    for o in both(server, monkeypatch): assert isinstance(o, LMError) and (o.kind,o.retry)==('connection', True) and url in str(o)

def test_sentences(monkeypatch):
    "The same kind, with the provider's words, the wait that it asks for, and no key"
    faults = [Fault(400, 'no such parameter'), Fault(401, 'Incorrect API key provided: sk-planted0123456789'), Fault(403, 'no'), Fault(500, 'oops'),
        Fault(404, 'no model', code='model_not_found'), Fault(429, 'slow', headers={'retry-after': '7'}), Fault(429, 'no', code='insufficient_quota'),
        Fault(529, 'Overloaded', headers={'Retry-After': '3'}), Fault(400, 'long', code='context_length_exceeded'), Fault(400, 'x', code='content_filter')]
    for fault in faults:
        with ScriptedServer(lambda m: fault) as server:
            a,b = both(server, monkeypatch)
            assert outcome(a)==outcome(b)
            for o in (a,b): assert fault.message.replace('sk-planted0123456789', '') in str(o) and 'planted' not in str(o)

def test_dropped_after_422(monkeypatch):
    "litellm takes the parameter out that a server refuses, if it was asked to: on this transport it is left to it"
    def script(messages): return Fault(422, 'bad field') if len(server.asked)%2 else 'ok'
    with ScriptedServer(script) as server:
        a,_ = both(server, monkeypatch, drop_params=True, top_p=.5)
        assert transport_of(a)=='litellm' and [o.get('top_p') for o in server.asked[:2]]==[.5]*2

def test_big_bodies():
    "20 MB there and back, while other calls get their turn"
    big = 'é ' * (20_000_000//3)
    with ScriptedServer(lambda m: m[-1]['content']) as server:
        lm = LM('openai/m', server.url)
        assert lm.map(['a', big, 'b'])==['a', big, 'b']

def test_other_loop():
    "On a loop of one's own, which may end at any time, it is litellm's call"
    with ScriptedServer(lambda m: 'ok') as server:
        lm = LM('openai/m', server.url)
        assert asyncio.run(direct.complete(dict(messages=[dict(role='user', content='q')]), 'openai/m', server.url, 'k')) is None and not server.asked
        assert transport_of(lm('q'))=='direct' and transport_of(asyncio.run(lm.acall('q')))=='direct'

@pytest.mark.skipif(not hasattr(os, 'fork'), reason='no fork here')
def test_fork():
    "A child calls on connections of its own, and leaves its parent's alone when it ends"
    with Raw(lambda *_: ok()) as server: out = check(run_script('calls_in_a_fork.py', server.url))
    assert out.strip()=='done'

def test_quiet_exit(tmp_path):
    "Nothing is printed at the end of a process: not after a call, a stream given up, nor a fork"
    with ScriptedServer(lambda m: 'ok') as server:
        res = run_script('quiet_exit.py', server.url, cwd=tmp_path)
        assert (res.returncode,res.stdout,res.stderr)==(0,'','')
