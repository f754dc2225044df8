"Providers with protocols of their own, played by servers on this machine: what goes over the wire, when a stream is whole, and what each failure is told as"
import json,socket,threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler,ThreadingHTTPServer
from importlib.metadata import version
import pytest
from doubles import Raw, http
from rlm.core import RLM
from rlm.models.budget import Limits
from rlm.models.calls import Scope
from rlm.models.lm import LM
from rlm.models.messages import reply_text
from rlm.models.providers import LMError, classify, load_litellm
from rlm.models.scripted import Fault, ScriptedServer, say

@contextmanager
def claude(*contents):
    "A server that gives `contents` in order; yields its address and the list of what it was asked"
    asked = []
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args): pass
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers['content-length']))))
            usage = dict(input_tokens=10, output_tokens=3, cache_read_input_tokens=5, cache_creation_input_tokens=2)
            body = dict(id='m', type='message', role='assistant', model='claude', content=[contents[len(asked)-1]], stop_reason='end_turn', usage=usage)
            self.send_response(200)
            self.send_header('content-type', 'application/json')
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())
    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try: yield f'http://127.0.0.1:{server.server_port}',asked
    finally:
        server.shutdown()
        server.server_close()

def test_claude():
    "The prefix is marked for its cache, cached tokens are counted, and the last step passes although tools are withheld"
    cell = dict(type='tool_use', id='t1', name='run_repl', input=dict(python_code='6*7'))
    with claude(cell, dict(type='text', text='FINAL_VAR(_)'), dict(type='text', text='FINAL(42)')) as (url,asked):
        run = RLM('anthropic/claude-sonnet-4-5', base_url=url, api_key='k', limits=Limits(steps=3))('text', 'How much?')
    assert (run.answer,run.stop,run.steps)==('42', 'final_var', 2) and run.cost>0
    assert run.usage.cached_tokens==5*2 and run.usage.prompt_tokens==17*2
    assert asked[0]['system'][0]['cache_control']==dict(type='ephemeral')
    assert [m['content'][-1].get('cache_control') for m in asked[1]['messages'] if m['role']=='user'][-1]==dict(type='ephemeral')
    with claude(cell, dict(type='text', text='FINAL(42)')) as (url,asked):
        run = RLM('anthropic/claude-sonnet-4-5', base_url=url, api_key='k', limits=Limits(steps=2))('text', 'How much?')
    assert (run.answer,run.stop)==('42', 'final') and 'last step' in json.dumps(asked[1])

def gemini_event(text=None, reason=None, usage=False):
    "One event of a Gemini stream"
    d = dict(modelVersion='gemini-2.5-pro', responseId='r')
    said = dict(index=0, content=dict(role='model', parts=[] if text is None else [dict(text=text)]))
    if text is not None or reason: d['candidates'] = [dict(said, finishReason=reason) if reason else said]
    if usage: d['usageMetadata'] = dict(promptTokenCount=7, candidatesTokenCount=3, totalTokenCount=10)
    return d

def events(*os): return ''.join(f'data: {json.dumps(o)}\r\n\r\n' for o in os)

begun = gemini_event('Par', usage=True),gemini_event('is', usage=True)
# the events of a stream, and the reason that we give; None where it broke off
# chkstyle: ignore-node
gemini_streams = dict(in_the_last=([begun[0], gemini_event('is', 'STOP', True)], 'stop'), apart=([*begun, gemini_event(None, 'STOP', True)], 'stop'), empty_text=([*begun, gemini_event('', 'STOP', True)], 'stop'),
    usage_after=([*begun, gemini_event(None, 'STOP'), gemini_event(usage=True)], 'stop'), text_after=([begun[0], gemini_event('is', 'STOP', True), gemini_event('', usage=True)], 'stop'),
    length=([begun[0], gemini_event('is', 'MAX_TOKENS', True)], 'length'), filtered=([begun[0], gemini_event('is', 'SAFETY', True)], 'content_filter'),
    cut=([*begun], None), cut_at_once=([begun[0]], None), nothing=([], None))

@pytest.mark.parametrize('name,hangs_up', [*((o, False) for o in gemini_streams), ('cut', True), ('cut_at_once', True), ('nothing', True)])
def test_gemini_stream(name, hangs_up):
    "A whole stream of Gemini is a reply, a cut one is not, however it ends; nothing is asked for twice"
    sent,reason = gemini_streams[name]
    body = events(*sent).encode()
    def reply(conn, *_): # one that hangs up has promised more
        conn.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' + (b'Content-Length: %d\r\n\r\n' % (len(body)+99*hangs_up)) + body)
    with Raw(reply) as server:
        lm,texts = LM('gemini/gemini-2.5-pro', server.url, 'k', retries=0, timeout=20),[]
        if reason is None:
            with pytest.raises(LMError) as e: lm('q', on_text=texts.append)
            assert (e.value.kind,e.value.retry)==('connection', True)
        else:
            r = lm('q', on_text=texts.append)
            assert (reply_text(r),''.join(texts),r.choices[0].finish_reason)==('Paris', 'Paris', reason)
            assert (lm.usage.prompt_tokens,lm.usage.completion_tokens,lm.usage.estimated)==(7, 3, False)
        assert len(server.requests)==1

def test_source_without_reasons():
    "A source of chunks that does not keep the reason is taken at its word"
    litellm = load_litellm()
    class Plain(LM):
        async def send(self, request):
            async def chunks():
                for o in (dict(content='Pa'), dict(content='ris'), {}):
                    yield litellm.ModelResponseStream(choices=[dict(index=0, delta=o, finish_reason=None if o else 'stop')])
            return chunks()
    assert reply_text(Plain('openai/m')('q', on_text=lambda s: None))=='Paris'

providers = ['openai/some-model','anthropic/claude-sonnet-4-5','gemini/gemini-2.5-pro','ollama_chat/some-model','cohere_chat/command-r']

@pytest.mark.parametrize('model', providers)
def test_nobody_there(model, transport):
    "No connection is told as that by every provider, and its address named"
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0)) # bound and not listening, so nothing answers
        url = f'http://127.0.0.1:{s.getsockname()[1]}/v1'
        with pytest.raises(LMError) as e: LM(model, url, 'k', retries=0)('q')
    assert (e.value.kind,e.value.retry)==('connection', True) and url in str(e.value)

@pytest.mark.one_in(3)
@pytest.mark.parametrize('status,kind,retry', [(500,'server',True), (503,'server',True), (401,'auth',False), (403,'auth',False), (429,'rate_limit',True), (404,'not_found',False), (413,'context_window',False)])
@pytest.mark.parametrize('model', providers)
def test_status(model, status, kind, retry, transport):
    "A status means the same from every provider, also where its text speaks of a connection"
    error = dict(error=dict(message='upstream: Connection error.', type='x', code=status), message='upstream: Connection error.')
    with Raw(lambda *_: http(json.dumps(error), f'{status} x')) as server:
        with pytest.raises(LMError) as e: LM(model, server.url, 'k', retries=0)('q')
    assert (e.value.kind,e.value.retry)==(kind, retry), e.value

# what litellm's proxy answers: status, message, type; the kind
# chkstyle: ignore-node
proxied = dict(context=(400, 'litellm.ContextWindowExceededError: litellm.BadRequestError: OpenAIException - too much. Received Model Group=gpt', None, 'context_window'),
    dead_upstream=(500, 'litellm.InternalServerError: InternalServerError: OpenAIException - Connection error.. Received Model Group=gpt', None, 'server'),
    dead_anthropic=(500, 'litellm.InternalServerError: AnthropicException - Cannot connect to host api.anthropic.com:443', None, 'server'),
    no_database=(400, 'No connected db.', 'no_db_connection', 'auth'), wrong_key=(401, 'Authentication Error, Invalid proxy server token passed.', 'token_not_found_in_db', 'auth'),
    budget=(400, 'Budget has been exceeded! Current cost: 2.0, Max budget: 1.0', 'budget_exceeded', 'quota'), upstream_limit=(429, 'litellm.RateLimitError: slow down', None, 'rate_limit'),
    upstream_key=(401, 'litellm.AuthenticationError: Incorrect API key provided', None, 'auth'), filtered=(400, 'litellm.ContentPolicyViolationError: content_policy_violation', None, 'content_filter'))

@pytest.mark.parametrize('name', proxied)
def test_proxy(name, transport):
    "A proxy that tells what happened behind it is running, and its failures are those that it names"
    status,message,code,kind = proxied[name]
    with ScriptedServer(lambda m: Fault(status, message, code)) as server:
        with pytest.raises(LMError) as e: LM('openai/gpt', server.url, 'sk-of-the-proxy', retries=0)('q')
    assert e.value.kind==kind and 'is the server running' not in str(e.value)

# chkstyle: ignore-node
too_long = ["This model's maximum context length is 8192 tokens", 'prompt is too long: 210000 tokens > 200000 maximum', 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).',
    'the request exceeds the available context size', 'exceed_context_size_error', 'Input is too long for requested model.', "This model's maximum prompt length is 131072 but the request contains 200000 tokens."]

@pytest.mark.parametrize('text', too_long)
def test_too_long(text, transport):
    with ScriptedServer(lambda m: Fault(400, text)) as server:
        with pytest.raises(LMError) as e: LM('openai/m', server.url, 'k', retries=0)('q')
    assert e.value.kind=='context_window'

def test_missing_module():
    "A module that is not there is no connection, and asking again does not help; the module and litellm's version are named"
    try:
        try: raise ModuleNotFoundError("No module named 'fastapi'", name='fastapi')
        except ImportError as e: raise load_litellm().APIConnectionError(str(e), 'openai', 'm')
    except Exception as e: err = classify(e, 'openai/m', 'http://127.0.0.1:1/v1')
    assert (err.kind,err.retry)==('missing_module', False)
    assert 'fastapi' in str(err) and version('litellm') in str(err) and 'server running' not in str(err)

def test_catch_all():
    "What litellm could not make sense of comes as an `APIConnectionError` too, and the server answered"
    try:
        try: {}['candidates']
        except KeyError as e: raise load_litellm().APIConnectionError(f'GeminiException - {e!r}', 'gemini', 'm')
    except Exception as e: err = classify(e, 'gemini/m')
    assert (err.kind,err.retry)==('server', True) and 'candidates' in str(err)

def test_missing_module_in_a_call(monkeypatch):
    "The same in a real call, of a provider whose client is not installed; it is made once"
    monkeypatch.setenv('RLM_LIVE', '1')
    tried = []
    lm = LM('vertex_ai/gemini-2.5-pro', retries=3).for_run(Scope(emit=lambda kind, **kw: tried.append(kind)))
    with pytest.raises(LMError) as e: lm('q')
    assert (e.value.kind,e.value.retry)==('missing_module', False) and 'google' in str(e.value) and 'call_retried' not in tried

no_keys = {'gemini/gemini-2.5-pro': 'GEMINI_API_KEY', 'anthropic/claude-sonnet-4-5': 'ANTHROPIC_API_KEY', 'openai/gpt-5-mini': 'OPENAI_API_KEY'}

@pytest.mark.parametrize('model', no_keys)
def test_missing_key(model, transport, monkeypatch):
    "The variable is named, before anything is sent"
    monkeypatch.setenv('RLM_LIVE', '1')
    with pytest.raises(LMError) as e: LM(model, retries=0)('q')
    assert (e.value.kind,e.value.retry)==('missing_key', False) and no_keys[model] in str(e.value) and 'connection' not in str(e.value).lower()

def test_refused_key_is_not_missing():
    "A key that was given and refused is not said to be missing"
    e = load_litellm().AuthenticationError('Incorrect API key provided', 'openai', 'gpt-5')
    assert classify(e, 'openai/gpt-5', key='sk-given').kind=='auth' and classify(e, 'openai/gpt-5').kind=='missing_key'

def test_gemini_refuses_a_key():
    body = dict(error=dict(code=400, message='API key not valid. Please pass a valid API key.', status='INVALID_ARGUMENT', details=[dict(reason='API_KEY_INVALID')]))
    with Raw(lambda *_: http(json.dumps(body), '400 Bad Request')) as server:
        with pytest.raises(LMError) as e: LM('gemini/gemini-2.5-pro', server.url, 'k', retries=0)('q')
    assert e.value.kind=='auth'

# what was given, and what is proposed; None where it is an address
# chkstyle: ignore-node
urls = {'localhost:8000': 'http://localhost:8000/v1', 'foo': 'http://localhost:8000/v1', '': 'http://localhost:8000/v1', 'localhost:8000/v1/': 'http://localhost:8000/v1', '127.0.0.1:9/v1': 'http://127.0.0.1:9/v1',
    'api.example.com': 'https://api.example.com/v1', 'my-gpu:8000': 'http://my-gpu:8000/v1', 'http://127.0.0.1:99999/v1': 'http://localhost:8000/v1', 'http://127.0.0.1:x/v1': 'http://localhost:8000/v1',
    'http://127.0.0.1:0/v1': 'http://localhost:8000/v1', 'http://': 'http://localhost:8000/v1', 'http:/localhost': 'http://localhost:8000/v1', 'ftp://host/v1': 'http://localhost:8000/v1', 'http://a b/v1': 'http://localhost:8000/v1',
    'http://[::1': 'http://localhost:8000/v1', '//host/v1': 'http://localhost:8000/v1', 'file:///etc/passwd': 'http://localhost:8000/v1', 'http://h\\@evil/': 'http://localhost:8000/v1', 5: 'http://localhost:8000/v1',
    'http://localhost:8000/v1': None, 'https://me:pw@api.example.com': None, 'http://[::1]:8000/v1': None, 'https://host/a/b?version=1': None, 'HTTP://Host/v1': None}

@pytest.mark.parametrize('url', urls)
def test_urls(url):
    "Refused where it is given, with the address that was meant"
    if urls[url] is None: return LM('openai/m', url)
    for make in (LM, RLM):
        with pytest.raises(ValueError) as e: make('openai/m', base_url=url)
        assert f'write it as {urls[url]}' in str(e.value) and '\n' not in str(e.value)

def test_url_in_the_environment(transport, monkeypatch):
    monkeypatch.setenv('RLM_LIVE', '1')
    monkeypatch.setenv('OPENAI_BASE_URL', 'localhost:8000')
    monkeypatch.setenv('OPENAI_API_KEY', 'k')
    with pytest.raises(LMError) as e: LM('openai/some-model-of-mine', retries=3)('q')
    assert not e.value.retry and "OPENAI_BASE_URL='localhost:8000'" in str(e.value) and 'http://localhost:8000/v1' in str(e.value)

def test_url_without_a_path(transport):
    "An address that lacks its /v1 is the usual cause of a 404"
    with Raw(lambda *_: http('{"detail": "Not Found"}', '404 Not Found')) as server:
        with pytest.raises(LMError) as e: LM('openai/m', server.url.removesuffix('/v1'), 'k', retries=0)('q')
        assert e.value.kind=='not_found' and '/v1' in str(e.value)

@pytest.mark.parametrize('url', ['http://localhost:x@evil.example/', 'http://127.0.0.1@evil.example/v1', 'http://localhost@evil.example', 'http://127.0.0.1.evil.example/v1', 'http://localhost.evil.example/v1',
    'http://evil.example/?http://localhost/', 'http://evil.example#@localhost/', 'http://1270.0.0.1/v1', 'http://10.0.0.1/v1', 'https://api.openai.com/v1'])
def test_this_machine(url, transport):
    "RLM_LIVE=0 lets through what is on this machine, and not what only looks so"
    with pytest.raises(LMError) as e: LM('openai/m', url, 'k', retries=0)('q')
    assert e.value.kind=='forbidden'

# chkstyle: ignore-node
rude = 'one\nline \x1b[31mred\x1b[0m \x1b]0;title\x07 \u202eturned\u202c <b>bold</b> sk-abcdef0123456789abcd https://me:hunter2hunter2@host/ planted0123456789abcdef ' + 'x'*2000

@pytest.mark.parametrize('status', [200, 400, 401, 403, 404, 413, 429, 500])
def test_sentence(status, transport):
    "Whatever a server says, the sentence is one line, clipped, without keys and escape sequences"
    reply = say(None, refusal=rude) if status==200 else Fault(status, rude)
    with ScriptedServer(lambda m: reply) as server:
        with pytest.raises(LMError) as e: LM('openai/m', server.url, 'planted0123456789abcdef', retries=0).text('q')
    s = str(e.value)
    assert s.isprintable() and len(s)<600 and 'one line' in s
    bad = 'abcdef0123456789','hunter2','[31m','title','<b>','\u202e'
    assert not [o for o in (*bad, *(['planted'] if status!=200 else [])) if o in s] # a refusal is the model's, which knows no key

@pytest.mark.parametrize('model', providers)
def test_words_of_an_error(model, transport):
    "The provider's own words, not the object that they came in"
    error = dict(message='Slow "down",\nplease', type='x', code=429)
    with Raw(lambda *_: http(json.dumps(dict(type='error', error=error) if 'claude' in model else dict(error=error)), '429 x')) as server:
        for kw in ({}, dict(on_text=print)):
            with pytest.raises(LMError) as e: LM(model, server.url, 'k', retries=0)('q', **kw)
            assert str(e.value).endswith(': Slow "down", please'), e.value

@pytest.mark.parametrize('model', providers)
def test_broke_off(model, transport):
    "A connection that ends in the middle of a reply is not said to be a server that does not run"
    def reply(conn, *_): conn.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"id"')
    with Raw(reply) as server:
        with pytest.raises(LMError) as e: LM(model, server.url, 'k', retries=0)('q')
    assert e.value.retry and 'is the server running' not in str(e.value)
