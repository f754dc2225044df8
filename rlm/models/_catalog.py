"""What litellm's own files say of models: prices, windows, providers, read without importing litellm, whose import takes seconds

Each function answers only where litellm's own answer follows from what is written there, and raises `Unsure` where it does not: then litellm is loaded and asked
(`rlm.models.providers`). tests/test_catalog.py compares the answers with litellm's for all models that it lists."""
import functools,gc,importlib.machinery,json,logging,math,os,re,sys
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from .._registry import PROVIDERS

class Unsure(Exception): "Only litellm itself can tell"

def imported():
    "The litellm module, if anybody has imported it; None before, and in the middle of its import"
    m = sys.modules.get('litellm')
    return m if m is not None and not getattr(m.__spec__, '_initializing', False) else None

def import_litellm():
    "Import litellm, offline and without chatter"
    loaded,mode,log = 'litellm' in sys.modules,os.environ.get('LITELLM_MODE'),logging.getLogger('LiteLLM')
    quiet = not loaded and 'LITELLM_LOG' not in os.environ
    if quiet: log.setLevel(logging.CRITICAL) # some versions warn already while they are imported
    os.environ.setdefault('LITELLM_LOCAL_MODEL_COST_MAP', 'True') # else it fetches prices and waits for the network
    os.environ['LITELLM_MODE'] = mode or 'PRODUCTION' # in its DEV mode the import loads the .env file of the working directory
    collects = gc.isenabled()
    gc.disable() # of half a million objects that all stay, nothing is to be collected: a quarter of the time
    try: import litellm
    finally:
        if collects: gc.enable()
        if mode is None: del os.environ['LITELLM_MODE']
    if quiet: log.setLevel(logging.CRITICAL)
    litellm.suppress_debug_info,litellm.telemetry = True,False # the debug banner goes to stdout
    return litellm

# The list of models

@functools.cache
def _folder():
    spec = importlib.machinery.PathFinder.find_spec('litellm') # of a package at the top: finds it, and does not import it
    if spec is None or not spec.submodule_search_locations: raise Unsure
    return Path(spec.submodule_search_locations[0])

@functools.cache
def _read(path):
    try: return (_folder()/path).read_bytes()
    except OSError as e: raise Unsure from e

def _as_usual():
    "Is litellm as it comes, with the list of models that comes with it?"
    own_list = os.environ.get('LITELLM_LOCAL_MODEL_COST_MAP', 'True').lower() not in ('true','1')
    if own_list or os.environ.get('USE_LITELLM_PROXY'): raise Unsure

_list = 'model_prices_and_context_window_backup.json'

def _place(name, raw):
    "Where in the list, which is one name a line, the entry of `name` begins; -1 where it has none"
    key = b'\n    %b: ' % json.dumps(name).encode()
    at = raw.rfind(key+b'{')
    return at if at<0 else at+len(key)

@functools.cache
def _raw():
    raw = _read(_list)
    if _place('gpt-4o', raw)<0: raise Unsure # not the form that is known here
    return raw

@functools.lru_cache(1024)
def listed(
    name, # Of a model, or whatever else the list names
): # Its entry; None where this very name is not listed
    "What litellm lists under a name: to find the one entry that is wanted takes a hundredth of reading all"
    _as_usual()
    raw = _raw()
    if (at := _place(name, raw))<0: return
    end = raw.find(b'\n    }', at) # of the entry: what is nested in it stands further right
    try: res = json.loads(raw[at:end+6])
    except ValueError as e: raise Unsure from e
    if 'alias_of' in res: raise Unsure
    return res

@functools.lru_cache(1024)
def _in_other_letters(name): return _place(name.lower(), _raw().lower())>=0

@functools.cache
def _rules():
    "Newer versions know names that they do not list, by patterns"
    found = (listed('fallback_generalizations') or {}).get('rules') or []
    return [re.compile(o['pattern'], re.I) for o in found]

def facts(
    model, # Name with or without `openai/`
): # Its entry; {} for a model that litellm knows nothing of
    "What litellm knows of a model of provider `openai`"
    name = model.removeprefix('openai/')
    if name.startswith(('ft:','openai/')): raise Unsure
    for o in (f'openai/{name}', name):
        if (e := listed(o)) and e.get('litellm_provider')=='openai': return e
        if e is None and _in_other_letters(o): raise Unsure
    if name.count(':')>2 or listed(f'azure/{name}') or any(o.search(name) for o in _rules()): raise Unsure
    return {}

def facts_of(
    model, # Full name
    provider, # Who serves it
): # Its entry; {} for a model of which nothing is known
    "What is known of a model; only while litellm is not there, whose list may be added to"
    if imported(): raise Unsure
    if provider in PROVIDERS: return import_module(PROVIDERS[provider]).FACTS.get(model, {})
    if provider!='openai': raise Unsure
    return facts(model)

# Who serves a model

@functools.cache
def providers():
    "Names of all providers that litellm knows"
    m = re.search(r'^class LlmProviders\(.*?(?=^\S)', _read('types/utils.py').decode(), re.M | re.S)
    res = set(re.findall(r'^    \w+ = "([^"]+)"', m[0], re.M)) if m else ()
    if len(res)<50: raise Unsure
    return res | json.loads(_read('llms/openai_like/providers.json')).keys()

@functools.cache
def compatible_hosts():
    "Hosts of the OpenAI-protocol endpoints that litellm knows"
    text = _read('constants.py').decode()
    m = re.search(r'^openai_compatible_endpoints\b[^\n]*\[\n(.*?)^\]', text, re.M | re.S)
    if not m: raise Unsure
    values = re.findall(r'"([^"]+)"', m[1])
    for o in re.findall(r'^    ([A-Z_]+),', m[1], re.M): values += re.findall(rf'^{o}\b[^\n]*= "([^"]+)"', text, re.M)
    if len(values)<len(m[1].split(',\n'))-1: raise Unsure
    return {urlsplit(o if '//' in o else f'//{o}').hostname for o in values}

# whose models litellm knows without the provider's name too, and what other names it takes by their beginnings
_bare = 'vertex_ai','gemini','cohere','bedrock','bedrock_mantle','fal_ai','aiml','typesafe'
_begins = re.compile('ft:|gpt-image|amazon_nova|[a-z_]+/.*:[0-9a-f]{64}$')

@functools.lru_cache(1024)
def _known_bare(name):
    if any(_place(f'{o}/{name}', _raw())>=0 for o in _bare): return True
    deeper = rb'^    "(?:%b)/[^"]*/%b": ' % ('|'.join(_bare).encode(), re.escape(name).encode())
    return f'/{name}": {{'.encode() in _raw() and bool(re.search(deeper, _raw(), re.M))

def resolve(
    model, # As for `resolve_model`
    base_url=None, # Likewise
): # Full name and `openai`; None where litellm knows no provider
    "Who serves a model"
    _as_usual()
    head,_,name = model.partition('/')
    if head=='openai' and name: return model,'openai'
    if model.startswith('ft:') or name and head in providers(): raise Unsure
    host = urlsplit(base_url or '').hostname
    if host and any(f'.{host}'.endswith(f'.{o}') for o in compatible_hosts()): raise Unsure
    if e := listed(model):
        if e.get('litellm_provider')=='openai' and e.get('mode')=='chat' and not name: return model,'openai'
        raise Unsure
    if _in_other_letters(model) or _known_bare(model) or _begins.match(model) or any(o.search(model) for o in _rules()): raise Unsure
    return (f'openai/{model}','openai') if base_url else None

# Prices

_above = re.compile(r'_above_(\d+)k_tokens')

@functools.lru_cache(256)
def _one_price_below(names):
    "Tokens below which one price holds, by the names of what an entry has"
    if any(o in k for k in names for o in ('off_peak','tiered')): return 0
    return min((1000*int(m[1]) for m in map(_above.search, names) if m), default=math.inf)

def plain_price(
    entry, # From `facts`
    sent, # Prompt tokens
): # US dollars for a token sent, received, and read from the cache (None without one)
    "What a token costs at the usual tier, if one price holds for `sent` tokens"
    prices = [entry.get(f'{o}_cost_per_token') for o in ('input','output')] + [entry.get('cache_read_input_token_cost')]
    if entry.get('output_cost_per_reasoning_token') or None in prices[:2] or sent>=_one_price_below(tuple(entry)): raise Unsure
    return prices

def entry_price(
    entry, # From `facts`
    sent, # Prompt tokens
    got, # Completion tokens
): # US dollars; None where there is no price
    "What so many tokens cost"
    if not entry: return
    per_sent,per_got,_ = plain_price(entry, sent)
    return sent*per_sent + got*per_got

def price(
    model, # Full name
    provider, # Who serves it
    sent, # Prompt tokens
    got, # Completion tokens
): # US dollars; None where there is no price
    "What a call costs"
    return entry_price(facts_of(model, provider), sent, got)

# Tokens

@functools.cache
def tokenizer():
    "The tokenizer whose file comes with litellm"
    import tiktoken
    old = os.environ.get('TIKTOKEN_CACHE_DIR')
    os.environ['TIKTOKEN_CACHE_DIR'] = str(_folder()/'litellm_core_utils'/'tokenizers') # else it asks the network
    try: return tiktoken.get_encoding('cl100k_base')
    finally:
        if old is None: del os.environ['TIKTOKEN_CACHE_DIR']
        else: os.environ['TIKTOKEN_CACHE_DIR'] = old
