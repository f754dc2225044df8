"Batches of sub-calls against a server on this machine in a process of its own, 32 and 64 at once, with litellm left alone and with it, against the floor of bare aiohttp calls in the same run: `python benchmarks/calls.py [litellm]` (with the litellm transport too, which takes minutes)"
import asyncio,json,math,multiprocessing,os,statistics,sys,time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rlm.models.lm import LM
from rlm.models.providers import load_litellm

repeats,latency = 5,.05

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

def floor(url, texts, concurrency):
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

def through(transport, url, texts, concurrency):
    "Seconds of `LM.map` through a transport; checks that usage is what the server billed"
    os.environ['RLM_DIRECT'] = transport
    lm,before = LM('openai/gpt-4o-mini', base_url=url, api_key='none', concurrency=concurrency),billed(url)
    start = time.perf_counter()
    res = lm.map(texts)
    took,after = time.perf_counter()-start,billed(url)
    assert all(o=='A short answer of some words.' for o in res), next(o for o in res if not o.startswith('A short'))
    assert [lm.usage.calls, lm.usage.total_tokens]==[b-a for a,b in zip(before, after)], 'usage differs from the bill'
    assert abs(lm.usage.cost - (lm.usage.prompt_tokens*.15 + lm.usage.completion_tokens*.6)/1e6)<1e-9
    return took

def measure(ways, n, word, concurrency, repeats):
    "Seconds, and CPU milliseconds of a call, of each way; in turns, so that a busy moment of the machine hits all"
    took,cpu = {k:[] for k in ways},{k:[] for k in ways}
    for i in range(repeats):
        for k,way in ways.items():
            texts,start,busy = prompts(n, word, f'{k}{n}{concurrency}{i}'),time.perf_counter(),time.process_time()
            way(texts, concurrency)
            took[k].append(time.perf_counter()-start)
            cpu[k].append(1000*(time.process_time()-busy)/n)
    return took,cpu

def table(ways, n, word, concurrency, repeats=repeats):
    "Print what each way takes beside the first, which is the floor"
    took,cpu = measure(ways, n, word, concurrency, repeats)
    ideal = f', ideal {math.ceil(n/concurrency)*latency:.3f} s' if word=='slow' else ''
    print(f'{n:,} calls, {1000*latency if word=="slow" else 0:.0f} ms latency, {concurrency} at once{ideal}')
    base = next(iter(ways))
    for k in ways:
        ratio = statistics.median(a/b for a,b in zip(cpu[k], cpu[base]))
        print(f'  {k:<24}{min(took[k]):8.3f} s {statistics.median(took[k]):8.3f} s {n/min(took[k]):8,.0f} calls/s   CPU of a call {min(cpu[k]):6.3f} ms, x {ratio:.2f}')

def main():
    "Print tables"
    context = multiprocessing.get_context('spawn')
    server = context.Process(target=serve, args=(port := context.Queue(),), daemon=True)
    server.start()
    url = f'http://127.0.0.1:{port.get()}/v1'
    print(f'Python {sys.version.split()[0]}, {os.cpu_count()} CPUs; best and median of {repeats}')
    base,direct = {'bare aiohttp': lambda o, c: floor(url, o, c)},lambda o, c: through('1', url, o, c)
    for name in ('direct, no litellm','direct, litellm loaded'):
        ways = base | {name: direct}
        if name.endswith('loaded'): load_litellm()
        for way in ways.values(): way(prompts(64, 'warm', name), 64) # imports, connections, plans
        for c in (32,64):
            table(ways, 200, 'slow', c)
            table(ways, 5000, 'fast', c)
    if 'litellm' in sys.argv[1:]: table(base | {'litellm transport': lambda o, c: through('0', url, o, c)}, 1000, 'fast', 64, 1)
    server.terminate()

if __name__=='__main__': main()
