"What a reply from the cache costs, beside a call to a server on this machine and beside bare SQLite: `python benchmarks/cache.py [--short] [--json]`"
import sqlite3,statistics,tempfile
from contextlib import closing
from pathlib import Path
from calls import LM,prompts,serving
from measure import arguments,cpu,main,row
from rlm.models.cache import Cache

def select(path, n):
    "The floor: a row of such a file by its key, as bare as can be"
    with closing(sqlite3.connect(path)) as db:
        keys = [o for o, in db.execute('select key from replies limit ?', (n,))]
        return cpu(lambda: [db.execute('select sent, got, cost, reply from replies where key=?', (o,)).fetchone() for o in keys*(n//len(keys))])/n

def ask(lm, texts, hits):
    "CPU seconds of each call of a batch, of which the cache must answer `hits`"
    before = lm.usage.hits
    took = cpu(lambda: lm.map(texts))/len(texts)
    assert lm.usage.hits-before==hits, lm.usage
    return took

def rows(short=False):
    n,turns = (400, 2) if short else (2000, 3)
    with serving() as url,tempfile.TemporaryDirectory() as folder:
        path = Path(folder)/'replies.sqlite'
        live,kept = (LM('openai/gpt-4o-mini', base_url=url, api_key='none', cache=o) for o in (False, path))
        live.map(prompts(64, 'fast', 'warm')) # imports, connections, plans
        times = {k:[] for k in ('call','call that is kept','hit','bare SQLite')}
        for i in range(turns): # in turns, so that a busy moment of the machine hits all
            texts = prompts(n, 'fast', f'c{i}')
            for k,lm,hits in (('call', live, 0), ('call that is kept', kept, 0), ('hit', kept, n)):
                times[k].append(ask(lm, texts, hits))
                kept.cache.report() # what is to be written is written
            times['bare SQLite'].append(select(path, n))
        meds = {k: statistics.median(v) for k,v in times.items()}
        Cache(path).close()
    yield row('a reply from the cache', meds['hit'], meds['bare SQLite'], 'bare SQLite', unit='us', note=f"{meds['hit']/meds['call']:.2f} of a call")
    yield row('a call whose reply is kept', meds['call that is kept'], meds['call'], 'a call', unit='us')

if __name__=='__main__': main(rows, arguments(__doc__))
