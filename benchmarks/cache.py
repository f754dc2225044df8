"What a reply from the cache costs, beside a call to a server on this machine and beside bare SQLite: `python benchmarks/cache.py [--json]`"
import json,multiprocessing,sqlite3,statistics,sys,tempfile,time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from calls import LM,load_litellm,prompts,serve
from rlm.models.cache import Cache

n,repeats = 2000,3

def timed(f):
    "Microseconds of this process's processor time, and of the clock, for each of `n`"
    start = time.process_time(),time.perf_counter()
    f()
    return tuple((b-a)/n*1e6 for a,b in zip(start, (time.process_time(), time.perf_counter())))

def select(path):
    "The floor: a row of such a file by its key, as bare as can be"
    with closing(sqlite3.connect(path)) as db:
        keys = [o for o, in db.execute('select key from replies limit ?', (n,))]
        return timed(lambda: [db.execute('select sent, got, cost, reply from replies where key=?', (o,)).fetchone() for o in keys*(n//len(keys))])

def ask(lm, texts):
    "A batch, and how many of its calls the cache has answered"
    before = lm.usage.hits
    took = timed(lambda: lm.map(texts))
    return took,lm.usage.hits-before

def main():
    "Print a table, or JSON: ratios against a call to a server in the same run"
    server = (context := multiprocessing.get_context('spawn')).Process(target=serve, args=(port := context.Queue(),), daemon=True)
    server.start()
    url,path = f'http://127.0.0.1:{port.get()}/v1',Path(tempfile.mkdtemp())/'replies.sqlite'
    load_litellm()
    live,kept = (LM('openai/gpt-4o-mini', base_url=url, api_key='none', cache=o) for o in (False, path))
    live.map(prompts(64, 'fast', 'warm')) # imports, connections, plans
    times = {k:[] for k in ('bare SQLite','hit','call','call that is kept')}
    for i in range(repeats): # in turns, so that a busy moment of the machine hits all
        texts = prompts(n, 'fast', f'c{i}')
        for k,lm,hits in (('call', live, 0), ('call that is kept', kept, 0), ('hit', kept, n)):
            took,served = ask(lm, texts)
            assert served==hits, f'{k}: {served} hits'
            times[k].append(took)
            kept.cache.report() # what is to be written is written
        times['bare SQLite'].append(select(path))
    rows = {k: tuple(statistics.median(o[j] for o in v) for j in (0,1)) for k,v in times.items()}
    Cache(path).close()
    server.terminate()
    res = {k: dict(cpu_us=round(cpu, 1), us=round(us, 1), of_a_call=round(cpu/rows['call'][0], 3)) for k,(cpu,us) in rows.items()}
    if '--json' in sys.argv: return print(json.dumps(res))
    print(f'{n:,} each, medians of {repeats}: microseconds of processor time, of the clock, and the processor time of a call')
    for k,o in res.items(): print(f"  {k:<18}{o['cpu_us']:9.1f}{o['us']:9.1f}{o['of_a_call']:8.2f}")

if __name__=='__main__': main()
