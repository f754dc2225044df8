"""The variables of a worker, written down between cells, so that the next worker has them if this one is killed

Hand-written and standard library only. Pickles, but only ever written and read inside of the wall: a host never opens one."""
import contextlib,importlib,io,marshal,os,pickle,sys,types

_namespace = None # of the REPL that a checkpoint is read into: the globals of its functions

def _function(code, name, defaults, kwdefaults, doc):
    "A function that a cell had defined, as pickle calls for it"
    res = types.FunctionType(marshal.loads(code), _namespace, name, defaults)
    res.__kwdefaults__,res.__doc__ = kwdefaults,doc
    return res

class _Pickler(pickle.Pickler):
    "Pickles modules by name and the functions of cells by their code"
    def __init__(self, file, ns):
        super().__init__(file, pickle.HIGHEST_PROTOCOL)
        self.ns = ns

    def reducer_override(self, o):
        if isinstance(o, types.ModuleType): return importlib.import_module,(o.__name__,)
        if isinstance(o, types.FunctionType) and o.__globals__ is self.ns and not o.__closure__:
            return _function,(marshal.dumps(o.__code__), o.__name__, o.__defaults__, o.__kwdefaults__, o.__doc__)
        return NotImplemented

class _Full(Exception): "The variables do not fit together into a checkpoint"

class _Bounded(io.BytesIO):
    "A buffer that refuses to grow"
    def __init__(self, most):
        super().__init__()
        self.most = most

    def write(self, b):
        if self.tell()+len(b)>self.most: raise _Full
        return super().write(b)

def save(ns, names, path, last=None, slow=None, most=64<<20):
    """Write the variables `names` that can be pickled, each by itself where they cannot be together. Returns what was written; nothing is if that is `last`.
    `slow` holds what is being pickled, `[key, ...]`, and after it what once took too long"""
    slow = [None] if slow is None else slow
    names = [k for k in names if (k, id(ns.get(k))) not in slow[1:]]
    sys.setrecursionlimit(min(sys.getrecursionlimit(), 3000)) # a cell may have set one that the stack cannot hold
    def dump(o, room):
        buf = _Bounded(room)
        _Pickler(buf, ns).dump(o)
        return buf.getvalue()
    try:
        if len(slow)>1: raise _Full # one was slow: each by itself
        slow[0] = 'all'
        parts = [dump({k: ns[k] for k in names if k in ns}, most)]
    except Exception:
        parts,room = [],most
        for k in names:
            slow[0] = k,id(ns.get(k))
            try: parts.append(dump({k: ns[k]}, room))
            except Exception: continue # lost with the worker, and the model is told so
            room -= len(parts[-1])
    slow[0] = None
    if parts==last: return parts
    with open(f'{path}.new', 'wb') as f:
        for o in parts: f.write(len(o).to_bytes(8, 'big')+o)
    os.replace(f'{path}.new', path)
    return parts if sum(map(len, parts))<1<<20 else None

def restore(ns, path):
    "Read a checkpoint back; returns the names"
    global _namespace
    _namespace,res = ns,{}
    try: f = open(path, 'rb')
    except FileNotFoundError: return []
    with f:
        while n:=f.read(8):
            with contextlib.suppress(Exception): res.update(pickle.loads(f.read(int.from_bytes(n, 'big'))))
    ns.update(res)
    return list(res)
