"Batches of sub-calls against a server on this machine in a process of its own, through both transports and against the floor of bare aiohttp calls in the same run: `python benchmarks/calls.py`"
import asyncio,json,math,multiprocessing,os,statistics,sys,time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rlm.models.lm import LM
from rlm.models.providers import load_litellm

concurrency,repeats,latency = 64,3,.05

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
            elif b'slow' in body: asyncio.get_running_loop().call_later(latency, self.answer, len(body))
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

def prompts(n, word, tag): return [f'{tag} {i}: which words are {word}? ' + 'text '*20 for i in range(n)]

def floor(url, texts):
    "Seconds of bare aiohttp calls, with their JSON"
    import aiohttp
    async def go():
        gate = asyncio.Semaphore(concurrency)
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            async def one(p):
                data = json.dumps(dict(model='gpt-4o-mini', messages=[dict(role='user', content=p)])).encode()
                async with gate, session.post(f'{url}/chat/completions', data=data) as r: return json.loads(await r.read())['choices'][0]['message']['content']
            start = time.perf_counter()
            await asyncio.gather(*map(one, texts))
            return time.perf_counter()-start
    return asyncio.run(go())

def through(transport, url, texts):
    "Seconds of `LM.map` through a transport; checks that usage is what the server billed"
    os.environ['RLM_DIRECT'] = transport
    lm,before = LM('openai/gpt-4o-mini', base_url=url, concurrency=concurrency),billed(url)
    start = time.perf_counter()
    res = lm.map(texts)
    took,after = time.perf_counter()-start,billed(url)
    assert all(o=='A short answer of some words.' for o in res), next(o for o in res if not o.startswith('A short'))
    assert [lm.usage.calls, lm.usage.total_tokens]==[b-a for a,b in zip(before, after)], 'usage differs from the bill'
    assert abs(lm.usage.cost - (lm.usage.prompt_tokens*.15 + lm.usage.completion_tokens*.6)/1e6)<1e-9
    return took

def main():
    "Print a table"
    context = multiprocessing.get_context('spawn')
    server = context.Process(target=serve, args=(port := context.Queue(),), daemon=True)
    server.start()
    url = f'http://127.0.0.1:{port.get()}/v1'
    load_litellm()
    ways = {'bare aiohttp': lambda o: floor(url, o), 'direct transport': lambda o: through('1', url, o), 'litellm transport': lambda o: through('0', url, o)}
    for way in ways.values(): way(prompts(64, 'warm', 'w')) # imports, connections, plans
    ideal = math.ceil(200/concurrency)*latency
    print(f'Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, concurrency {concurrency}; best and median of {repeats} (1 for many calls over litellm)')
    for n,word in ((200,'slow'), (1000,'fast'), (5000,'fast')):
        print(f'{n:,} calls, {latency*1000:.0f} ms latency: ideal {ideal:.3f} s, aim {1.25*ideal+.03:.3f} s' if word=='slow' else f'{n:,} calls, no latency' + (', aim 1,500 calls/s on the direct transport' if n==5000 else ''))
        times = {k:[] for k in ways}
        for i in range(repeats): # in turns, so that a busy moment of the machine hits all
            for k,way in ways.items():
                if i and n>200 and k.startswith('litellm'): continue
                times[k].append(way(prompts(n, word, f'{k}{n}{i}')))
        for k,v in times.items(): print(f'  {k:<17}{min(v):8.3f} s {statistics.median(v):8.3f} s {n/min(v):8,.0f} calls/s {n/statistics.median(v):8,.0f} calls/s')
    server.terminate()

if __name__=='__main__': main()
