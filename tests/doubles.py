"What several test files share: servers and models beside the public doubles of `rlm.models.scripted`, the faults that a server may have, what must hold of every run, and what a process has under way"
import asyncio,socketserver,threading,time
from email.utils import formatdate
from functools import partial
import pytest
from rlm import rerun
from rlm.models.background import get_background
from rlm.models.lm import LM
from rlm.models.scripted import Fault, ScriptedServer, call_repl, say, tool_call
from rlm.models.usage import Usage
from rlm.prompts import LANDING_PROMPT

# Servers and the models behind them

class Door(ScriptedServer):
    "A server that notes how many requests it holds at once, and refuses those above `most`"
    def __init__(self, replies=lambda m: f"<{m[-1]['content']}>", most=None, **kw):
        super().__init__(replies, **kw)
        self.most,self.now,self.peak,self.refused,self.served,self.together = most,0,0,0,[],0

    async def _answer(self, request):
        from aiohttp import web
        self.now += 1
        self.peak = max(self.peak, self.now)
        try:
            if self.most and self.now>self.most:
                self.refused += 1
                return web.json_response(dict(error=dict(message='slow down')), status=429)
            self.served.append(self.now)
            end = time.monotonic()+5
            sub = (await request.json())['messages'][0]['role']!='system'
            while sub and self.peak<self.together and time.monotonic()<end: await asyncio.sleep(.005) # holds the first replies until so many have come
            return await super()._answer(request)
        finally: self.now -= 1

    @property
    def prompts(self): return [o['messages'][-1]['content'] for o in self.asked]

class Raw:
    "A server in threads that answers with bytes and tells connections apart; `reply(self, path, headers, body)` gives them, None hangs up"
    def __init__(self, reply): self.reply,self.connections,self.requests,self.closed = reply,0,[],threading.Event()

    def __enter__(self):
        outer = self
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                outer.connections += 1
                while line := self.rfile.readline():
                    headers = {}
                    while (h := self.rfile.readline().decode('latin-1').strip()):
                        k,_,v = h.partition(': ')
                        headers[k.lower()] = v
                    body = self.rfile.read(int(headers.get('content-length', 0)))
                    outer.requests.append((line.decode().split()[1], headers, body))
                    self.sock = self.request
                    out = outer.reply(self, *outer.requests[-1])
                    if out is None: return
                    try: self.wfile.write(out)
                    except OSError: return
                outer.closed.set()
        class Server(socketserver.ThreadingTCPServer): daemon_threads = True
        self.server = Server(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(.02,), daemon=True).start()
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}/v1'
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

def http(body, status='200 OK', kind='application/json', more=''):
    body = body if isinstance(body, bytes) else body.encode()
    return f'HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n'.encode() + body

def lm(server, backoff=.01, **kw):
    "A model that a server plays; `backoff` in seconds"
    m = LM(**{'model': 'openai/some-model', 'base_url': server.url, 'api_key': 'none', 'retries': 1, 'timeout': 20, **kw})
    m.backoff = backoff
    return m

def names(n, tag=''): return [f'{tag}{i}' for i in range(n)]

def echo(m): return f"<{m[-1]['content']}>"

def cells(*codes, final='FINAL(done)', sub=echo):
    "A script: the root runs the cells and ends; sub-calls are answered by `sub`"
    def script(messages):
        if messages[0]['role']!='system': return sub(messages)
        n = sum(m['role']=='assistant' for m in messages)
        return call_repl(codes[n]) if n<len(codes) else final
    return script

def outputs(run): return [m['content'] for m in run.messages if m['role']=='tool']

def tree(codes, sub=lambda m: 'sub', mode='tools'):
    "A script for a whole tree: `codes` maps the beginning of a question to the cells of that run; `=` begins what is said, not run"
    def script(messages):
        if messages[0]['role']!='system': return sub(messages)
        asked = next(m['content'] for m in messages if m['role']=='user')
        replies = next(v for k,v in codes.items() if asked.startswith(k))
        if messages[-1]['content'].endswith(LANDING_PROMPT): return 'FINAL(landed)'
        r = replies[min(sum(m['role']=='assistant' for m in messages), len(replies)-1)]
        if isinstance(r, Fault): return r
        if r[:1] in ('','='): return r[1:]
        return call_repl(r) if mode=='tools' else f'```repl\n{r}\n```'
    return script

gifts = 'seven tripods and ten talents of gold'

def quick_model(messages):
    "A root model that looks, asks a sub-model and answers; a sub-model; and a vanilla one"
    first = messages[0]['content']
    if messages[0]['role']!='system': return gifts # a sub-call
    if 'REPL' not in first: return f'Vanilla says: {gifts}'
    done,by_fence = sum(m['role']=='assistant' for m in messages),'```repl' in first # litellm does not know that this model can call tools
    cells = 'print(len(context))\ncontext[:40]', 'parts = llm_query_batched([context[:500], context[-500:]])\nanswer = parts[0]'
    if done==len(cells): return 'FINAL_VAR(answer)'
    return f'I look first.\n```repl\n{cells[done]}\n```' if by_fence else call_repl(cells[done], 'I look first.')

# Faults

secret = 'sk-planted0123456789abcdef'
bare = 'planted0123456789abcdef' # a key like those of providers that have no prefix

begun = 'data: {"id":"x","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"FINAL(partial)"},"finish_reason":null}]}\n\n'

# fault, kind of the error, is it tried again?
# chkstyle: ignore-node
faults = dict(bad_request=(Fault(400, 'no such parameter'), 'bad_request', False),
    auth=(Fault(401, 'Incorrect API key provided'), 'auth', False),
    no_money=(Fault(402, 'Insufficient balance'), 'quota', False),
    forbidden=(Fault(403, 'country not supported'), 'auth', False),
    not_found=(Fault(404, 'The model does not exist', code='model_not_found'), 'not_found', False),
    request_timeout=(Fault(408), 'timeout', True),
    context_window=(Fault(400, "This model's maximum context length is 8192 tokens", code='context_length_exceeded'), 'context_window', False),
    content_policy=(Fault(400, 'triggering Azure OpenAI\'s content management policy', code='content_filter'), 'content_filter', False),
    quota=(Fault(429, 'You exceeded your current quota', code='insufficient_quota'), 'quota', False),
    rate_limit=(Fault(429, 'slow down', headers={'retry-after': '0'}), 'rate_limit', True),
    rate_limit_hour=(Fault(429, 'come back later', headers={'retry-after': '3600'}), 'rate_limit', False),
    server_500=(Fault(500), 'server', True),
    bad_gateway_html=(Fault(502, body='<html><body>Bad gateway</body></html>'), 'server', True),
    unavailable=(Fault(503), 'server', True),
    overloaded=(Fault(529, 'Overloaded', code='overloaded_error'), 'server', True),
    drop_before=(Fault(drop='before'), 'connection', True),
    drop_body=(Fault(drop='body', reply='never seen'), ('connection','malformed','server'), True),
    cut_json=(Fault(200, body='{"id": "x", "choices": [{"ind'), 'malformed', True),
    no_choices=(Fault(200, body='{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[]}'), 'malformed', True),
    late=(Fault(delay=60, reply='too late'), 'timeout', True),
    auth_other_key=(Fault(401, f'Incorrect API key provided: {bare}'), 'auth', False),
    quota_code=(Fault(429, 'no', code='insufficient_quota'), 'quota', False),
    quota_hard=(Fault(429, 'no', code='billing_hard_limit_reached'), 'quota', False),
    credit=(Fault(400, 'Your credit balance is too low to access the API'), 'quota', False),
    rate_limit_date=(Fault(429, 'later', headers={'retry-after': formatdate(time.time()+7200, usegmt=True)}), 'rate_limit', False),
    rate_limit_past=(Fault(429, 'now', headers={'retry-after': formatdate(time.time()-60, usegmt=True)}), 'rate_limit', True),
    too_long=(Fault(400, 'prompt is too long: 210000 tokens > 200000 maximum'), 'context_window', False),
    too_long_code=(Fault(400, 'no', code='context_length_exceeded'), 'context_window', False),
    filter_code=(Fault(400, 'no', code='content_filter'), 'content_filter', False),
    gateway_timeout=(Fault(504), ('timeout','server'), True),
    origin_timeout=(Fault(524, body='<html>A timeout occurred</html>'), ('timeout','server'), True),
    unprocessable=(Fault(422, 'bad field'), 'bad_request', False),
    portal=(Fault(200, body='<html><body>Log in first</body></html>'), ('malformed','server'), True),
    no_body=(Fault(200, body=''), ('malformed','server'), True),
    null_body=(Fault(200, body='null'), ('malformed','server'), True),
    error_in_200=(Fault(200, body='{"error": {"message": "Overloaded", "code": 529}}'), ('malformed','server'), True),
    null_message=(Fault(200, body='{"id":"x","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":null,"finish_reason":"stop"}]}'), ('malformed','server'), True),
    cut_early=(Fault(drop='body', reply='FINAL(no)'), ('connection','malformed','server'), True),
    cut_late=(Fault(drop='body', reply='FINAL(no)' + ' '.join(map(str, range(1000)))), ('connection','malformed','server'), True),
    cut_call=(Fault(drop='body', reply=call_repl('executed = True', 'x'*50)), ('connection','malformed','server'), True))

# Another status or another wording of what stands above too: each is told apart like all others, over both transports, and goes the same way from there
alike = set('''forbidden no_money unavailable overloaded quota_code quota_hard credit rate_limit_date rate_limit_past too_long too_long_code filter_code origin_timeout
    unprocessable null_body cut_early'''.split())

# only in a stream: the provider fails after the first piece of text
in_stream = {
    '529_in_stream': (Fault(200, body=begun + 'data: {"error": {"message": "Overloaded", "type": "overloaded_error", "code": 529}}\n\n'), ('server','connection','malformed'), True),
    'junk_in_stream': (Fault(200, body=begun + 'data: {"id": "x", "choi\n\n'), ('server','connection','malformed'), True),
    'end_in_stream': (Fault(200, body=begun), 'connection', True)}

# Replies that arrive as a success: reply, what a sub-call makes of it
odd = dict(empty=('', 'empty'),
    blank=(' \n\t', 'empty'),
    null=(say(None), 'empty'),
    refused=(say(None, refusal='I will not do that.'), 'refused'),
    filtered=(say('', finish_reason='content_filter'), 'content_filter'),
    filtered_null=(say(None, finish_reason='content_filter'), 'content_filter'),
    function_call=(say(None, function_call=dict(name='run_repl', arguments='{"python_code": "1"}'), finish_reason='function_call'), 'empty'),
    cut_arguments=(say(None, tool_call('run_repl', '{"python_code": "executed = Tr'), finish_reason='length'), 'empty'),
    list_arguments=(say(None, tool_call('run_repl', '["executed = True"]')), 'empty'),
    unknown_tool=(say(None, tool_call('search_web', dict(query='x'))), 'empty'),
    wrong_argument=(say(None, tool_call('run_repl', dict(source='executed = True'))), 'empty'),
    surrogate=('a lone \ud83d here', None),
    surrogate_in_code=(call_repl("executed = '\ud83d'", 'a lone \ud83d here'), None))

def once(names, more=()):
    "Rows of a table of faults; those that only repeat what others do, and `more`, come with `-m slow`"
    return [pytest.param(o, marks=pytest.mark.slow) if o in alike or o in more else o for o in names]

class Scene:
    "The script of a server that fails at one place: at the first root call, in the middle, in a sub-call or in a batch; `left` times"
    cells = dict(
        sub="try: a = llm_query('bad')\nexcept Exception as e: a = f'failed: {e.kind}'\na",
        batch="r = llm_query_batched(['a','b','bad','c','d','e','f','g'])\na = 'sub answer' if r==['sub answer']*8 else f'{len(r)} ' + getattr(getattr(r[2], 'error', None), 'kind', r[2]) if r[:2]+r[3:]==['sub answer']*7 else 'wrong'\na")

    def __init__(self, fault): self.fault,self.place,self.left = fault,None,0

    def __call__(self, messages):
        root,told = messages[0]['role']=='system',messages[-1]['content']
        step = sum(m['role']=='assistant' and 'may be' in (m['content'] or '') for m in messages)
        here = root and step==dict(first=0, middle=1).get(self.place) or not root and told=='bad'
        if here and self.left>0:
            self.left -= 1
            return self.fault
        if not root: return 'sub answer'
        return call_repl(self.cells.get(self.place, 'found = 42'), 'It may be 42.') if not step else 'FINAL(Paris)'

# What a process has under way

class Before:
    "Threads, tasks of the loop and calls that were there before a test began: what an earlier one has left is not this one's"
    threads,tasks,busy = set(),set(),{}

    def note(self):
        bg = get_background()
        self.threads,self.tasks,self.busy = set(threading.enumerate()),asyncio.all_tasks(bg.loop),{k: g.busy for k,g in list(bg.gates.items())}

before = Before()

def calls(url=None):
    "Calls that the process has under way, or waiting, and that were not there before"
    bg = get_background()
    busy = sum(max(0, g.busy-before.busy.get(k, 0)) for k,g in list(bg.gates.items()) if url in (None, k))
    return busy + sum('LoggingWorker' not in repr(t) for t in asyncio.all_tasks(bg.loop)-before.tasks)

def idle():
    "No thread of a child, cell or run is left that was not there before, and no call"
    return not [t for t in threading.enumerate() if t.name in ('rlm-child','rlm-cell','rlm-run') and t not in before.threads] and not calls()

def wait(done, seconds=5.):
    "Seconds until `done()`"
    start = time.monotonic()
    while not done():
        assert time.monotonic()-start<seconds, 'it never came'
        time.sleep(.01)
    return time.monotonic()-start

# What holds of every run and its trace

# these tests run their own traces, and most are of other things than where: `sandbox='trusted'` has to be said
fork,replay,resume = (partial(o, sandbox='trusted') for o in (rerun.fork, rerun.replay, rerun.resume))

def totals(u): return u.calls,u.prompt_tokens,u.completion_tokens,u.cost is None or round(u.cost, 9),u.estimated

def spent(trace):
    "What the events of a trace add up to: calls, and child runs that were served whole"
    return sum((e.usage for e in trace if e.kind in ('call_ended','subcall_ended') and e.usage or e.kind=='child_ended' and e.source=='trace'), Usage())

def sound(run):
    "The tree holds together, and its calls add up to the usage of the run"
    by_id,begun,ended = {},{},{}
    assert [e.kind for e in run.trace].count('run_started')==1 and run.trace[0].kind=='run_started' and run.trace[-1].kind=='answer'
    for e in run.trace:
        assert e.id not in by_id, f'{e.id} twice'
        assert e.parent is None or e.parent in by_id, f'{e.kind} {e.id} has no parent {e.parent}'
        up = by_id.get(e.parent)
        below = e.kind.startswith('subcall') or e.kind.startswith('child') or up is not None and up.kind=='child_started'
        if up is not None: assert e.depth-up.depth in (0, 1) and (below or e.depth==up.depth), (e, up)
        if up is None: assert e.kind=='run_started' and e.depth==0
        by_id[e.id] = e
        if e.kind.endswith('_started'): begun[e.id] = e
        elif e.kind.endswith('_ended'):
            assert e.of in begun and e.of not in ended and begun[e.of].kind.split('_')[0]==e.kind.split('_')[0] and e.duration>=0
            ended[e.of] = e
    left = [e.kind for i,e in begun.items() if i not in ended and e.kind!='run_started']
    assert not left or run.stop=='interrupted' and set(left)<={'cell_started'}, left
    assert totals(spent(run.trace))==totals(run.usage)
    assert sum((u for _,u in run.usage.parts), Usage()).total_tokens==run.usage.total_tokens
