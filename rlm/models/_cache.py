"""Replies of models on disk: one SQLite file, safe with several threads and processes, bounded in size

The mechanism of `rlm.models.cache`, where the lesson stands; `rlm.models.calls` asks it before a call is made, and gives it what came back. Of a
question it knows a hash and the model's name, of a reply the facts that a trace holds too. Whatever goes wrong with the file is told once, and
calls are then made as without it. SQLite is not imported before a file is opened."""
import atexit, hashlib, json, math, os, stat, time, warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from urllib.parse import parse_qsl, urlsplit
from .._docs import documented
from .._registry import PROVIDERS
from ..secrets import is_secret_name, public_params, strip_controls

most_reply = 16<<20 # bytes of one reply that is kept
_id,_version = 0x726c6d63,1 # what a file of ours says of itself
_tables = '''create table replies(key blob primary key, used real not null, size integer not null, model text, sent integer, got integer, cost real, reply blob not null);
create index by_use on replies(used, size);
create table saved(hits integer, tokens integer, cost real, unpriced integer);
insert into saved values(0, 0, 0, 0);'''

# Where it is

def _default_path():
    "`replies.sqlite` in the user's cache folder, as XDG says"
    home = os.environ.get('XDG_CACHE_HOME') or ''
    return Path(home if os.path.isabs(home) else Path.home()/'.cache')/'rlm'/'replies.sqlite'

def _environment():
    "What `RLM_CACHE` says: None for no cache, True for the default file, or a path"
    said = os.environ.get('RLM_CACHE', '').strip()
    return {'': None, '0': None, 'false': None, 'no': None, 'off': None, '1': True, 'true': True, 'yes': True, 'on': True}.get(said.lower(), said)

@documented
@dataclass(frozen=True)
class Cache:
    "Replies kept on disk, to be served again: `LM(…, cache=Cache('replies.sqlite', size=10**8))`"
    path:str|Path|None=None # File; None for the one that `RLM_CACHE` names, or `rlm/replies.sqlite` in the user's cache folder
    size:int=10**9 # Bytes; beyond that what was used least recently goes
    sampled:bool=False # Keep replies to calls with a temperature above 0 too? Each is then asked once, and has the same answer ever after

    def __post_init__(self):
        path = self.path
        if path is None: path = named if isinstance(named := _environment(), str) else _default_path()
        if not isinstance(path, (str, os.PathLike)) or not str(path).strip(): raise ValueError(f'Cache(path={self.path!r:.60}): give the path of a file.')
        if type(self.size) is not int or self.size<1<<20: raise ValueError(f'Cache(size={self.size!r:.60}): give a whole number of bytes, at least {1<<20:,}.')
        path = Path(os.path.abspath(os.path.expanduser(path)))
        if path.is_dir(): raise ValueError(f'Cache(path={str(self.path)!r:.200}) is a folder: give the path of a file in it.')
        object.__setattr__(self, 'path', path)

    def key(self,
        model:str, # Who is asked
        base_url:str|None, # Where
        request:dict, # `messages` and parameters
        form=repr, # How a value counts that JSON has no word for
    )->bytes|None: # None where the reply is not to be kept
        "What a question is found by: a hash of all that a reply depends on, and of no key"
        if model.split('/')[0] in PROVIDERS or any(request.get(o) for o in _more_than_text) or request.get('n') not in (None, 1): return None
        if not self.sampled and _is_sampled(request): return None
        asked = [_version, model, _address(model, base_url), public_params(request)]
        try: return hashlib.sha256(json.dumps(asked, sort_keys=True, default=form).encode()).digest()
        except (TypeError, ValueError, RecursionError): return None # no JSON: nothing to find it by

    def find(self,
        key:bytes, # From `key`
    )->tuple|None: # Facts of the reply, tokens sent and received, US dollars or None
        "What was answered"
        return _file(self.path).find(key)

    def count(self,
        key:bytes, # Of a reply that was served
        tokens:int, # That it would have taken
        cost:float|None, # US dollars that it would have cost; None for unknown
    ):
        "Note that a reply was of use"
        _file(self.path).put(_touch, self.size, (key, tokens, cost))

    def keep(self,
        key:bytes, # From `key`
        model:str, # Who answered
        facts:dict, # The reply, as `reply_facts` writes it down
        usage, # `Usage` of the call
    ):
        "Keep a reply, unless it is empty, cut off or refused; it is written in a thread of its own"
        if not _is_whole(facts): return
        try: data = json.dumps(facts).encode()
        except (TypeError, ValueError, RecursionError): return
        if len(data)>min(most_reply, self.size//10): return
        row = (key, time.time(), len(data)+300, model, usage.prompt_tokens, usage.completion_tokens, usage.cost, data)
        _file(self.path).put(_insert, self.size, row)

    def report(self)->'CacheReport': # Raises `ValueError` with a sentence for what is no cache
        "What the file holds, and what it was good for"
        if not self.path.exists(): return CacheReport(self.path, 0, 0, 0, 0, 0.)
        with _file(self.path).opened() as db:
            (n,),size = db.execute('select count(*) from replies').fetchone(),_used_bytes(db)
            hits,tokens,cost,unpriced = db.execute('select hits, tokens, cost, unpriced from saved').fetchone()
        return CacheReport(self.path, n, size, hits, tokens, None if unpriced else cost)

    def clear(self,
        older:float|None=None, # Seconds: only what was not used for so long; None for all
    )->int: # How many replies are gone; raises `ValueError` with a sentence for what is no cache
        "Forget replies, and give their room back to the disk"
        if not self.path.exists(): return 0
        before = time.time()-older if older is not None else math.inf
        with _file(self.path).opened() as db:
            n = db.execute('delete from replies where used<=?', (before,)).rowcount
            if older is None: db.execute('update saved set hits=0, tokens=0, cost=0, unpriced=0')
            with suppress(Exception): # others may be at it: then the room is used again
                db.execute('vacuum')
                db.execute('pragma wal_checkpoint(truncate)')
        return n

    def close(self):
        "Write what is still to be written, and let go of the file, which may then be moved; the next call opens it again"
        if found := _files.pop(self.path, None): found.close()

@documented
@dataclass(frozen=True)
class CacheReport:
    "What a cache holds, and what it was good for"
    path:Path # File
    replies:int # That it holds
    size:int # Bytes that they take
    hits:int # Calls that it answered since it was last cleared
    saved_tokens:int # Tokens that those would have taken
    saved:float|None # US dollars that they would have cost; None when the price of any is unknown

    def __str__(self):
        worth = 'cost unknown' if self.saved is None else f'${self.saved:.4f}'
        return f'{self.path}\n{self.replies:,} replies, {self.size/1e6:,.1f} MB; {self.hits:,} calls answered, which saved {self.saved_tokens:,} tokens, {worth}'

def as_cache(
    cache:bool|str|Path|Cache|None=None, # What a caller gave as `cache=`; None for what `RLM_CACHE` says
    params:dict|None=None, # Parameters of the model, which may contradict it
)->Cache|None: # Raises `TypeError` or `ValueError` with a sentence
    "Where replies are kept; None for nowhere"
    asked = cache not in (None, False)
    if cache is None: cache = _environment()
    if cache is None or cache is False: return None
    if not isinstance(cache, Cache):
        if cache is not True and not isinstance(cache, (str, os.PathLike)): raise TypeError(f'cache={cache!r:.60}: give True, the path of a file, Cache(…), or False for none.')
        cache = Cache(None if cache is True else cache)
    if asked and not cache.sampled and _is_sampled(params or {}):
        warnings.warn('cache= keeps no reply of a model with a temperature above 0, which is asked for another one each time: cache=Cache(sampled=True) does.', stacklevel=3)
    return cache

# What is kept, and by what it is found

_more_than_text = 'logprobs','audio','modalities','functions','web_search_options' # what comes of these is more than is kept of a reply

def _is_sampled(request):
    "Does it ask for another reply each time? Where nobody says a temperature, nobody does"
    body = request.get('extra_body')
    temperature = request.get('temperature', body.get('temperature') if isinstance(body, dict) else None)
    return temperature is not None and temperature!=0

def _address(model, base_url):
    "Where a call goes: what the caller said, or the environment, without a key that may be in it"
    maker = model.split('/')[0].upper().replace('-', '_') if '/' in model else 'OPENAI'
    urls = [base_url] if base_url else [os.environ.get(f'{o}_{p}') for o in dict.fromkeys((maker, 'OPENAI')) for p in ('BASE_URL','API_BASE')]
    return [_without_keys(o) for o in urls if o]

def _without_keys(url):
    try:
        o = urlsplit(url)
        return [o.scheme, o.hostname, o.port, o.path.rstrip('/'), [(k, v) for k,v in parse_qsl(o.query) if not is_secret_name(k)]]
    except ValueError: return url

def _is_text(o): return o is None or isinstance(o, str)
def _is_call(o): return isinstance(o, dict) and _is_text(o.get('id')) and isinstance(f := o.get('function'), dict) and isinstance(f.get('name'), str) and isinstance(f.get('arguments'), str)
def _is_count(o): return type(o) is int and 0<=o<1<<53
def _many(f, o): return isinstance(o, list) and all(map(f, o))

_parts = dict(content=_is_text, reasoning_content=_is_text, finish_reason=lambda o: o in ('stop','tool_calls'), tool_calls=partial(_many, _is_call),
    tokens=lambda o: _many(_is_count, o) and len(o)==2, thinking_blocks=partial(_many, lambda o: isinstance(o, dict) and all(map(_is_text, o.values()))))

def _is_whole(facts):
    "Is it what `reply_facts` writes of a reply that says something and came to its end? A file may hold anything"
    if not isinstance(facts, dict) or any(k not in _parts or not _parts[k](v) for k,v in facts.items()): return False
    return bool((facts.get('content') or '').strip() or facts.get('tool_calls'))

# The file

def _make_file(path):
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError): os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

def _check_file(path):
    "Make sure that it is for its owner alone; refuse one that somebody else may have written, whose replies would be code to run"
    for o in (path, *(Path(f'{path}-{end}') for end in ('wal','shm','journal'))): # looked at by name: to close a file would let go of SQLite's locks on it
        with suppress(FileNotFoundError):
            st = os.stat(o)
            if not stat.S_ISREG(st.st_mode): raise ValueError('it is no file')
            if hasattr(os, 'geteuid') and (st.st_uid!=os.geteuid() or st.st_mode & 0o022): raise ValueError('somebody else may have written to it')
            if st.st_mode & 0o077: os.chmod(o, 0o600)

def _tables_in(db): return db.execute('select count(*) from sqlite_master').fetchone()[0]

def _pragma(db, nm): return db.execute(f'pragma {nm}').fetchone()[0]

def _is_busy(e): return getattr(e, 'sqlite_errorcode', 0)&255 in (5, 6) # SQLITE_BUSY, SQLITE_LOCKED

def _connect(path, wait, make=True):
    "A connection to the file; where it is not there it is made, or None; raises for one that is not ours"
    import sqlite3
    if make: _make_file(path)
    elif not path.exists(): return
    _check_file(path)
    db = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
    try:
        db.execute('pragma trusted_schema=off')
        new = not _tables_in(db)
        if not new and _pragma(db, 'application_id')!=_id: raise ValueError('it is a database of another program')
        if not new and _pragma(db, 'user_version')!=_version: raise ValueError('another version of rlm made it')
        if new and not make:
            db.close()
            return
        if new: _make_tables(db, time.monotonic()+wait)
        db.execute('pragma synchronous=normal') # what a power cut takes is asked again
    except BaseException:
        db.close()
        raise
    return db

def _make_tables(db, until):
    while True: # others may be at it, and for this SQLite does not wait
        try:
            db.execute('pragma journal_mode=wal')
            break
        except Exception as e:
            if not _is_busy(e) or time.monotonic()>until: raise
            time.sleep(.01)
    db.execute('begin immediate')
    if not _tables_in(db): # another process may have been quicker
        for o in (*_tables.split(';\n'), f'pragma application_id={_id}', f'pragma user_version={_version}'): db.execute(o)
    db.execute('commit')

def _insert(db, rows): db.executemany('insert or replace into replies values(?, ?, ?, ?, ?, ?, ?, ?)', rows)

def _touch(db, rows):
    db.executemany('update replies set used=? where key=?', [(time.time(), key) for key,*_ in rows])
    costs = [o[2] for o in rows]
    db.execute('update saved set hits=hits+?, tokens=tokens+?, cost=cost+?, unpriced=unpriced+?',
        (len(rows), sum(o[1] for o in rows), sum(o or 0. for o in costs), sum(o is None for o in costs)))

def _used_bytes(db): return (_pragma(db, 'page_count')-_pragma(db, 'freelist_count')) * _pragma(db, 'page_size')

def _make_room(db, most):
    "Where it has become too large, let a tenth go: what was used least recently"
    over = _used_bytes(db)-most
    if over<=0: return
    over,gone = over+most//10,[]
    for key,size in db.execute('select key, size from replies order by used'):
        gone.append((key,))
        over -= size
        if over<=0: break
    db.executemany('delete from replies where key=?', gone)

def _row(row):
    "The facts, tokens and cost of a row; None for one that we cannot have written"
    sent,got,cost,data = row
    try: facts = json.loads(data)
    except (TypeError, ValueError, RecursionError): return None
    if not _is_whole(facts) or not _is_count(sent) or not _is_count(got): return None
    return facts,sent,got,cost if isinstance(cost, (int,float)) and math.isfinite(cost) and cost>=0 else None

def _why(e): return e.strerror if isinstance(e, OSError) and e.strerror else str(e) or type(e).__name__

class _File:
    "One file: read where it is asked, on the loop that makes calls; written by a thread of its own, much at once"
    def __init__(self, path):
        self.path,self.inode,self.reader,self.writer,self.pool,self.off = path,None,None,None,None,False
        self.reading,self.writing = Lock(),Lock() # each while its connection is at work
        self.todo,self.fresh,self.called = deque(),{},False # what is to be written; replies that are not written yet; does the writer know of it?

    def find(self, key):
        if row := self.fresh.get(key): return _row(row[4:])
        if self.off: return None
        try:
            with self.reading:
                self.reader = self.reader or _connect(self.path, 2, make=False)
                if self.reader is None: return
                row = self.reader.execute('select sent, got, cost, reply from replies where key=? and length(reply)<=?', (key, most_reply)).fetchone()
            return row and _row(row)
        except Exception as e: self._give_up(e)

    def put(self, how, size, row):
        if self.off: return
        if how is _insert: self.fresh[row[0]] = row
        self.todo.append((how, size, row))
        try:
            if self.pool is None: self.pool = ThreadPoolExecutor(1, 'rlm-cache') # which Python waits for at its end
            if not self.called:
                self.called = True # before the writer may say otherwise
                self.pool.submit(self.write, .02)
        except RuntimeError: pass # Python is at its end

    def write(self, wait=0.):
        "Write what there is to write, after so many seconds in which more may come: a transaction costs as much as a hundred rows"
        if wait: time.sleep(wait)
        with self.writing:
            self.called = False # who comes from now on calls again
            batch = [self.todo.popleft() for _ in range(len(self.todo))]
            if batch and not self.off: self._write(batch)

    def _write(self, batch):
        try:
            if self.writer and self._is_gone(): self._let_go()
            if self.writer is None: self.writer,self.inode = _connect(self.path, 10),self.path.stat().st_ino
            with closing(self.writer.cursor()) as db:
                db.execute('begin immediate')
                for how in (_insert, _touch):
                    if rows := [o[2] for o in batch if o[0] is how]: how(db, rows)
                _make_room(db, batch[-1][1])
                db.execute('commit')
        except Exception as e:
            with suppress(Exception): self.writer.execute('rollback')
            self._give_up(e)
        for how,_,row in batch:
            if self.fresh.get(row[0]) is row: del self.fresh[row[0]]

    def _is_gone(self):
        "Was it deleted, or replaced, while it was open?"
        try: return self.path.stat().st_ino!=self.inode
        except OSError: return True

    def _give_up(self, e):
        "Go on without the file, and say so; one that is only busy is tried again"
        if _is_busy(e): return
        self.off = True
        self.fresh.clear()
        self.todo.clear()
        with suppress(UserWarning): warnings.warn(strip_controls(f'The cache {self.path} is not used: {_why(e)}. Calls are made as without it.'))

    def flush(self):
        "Wait until all is written"
        if self.pool: self.pool.submit(self.write).result()

    @contextmanager
    def opened(self):
        "A connection to the file as it stands, with what this process had to write; raises `ValueError` for what is no cache"
        import sqlite3
        self.flush()
        with self.writing:
            try: db = _connect(self.path, 10)
            except (ValueError, sqlite3.Error, OSError) as e: raise ValueError(strip_controls(f'{self.path} is no cache of replies: {_why(e)}.')) from None
            with closing(db): yield db

    def _let_go(self):
        with self.reading: old,self.reader,self.writer = (self.reader, self.writer),None,None
        for o in old:
            if o: o.close()

    def close(self):
        self.flush()
        with self.writing: self._let_go()

_files = {} # by path

def _file(path):
    "The one that this process has open"
    return _files.get(path) or _files.setdefault(path, _File(path))

@atexit.register
def _tidy_up():
    "Leave one file where there were three"
    for o in list(_files.values()):
        if not o.writing.acquire(timeout=2): continue
        o.off = True
        with suppress(Exception): o._let_go()
        o.writing.release()

# No connection may be open where a process is forked: SQLite would believe in the child that it has the parent's locks

_resting = [] # files whose locks are held meanwhile

def _before_fork():
    for o in list(_files.values()):
        if not o.writing.acquire(timeout=15): continue # longer than SQLite waits for others
        _resting.append(o)
        with suppress(Exception): o._let_go()

def _in_parent():
    while _resting: _resting.pop().writing.release()

def _in_child():
    rested = {o.path for o in _resting}
    busy = [o for o in _files if o not in rested]
    _resting.clear()
    _files.clear()
    for o in busy: _file(o).off = True

os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
