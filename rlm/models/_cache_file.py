"""A file that holds replies of models: SQLite, safe with several threads and processes, bounded in size

The mechanism below `_caching` and `rlm.models.cache`, where the lesson stands. It knows hashes, and the facts of a reply that a trace holds too.
Whatever goes wrong with the file is told once, and calls are then made as without it. SQLite is not imported before a file is opened."""
import atexit, json, math, os, stat, time, warnings
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Lock
from ..secrets import strip_controls

most_reply = 16<<20 # bytes of one reply that is kept
_id,FORMAT = 0x726c6d63,1 # what a file of ours says of itself
_tables = '''create table replies(key blob primary key, used real not null, size integer not null, model text, sent integer, got integer, cost real, reply blob not null);
create index by_use on replies(used, size);
create table saved(hits integer, tokens integer, cost real, unpriced integer);
insert into saved values(0, 0, 0, 0);'''

# What a reply may be

def _is_text(o): return o is None or isinstance(o, str)
def _is_call(o): return isinstance(o, dict) and _is_text(o.get('id')) and isinstance(f := o.get('function'), dict) and isinstance(f.get('name'), str) and isinstance(f.get('arguments'), str)
def is_count(o): return type(o) is int and 0<=o<1<<53
def _many(f, o): return isinstance(o, list) and all(map(f, o))

_parts = dict(content=_is_text, reasoning_content=_is_text, finish_reason=lambda o: o in ('stop','tool_calls'), tool_calls=partial(_many, _is_call),
    tokens=lambda o: _many(is_count, o) and len(o)==2, thinking_blocks=partial(_many, lambda o: isinstance(o, dict) and all(map(_is_text, o.values()))))

def is_whole(facts):
    "Is it what `reply_facts` writes of a reply that says something and came to its end? A file may hold anything"
    if not isinstance(facts, dict) or any(k not in _parts or not _parts[k](v) for k,v in facts.items()): return False
    return bool((facts.get('content') or '').strip() or facts.get('tool_calls'))

# The file

def _check_folder(path):
    "Refuse one where everybody can write, sticky or not: a journal that somebody puts beside a file would be read into it"
    if hasattr(os, 'geteuid') and os.stat(path).st_mode & 0o002: raise ValueError('it lies in a folder where everybody can write')

def _make_file(path):
    path.parent.mkdir(0o700, parents=True, exist_ok=True)
    _check_folder(path.parent)
    with suppress(FileExistsError): os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

def _check_file(path):
    "Make sure that it is for its owner alone; refuse one that somebody else may have written, whose replies would be code to run"
    _check_folder(path.parent)
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
        if not new and _pragma(db, 'user_version')!=FORMAT: raise ValueError('another version of rlm made it')
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
        for o in (*_tables.split(';\n'), f'pragma application_id={_id}', f'pragma user_version={FORMAT}'): db.execute(o)
    db.execute('commit')

def _parts_of(rows, n=100): return (rows[i:i+n] for i in range(0, len(rows), n)) # a statement for many: between two of them SQLite waits for other threads of Python

def insert(db, rows):
    for part in _parts_of(rows): db.execute(f"insert or replace into replies values {', '.join(['(?, ?, ?, ?, ?, ?, ?, ?)']*len(part))}", [v for row in part for v in row])

def touch(db, rows):
    for part in _parts_of(rows): db.execute(f"update replies set used=? where key in ({', '.join('?'*len(part))})", [time.time(), *(key for key,*_ in part)])
    costs = [o[2] for o in rows]
    db.execute('update saved set hits=hits+?, tokens=tokens+?, cost=cost+?, unpriced=unpriced+?',
        (len(rows), sum(o[1] for o in rows), sum(o or 0. for o in costs), sum(o is None for o in costs)))

def used_bytes(db): return (_pragma(db, 'page_count')-_pragma(db, 'freelist_count')) * _pragma(db, 'page_size')

def _make_room(db, most):
    "Where it has become too large, let a tenth go: what was used least recently"
    over = used_bytes(db)-most
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
    if not is_whole(facts) or not is_count(sent) or not is_count(got): return None
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
        if how is insert: self.fresh[row[0]] = row
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
                for how in (insert, touch):
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
            with closing(db):
                try: yield db
                except sqlite3.Error as e: raise ValueError(strip_controls(f'{self.path} cannot be read: {_why(e)}.')) from None

    def _let_go(self):
        with self.reading: self._close_both()

    def _close_both(self):
        old,self.reader,self.writer = (self.reader, self.writer),None,None
        for o in old:
            if o: o.close()

    def close(self):
        self.flush()
        with self.writing: self._let_go()

_files = {} # by path

def file_at(path):
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

def drop(path):
    "Write what is still to be written, and let go of the file"
    if found := _files.pop(path, None): found.close()

# No connection may be open where a process is forked: SQLite would believe in the child that it has the parent's locks

_resting,_lost = [],[] # files whose locks are held meanwhile; in a child those that would not rest, whose connections must not even be closed there

def _before_fork():
    for o in list(_files.values()):
        if not o.writing.acquire(timeout=15): continue # longer than SQLite waits for others
        o.reading.acquire()
        _resting.append(o)
        with suppress(Exception): o._close_both()

def _in_parent():
    while _resting:
        o = _resting.pop()
        o.reading.release()
        o.writing.release()

def _in_child():
    _lost.extend(o for o in _files.values() if o not in _resting)
    _resting.clear()
    _files.clear()
    for o in _lost: file_at(o.path).off = True

os.register_at_fork(before=_before_fork, after_in_parent=_in_parent, after_in_child=_in_child)
