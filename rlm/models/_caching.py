"""Where replies are kept, and by what they are found: the value that `cache=` makes

What `LM` is made with, and `rlm.models.calls` asks before a call is made and tells what came back; the lesson is in `rlm.models.cache`. Of a
question it keeps a hash and the model's name."""
import hashlib, json, math, os, time, warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit
from .._docs import documented
from .._registry import PROVIDERS
from ..secrets import is_secret_name
from ._cache_file import FORMAT, drop, file_at, insert, is_count, is_whole, most_reply, touch, used_bytes

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
        if os.path.isdir(path): raise ValueError(f'Cache(path={str(self.path)!r:.200}) is a folder: give the path of a file in it.')
        object.__setattr__(self, 'path', path)

    def key(self,
        model:str, # Who is asked
        base_url:str|None, # Where
        request:dict, # `messages` and parameters
        form=repr, # How a value counts that JSON has no word for
    )->bytes|None: # None where the reply is not to be kept
        "What a question is found by: a hash of all that a reply depends on, and of no key"
        asks_more = any(o.get(nm) for o in (request, request.get('extra_body')) if isinstance(o, dict) for nm in _more_than_text)
        if model.split('/')[0] in PROVIDERS or asks_more or request.get('n') not in (None, 1): return None
        if not self.sampled and _is_sampled(request): return None
        params = sorted((k, v) for k,v in request.items() if k!='messages')
        asked = [FORMAT, model, _address(model, base_url), request.get('messages'), _counted(dict(params))]
        try: return hashlib.sha256(json.dumps(asked, sort_keys=True, default=form).encode()).digest()
        except (TypeError, ValueError, RecursionError): return None # no JSON: nothing to find it by

    def find(self,
        key:bytes, # From `key`
    )->tuple|None: # Facts of the reply, tokens sent and received, US dollars or None
        "What was answered"
        return file_at(self.path).find(key)

    def count(self,
        key:bytes, # Of a reply that was served
        tokens:int, # That it would have taken
        cost:float|None, # US dollars that it would have cost; None for unknown
    ):
        "Note that a reply was of use"
        file_at(self.path).put(touch, self.size, (key, tokens, cost))

    def keep(self,
        key:bytes, # From `key`
        model:str, # Who answered
        facts:dict, # The reply, as `reply_facts` writes it down: one that has more is not kept
        usage, # `Usage` of the call
    ):
        "Keep a reply, unless it is empty, cut off or refused; it is written in a thread of its own"
        if not is_whole(facts): return
        try: data = json.dumps(facts).encode()
        except (TypeError, ValueError, RecursionError): return
        if len(data)>min(most_reply, self.size//10): return
        sent,got,name = usage.prompt_tokens,usage.completion_tokens,model.encode(errors='replace').decode()
        if not is_count(sent) or not is_count(got): return
        row = (key, time.time(), len(data)+300, name, sent, got, usage.cost, data)
        file_at(self.path).put(insert, self.size, row)

    def _is_there(self):
        file_at(self.path).flush() # the first replies may be on their way
        return self.path.exists()

    def report(self)->'CacheReport': # Raises `ValueError` with a sentence for what is no cache
        "What the file holds, and what it was good for"
        if not self._is_there(): return CacheReport(self.path, 0, 0, 0, 0, 0.)
        with file_at(self.path).opened() as db:
            (n,),size = db.execute('select count(*) from replies').fetchone(),used_bytes(db)
            hits,tokens,cost,unpriced = db.execute('select hits, tokens, cost, unpriced from saved').fetchone()
        return CacheReport(self.path, n, size, hits, tokens, None if unpriced else cost)

    def clear(self,
        older:float|None=None, # Seconds: only what was not used for so long; None for all
    )->int: # How many replies are gone; raises `ValueError` with a sentence for what is no cache
        "Forget replies, and give their room back to the disk"
        if not self._is_there(): return 0
        before = time.time()-older if older is not None else math.inf
        with file_at(self.path).opened() as db:
            n = db.execute('delete from replies where used<=?', (before,)).rowcount
            if older is None: db.execute('update saved set hits=0, tokens=0, cost=0, unpriced=0')
            with suppress(Exception): # others may be at it: then the room is used again
                db.execute('vacuum')
                db.execute('pragma wal_checkpoint(truncate)')
        return n

    def close(self):
        "Write what is still to be written, and let go of the file, which may then be moved; the next call opens it again"
        drop(self.path)

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
    if not asked:
        try: return Cache(None if cache is True else cache)
        except (ValueError, OSError, RuntimeError) as e: return warnings.warn(f'RLM_CACHE is not used: {e}', stacklevel=3)
    if not isinstance(cache, Cache):
        if cache is not True and not isinstance(cache, (str, os.PathLike)): raise TypeError(f'cache={cache!r:.60}: give True, the path of a file, Cache(…), or False for none.')
        cache = Cache(None if cache is True else cache)
    if asked and not cache.sampled and _is_sampled(params or {}):
        warnings.warn('cache= keeps no reply of a model with a temperature above 0, which is asked for another one each time: cache=Cache(sampled=True) does.', stacklevel=3)
    return cache

# By what it is found

def _counted(o):
    "Parameters, without the texts that stand under a secret's name, and in their order: a model writes the fields of a schema in the order in which it has them"
    if isinstance(o, (list,tuple)): return list(map(_counted, o))
    return [[k, _counted(v)] for k,v in o.items() if not (is_secret_name(k) and _is_text(v))] if isinstance(o, dict) else o

def _is_text(v): return isinstance(v, (str,bytes)) or isinstance(v, (list,tuple)) and bool(v) and all(isinstance(o, (str,bytes)) for o in v)

def has_more(
    response, # A reply
)->bool:
    "Is there more in it than is kept: images, sources, probabilities?"
    choice = response.choices[0]
    return any(getattr(o, nm, None) for o,names in ((choice.message, ('images','annotations','audio')), (choice, ('logprobs',)), (response, ('citations','search_results'))) for nm in names)

_more_than_text = 'logprobs','prompt_logprobs','audio','modalities','functions','web_search_options' # what comes of these is more than is kept of a reply

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
