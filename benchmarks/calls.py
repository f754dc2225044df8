"Batches of sub-calls, 32 and 64 at once, against a server on this machine in a process of its own, through both transports and against the floor of bare aiohttp calls in the same run: `python benchmarks/calls.py [--short] [--json]`"
import asyncio,contextlib,json,math,multiprocessing,os,time
from measure import arguments,main,row
from rlm.models.lm import LM
from rlm.models.providers import load_litellm

latency = dict(slow=.05, late=.5) # by a word of the prompt, seconds

class Server(asyncio.Protocol):
    "As little of HTTP as a client needs, so that the server costs less than any client; its billing is exact"
    tokens,calls = 0,0
    def connection_made(self, transport): self.transport,self.left = transport,b''

    def data_received(self, data):
        self.left += data
        while (end := self.left.find(b'\r\n\r\n'))>=0:
            head = self.left[:end].lower()
            i = head.find(b'content-length:')
            n = end+4 + (int(head[i+15:].split(b'\r\n', 1)[0]) if i>=0 else 0)
            if len(self.left)<n: return
            body,self.left = self.left[end+4:n],self.left[n:]
            if head.startswith(b'get'): self.send(json.dumps([Server.calls, Server.tokens]).encode())
            else:
                wait = next((v for k,v in latency.items() if k.encode() in body), 0)
                if wait: asyncio.get_running_loop().call_later(wait, self.answer, len(body))
                else: self.answer(len(body))

    def answer(self, size):
        sent,got = size//4,7
        Server.calls,Server.tokens = Server.calls+1,Server.tokens+sent+got
        usage = dict(prompt_tokens=sent, completion_tokens=got, total_tokens=sent+got)
        message = dict(role='assistant', content='A short answer of some words.')
        self.send(json.dumps(dict(id=f'chatcmpl-{Server.calls}', object='chat.completion', created=0, model='gpt-4o-mini',
            choices=[dict(index=0, message=message, finish_reason='stop')], usage=usage)).encode())

    def send(self, body):
        if not self.transport.is_closing(): self.transport.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b' % (len(body), body))

def serve(port):
    "Run the server and say on which port"
    async def go():
        server = await asyncio.get_running_loop().create_server(Server, '127.0.0.1', 0)
        port.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()
    asyncio.run(go())

def billed(url):
    "Calls and tokens that the server has counted"
    from urllib.request import urlopen
    with urlopen(url) as r: return json.load(r)

@contextlib.contextmanager
def serving():
    "The address of a server in a process of its own"
    context = multiprocessing.get_context('spawn')
    server = context.Process(target=serve, args=(port := context.Queue(),), daemon=True)
    server.start()
    try: yield f'http://127.0.0.1:{port.get()}/v1'
    finally: server.terminate()

def prompts(n, word, tag): return [f'{tag} {i}: which words are {word}? ' + 'text '*20 for i in range(n)]

def both(f):
    "Seconds of the clock and of processor time that `f()` takes, and what it returns"
    start = time.perf_counter(),time.process_time()
    res = f()
    return time.perf_counter()-start[0],time.process_time()-start[1],res

def floor(url, texts, concurrency):
    "Seconds, of the clock and of processor time, of bare aiohttp calls with their JSON"
    import aiohttp
    async def go():
        gate = asyncio.Semaphore(concurrency)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            async def one(p):
                data = json.dumps(dict(model='gpt-4o-mini', messages=[dict(role='user', content=p)])).encode()
                async with gate, session.post(f'{url}/chat/completions', data=data) as r: return json.loads(await r.read())['choices'][0]['message']['content']
            return await asyncio.gather(*map(one, texts))
    return both(lambda: asyncio.run(go()))[:2]

def through(transport, url, texts, concurrency):
    "The same of `LM.map` through a transport; checks that usage is what the server billed"
    os.environ['RLM_DIRECT'] = transport
    lm,before = LM('openai/gpt-4o-mini', base_url=url, api_key='none', concurrency=concurrency),billed(url)
    wall,cpu,res = both(lambda: lm.map(texts))
    after = billed(url)
    assert all(o=='A short answer of some words.' for o in res), next(o for o in res if not o.startswith('A short'))
    assert [lm.usage.calls, lm.usage.total_tokens]==[b-a for a,b in zip(before, after)], 'usage differs from the bill'
    assert abs(lm.usage.cost - (lm.usage.prompt_tokens*.15 + lm.usage.completion_tokens*.6)/1e6)<1e-9
    return wall,cpu

def rows(short=False):
    "With a server that takes its time the clock counts, with one that answers at once the processor time of a call"
    with serving() as url:
        def compare(transport, n, word, wide, turns):
            "The least of each, in turns, so that a busy moment of the machine hits all"
            ways = ours,bare = lambda texts: through(transport, url, texts, wide),lambda texts: floor(url, texts, wide)
            for way in ways: way(prompts(wide, 'warm', 'w')) # imports, connections, plans
            got = [[way(prompts(n, word, f'{transport}{wide}{i}')) for way in ways] for i in range(turns)]
            return [[min(o[j][k] for o in got) for j in (0, 1)] for k in (0, 1)]
        n,turns = (300, 2) if short else (5000, 3)
        for wide in (32, 64):
            wall,_ = compare('1', 200, 'slow', wide, turns)
            ideal = math.ceil(200/wide)*latency['slow']
            yield row(f'200 sub-calls at 50 ms, {wide} wide', *wall, 'bare aiohttp', unit='s', note=f'ideal {ideal:.2f} s', checked=False)
            wall,cpu = compare('1', n, 'fast', wide, turns)
            yield row(f'sub-call at 0 ms, {wide} wide', *(o/n for o in cpu), 'bare aiohttp', note=f'{n/wall[0]:,.0f} calls/s, floor {n/wall[1]:,.0f}')
        wall,_ = compare('1', 64, 'late', 64, turns) # so long that the machine's other work hardly shows, but half the width does
        yield row('64 sub-calls at 500 ms, 64 wide', *wall, 'bare aiohttp', unit='s')
        if short: return
        load_litellm() # from here on replies are objects of litellm's, so this comes last
        wall,cpu = compare('1', n, 'fast', 64, turns)
        yield row('sub-call at 0 ms, 64 wide, litellm loaded', *(o/n for o in cpu), 'bare aiohttp', note=f'{n/wall[0]:,.0f} calls/s, floor {n/wall[1]:,.0f}')
        _,cpu = compare('0', n := 500, 'fast', 64, 1)
        yield row('sub-call over litellm, 64 wide', *(o/n for o in cpu), 'bare aiohttp')

if __name__=='__main__': main(rows, arguments(__doc__))
