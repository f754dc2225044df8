"""The far end of `rlm.shell.sandbox`: a process that locks itself in and then runs a model's cells

Hand-written and standard library only. Which classes run cells and make helpers is told by name at the start, so that nothing of the package
is imported here; they are imported before the lock-down. It holds no key, an empty environment, and one open file: its end
of the channel. A reader thread takes frames from the host; the main thread runs cells, where an alarm can stop them."""
import base64,contextlib,importlib,inspect,io,itertools,marshal,os,pickle,queue,signal,socket,sys,tempfile,threading,time,traceback,types

from .. import _registry
from ._wire import FROM_HOST,FROM_WORKER,CannotSend,Link,TooLarge,decode,encode,error_data,make_error

def load(name):
    "The object that `module:name` means"
    mod,_,nm = name.partition(':')
    return getattr(importlib.import_module(mod), nm)

# What code tries to touch

class Access:
    "Notes what code tries to touch: files outside the installation, the network, processes. A report and no guard: what guards is the kernel"
    other = ('socket.connect','socket.bind','socket.getaddrinfo','socket.gethostbyname','socket.sendto','subprocess.Popen','os.system','os.exec','os.posix_spawn','os.fork',
        'os.forkpty','os.kill','os.killpg','signal.pthread_kill','urllib.Request','ctypes.dlopen','pty.spawn','os.startfile')
    files = ('open','os.remove','os.rename','os.mkdir','os.rmdir','os.listdir','os.scandir','os.chmod','os.chown','os.link','os.symlink','os.truncate','os.utime','os.setxattr',
        'os.getxattr','os.chflags','sqlite3.connect','shutil.rmtree')
    def __init__(self, quiet, write, own, most=200, each=40):
        self.quiet,self.write,self.own,self.most,self.each,self.on,self.seen,self.more,self.per = tuple(quiet),tuple(write),own,most,each,False,{},0,{}
        self.kinds = {o:'file' for o in self.files} | {o:'process' if o.startswith(('os.','sub','pty','sig')) else 'library' if o.startswith('ctypes') else 'network' for o in self.other}

    def hook(self, event, args):
        "As `sys.addaudithook` wants it; called very often"
        if not self.on or event not in self.kinds: return
        try: self._note(event, args)
        except Exception: pass

    def _note(self, event, args):
        kind = self.kinds[event]
        if kind=='file':
            if not isinstance(args[0], (str,bytes,os.PathLike)): return # a file that is open already
            path = os.path.abspath(os.fsdecode(args[0]))
            inside = path.startswith(self.write)
            writes = event not in ('open','os.listdir','os.scandir','os.getxattr') or event=='open' and isinstance(args[2], int) and args[2] & (os.O_WRONLY|os.O_RDWR|os.O_CREAT|os.O_TRUNC)
            if path.startswith(self.own) or not writes and path.startswith(self.quiet): return
            what,denied = path,not inside
        elif kind=='library': # part of ctypes; of interest is what follows
            if args[0] is None or str(args[0]).startswith(self.quiet): return
            what,denied = str(args[0]),False
        else:
            what,denied = ' '.join(map(str, (o for o in args if isinstance(o, (str,bytes,int,tuple,list)) and not isinstance(o, socket.socket)))),True
        key = event,what[:300],denied
        if key not in self.seen:
            if len(self.seen)>=self.most or self.per.get(event, 0)>=self.each:
                self.more += 1
                return
            self.per[event] = self.per.get(event, 0)+1
        self.seen[key] = self.seen.get(key, 0)+1

    def take(self):
        "What was noted since the last time: `[event, what, denied, how often]`"
        seen,more,self.seen,self.more,self.per = self.seen,self.more,{},0,{}
        return [[*k, n] for k,n in seen.items()] + ([['more', '', True, more]] if more else [])

# Checkpoints: only ever written and read in here

def _function(code, name, defaults, kwdefaults, doc, ns=None):
    res = types.FunctionType(marshal.loads(code), _function.ns, name, defaults)
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

class _Bounded(io.BytesIO):
    "A buffer that refuses to grow"
    def __init__(self, most):
        super().__init__()
        self.most = most

    def write(self, b):
        if self.tell()+len(b)>self.most: raise TooLarge('checkpoint')
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
        if len(slow)>1: raise TooLarge('one was slow: each by itself')
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
    _function.ns,res = ns,{}
    try: f = open(path, 'rb')
    except FileNotFoundError: return []
    with f:
        while n:=f.read(8):
            with contextlib.suppress(Exception): res.update(pickle.loads(f.read(int.from_bytes(n, 'big'))))
    ns.update(res)
    return list(res)

# Where IPython cannot be imported

class PlainShell:
    "Runs cells with `exec`: no magics, no `await`, and otherwise as `ReplShell`"
    on_write = None
    def __init__(self): self.user_ns,self.helpers = dict(__name__='rlm_repl', __builtins__=__builtins__),{}

    def variables(self):
        return [k for k,v in list(self.user_ns.items()) if not k.startswith('_') and k not in self.helpers and not isinstance(v, types.ModuleType)]

    def restore(self): self.user_ns.update(self.helpers)

    def run(self, code, timeout=None, max_output=5000):
        import ast
        class Out(io.StringIO):
            def write(out, s):
                if self.on_write: self.on_write(s)
                return super().write(s) if out.tell()<max_output else len(s)
        class CellTimeout(BaseException): pass
        def ring(*args): raise CellTimeout()
        self.restore()
        out,value,error,start = Out(),None,None,time.perf_counter()
        old = signal.signal(signal.SIGALRM, ring)
        if timeout: signal.setitimer(signal.ITIMER_REAL, timeout, .1)
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
                tree = ast.parse(code, '<cell>')
                last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
                exec(compile(tree, '<cell>', 'exec'), self.user_ns)
                if last and (value:=eval(compile(ast.Expression(last.value), '<cell>', 'eval'), self.user_ns)) is not None: print(repr(value))
        except BaseException as e: error = e
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        self.restore()
        text = out.getvalue() + (''.join(traceback.format_exception_only(error)) if error else '')
        return types.SimpleNamespace(output=text.strip('\n')[:max_output], value=value, error=error, seconds=time.perf_counter()-start, left_out=0)

# The worker

class Worker:
    "Serves one host"
    def __init__(self, link, shell, access, checkpoint):
        self.link,self.sh,self.access,self.checkpoint = link,shell,access,checkpoint
        self.todo,self.waiting,self.ids,self.running,self.images = queue.SimpleQueue(),{},itertools.count(),False,[]
        self.gate,self.turn = threading.Lock(),threading.Lock()
        self.gate.acquire()
        self.broken = [] # what the host sent and could not be read
        if hasattr(shell, 'events'): shell.events.register('post_run_cell', self._figures)

    def call(self, name, *args, **kwargs):
        "Have the host run its function `name`"
        try: frame = dict(op='call', name=name, args=encode(list(args), room=[FROM_WORKER]), kwargs=encode(kwargs))
        except TooLarge: raise TooLarge(f'{name}: this is more than can be handed over at once ({FROM_WORKER>>20} MB). Send smaller pieces.') from None
        except CannotSend as e: raise CannotSend(f'{name}: {e}') from None
        i = next(self.ids)
        box = self.waiting[i] = queue.SimpleQueue()
        try:
            self.link.send(id=i, **frame)
            res = box.get()
        finally: self.waiting.pop(i, None)
        if 'error' in res: raise make_error(res['error'])
        if res.get('printed'): sys.stdout.write(res['printed'])
        return res['value']

    def final(self, value):
        "Hand a value over as the answer, as text where it is not data"
        self.call('FINAL', decode(encode(value, lenient=True, room=[FROM_WORKER])))

    def function(self, name, doc, params):
        "A function in the REPL that the host runs"
        sig = inspect.Signature([inspect.Parameter(p['name'], p['kind'], **({'default': p['default']} if 'default' in p else {})) for p in params]) if params is not None else None
        def f(*args, **kwargs):
            if sig:
                try: sig.bind(*args, **kwargs)
                except TypeError as e: raise TypeError(f'{name}() {e}') from None
            return self.call(name, *args, **kwargs)
        f.__name__ = f.__qualname__ = name
        f.__doc__ = doc
        if sig: f.__signature__ = sig
        return f

    def _figures(self, *args):
        "Figures that the cell leaves open, as PNG"
        pylab = sys.modules.get('matplotlib._pylab_helpers')
        for m in list(pylab.Gcf.figs.values())[:4] if pylab else []:
            buf = io.BytesIO()
            with contextlib.suppress(Exception): m.canvas.figure.savefig(buf, format='png')
            if 0<len(buf.getvalue())<2<<20: self.images.append(base64.b64encode(buf.getvalue()).decode())

    def read(self):
        "On a thread of its own: take frames while a cell runs. Between cells the main thread does, so that it need not be woken"
        try:
            while True:
                with contextlib.suppress(BaseException): # a cell can raise what it likes in any thread
                    self.gate.acquire()
                    with self.turn:
                        while self.running: self.receive(.05)
        finally: os._exit(1)

    def receive(self, timeout=None):
        "Take one frame; without a host there is nothing to live for"
        try: f = self.link.receive(timeout)
        except (EOFError, OSError, ValueError): os._exit(0)
        if f is not None: self.take(f)

    def next(self, timeout=None):
        "The next frame for the main thread, None if there is none within `timeout` seconds"
        while self.todo.empty():
            with self.turn:
                if self.todo.empty(): self.receive(timeout)
            if timeout is not None: break
        return None if self.todo.empty() else self.todo.get()

    def take(self, f):
        "One frame"
        op,h = f['op'],self.sh.helpers
        blobs = self.link.blobs(f.get('blobs', ())) # before anything can fail
        if op=='reply':
            if box:=self.waiting.get(f['id']): box.put(f if 'error' in f else dict(value=decode(f['value'], blobs), printed=f['printed']))
        elif op=='value':
            try: h[f['name']] = decode(f['value'], blobs)
            except Exception as e: self.broken.append(RuntimeError(f"{f['name']} cannot be read in the sandbox: {type(e).__name__}: {e}"))
        elif op=='extend': h[f['name']].extend(decode(f['value'], blobs))
        elif op=='function': h[f['name']] = self.function(f['name'], f['doc'], f['params'])
        elif op=='forget': self.sh.user_ns.pop(f['name'], h.pop(f['name'], None))
        elif op=='interrupt':
            if self.running: signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        elif op in ('names','get','look','state'): self.answer(f, getattr(self, f'_{op}'))
        else: self.todo.put(f) # for the main thread

    def answer(self, f, fn):
        "Send what `fn(frame)` gives, or its error"
        try: self.link.send(op='done', id=f['id'], value=fn(f))
        except Exception as e: self.link.send(op='done', id=f['id'], error=error_data(e))

    def _names(self, f):
        for k in [k for k in list(self.sh.user_ns) if not isinstance(k, str)]: del self.sh.user_ns[k] # globals()[3] = …
        return [o[:200] for o in self.sh.variables()][:2000]

    def _state(self, f): return self.running

    def _get(self, f): return encode(self.sh.user_ns[f['name']], lenient=True, room=[FROM_WORKER])

    def _look(self, f):
        "What an expression means; with `most`, what kind of thing it is, the length of its text, and so many characters of that"
        v = load(_registry.find_var)(f['expr'], self.sh.user_ns, self.sh.variables())
        if 'most' in f:
            text = load(_registry.answer_text)(v)
            v = [type(v).__name__, len(text), load(_registry.clip)(text, f['most'])]
        return encode(v, lenient=True, room=[FROM_WORKER])

    def _open(self, f):
        "The last limit, once the context is here"
        if self.broken: raise self.broken[0]
        load(f['limit'])(f['memory'])
        if hasattr(self.sh, 'compile'): self.sh.compile.count = f['count']
        self.sh.restore()
        self.access.on = True

    def _restore(self, f): return [o[:200] for o in restore(self.sh.user_ns, self.checkpoint)][:2000]

    def serve(self):
        "Run what the host asks for"
        took,dirty,last,slow = 0.,False,None,[None]
        while True:
            f = None
            try:
                f = self.next(.05 if dirty else None)
                if f and f['op']=='run':
                    try: self.run(f)
                    except BaseException: os._exit(1) # a cell has broken what reports of it, or closed the channel
                elif f and f['op']!='rest': self.answer(f, self._open if f['op']=='open' else self._restore)
                if f and f['op']=='run' and took>=.005: dirty = True # wait for a pause
                elif dirty or f and f['op']=='run':
                    start,dirty = time.perf_counter(),False
                    with _within(2): last = save(self.sh.user_ns, self._kept(), self.checkpoint, last, slow)
                    took = time.perf_counter()-start
            except OSError: took = 1. # no room in the scratch folder
            except _Slow: slow.append(slow[0])
            except BaseException: pass # an interrupt that came too late, an alarm that the cell has set
            with contextlib.suppress(BaseException):
                if f and f['op']=='rest': self.answer(f, self._state) # what was to be written down is

    def _kept(self):
        ns,h = self.sh.user_ns,self.sh.helpers
        skip = getattr(self.sh, 'builtin_names', ())
        return [k for k in list(ns) if isinstance(k, str) and not k.startswith('_') and k not in h and k not in skip]

    def run(self, f):
        "One cell"
        live = _Live(self.link, f['id'])
        self.sh.on_write,self.images = live,[]
        self.running,start = True,time.perf_counter()
        if self.gate.locked(): self.gate.release()
        try: c = self.sh.run(f['code'], timeout=f['timeout'], max_output=f['max_output'])
        except BaseException as e: # KeyboardInterrupt, and what a cell did to its shell
            text = self.sh._out.text() if getattr(self.sh, '_out', None) else ''
            c = types.SimpleNamespace(output=text.strip('\n') or type(e).__name__, value=None, error=e, seconds=time.perf_counter()-start, left_out=0)
        finally: self.running,self.sh.on_write = False,None
        try:
            with _within(2): value = encode(c.value, lenient=True, room=[1<<20])
        except (Exception, KeyboardInterrupt, _Slow): value = None
        self.link.send(op='done', id=f['id'], output=str(c.output), left_out=int(c.left_out), seconds=c.seconds, error=error_data(c.error) if c.error else None,
            count=getattr(getattr(self.sh, 'compile', None), 'count', 0), value=value, names=self._names(f), access=self.access.take(), images=self.images)

class _Slow(BaseException): "What belongs to a variable takes too long"

@contextlib.contextmanager
def _within(seconds):
    "Raise `_Slow` in the main thread after `seconds`, and again: pickling and printing a value runs code of the cell's"
    def ring(*args): raise _Slow()
    old = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, .1)
    try: yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)

class _Live:
    "Sends what a cell prints while it runs: not each piece, and not without end"
    def __init__(self, link, id, most=200_000, every=.05): self.link,self.id,self.left,self.every,self.last,self.buf = link,id,most,every,0.,[]

    def __call__(self, s):
        if self.left<=0: return
        s = s[:self.left]
        self.left -= len(s)
        self.buf.append(s)
        now = time.monotonic()
        if now-self.last>self.every or self.left<=0:
            text,self.buf,self.last = ''.join(self.buf),[],now
            self.link.send(op='out', id=self.id, text=text)

def _folder(path):
    "Make a folder, in the place of whatever else an earlier cell has put there"
    with contextlib.suppress(OSError):
        if not os.path.isdir(path): os.unlink(path)
    with contextlib.suppress(OSError): os.makedirs(path, exist_ok=True)

def main(cfg):
    "Import, lock in, say so, serve"
    sys.argv = ['']
    link = Link(socket.socket(fileno=cfg['fd']), FROM_WORKER, FROM_HOST)
    try:
        try: shell = load(cfg['shell'])()
        except ImportError: shell = PlainShell()
        shell.run('print(1)\n1')
        shell.user_ns.pop('_', None)
        if hasattr(shell, 'compile'): shell.compile.count = 0 # cells are numbered from 1
        access = Access(cfg['quiet'], cfg['write'], os.path.dirname(cfg['checkpoint']))
        worker = Worker(link, shell, access, cfg['checkpoint'])
        native = load(cfg['helpers'])(shell, worker.final) if cfg['helpers'] else {}
        shell.helpers.update(native)
        sys.addaudithook(access.hook)
        facts = load(cfg['lock'])(keep=[cfg['fd']], **cfg['limits'])
        os.chdir(cfg['write'][0]) # not before: what an earlier worker left there is not to be trusted
        os.environ.update(cfg['env'])
        for o in (os.environ['TMPDIR'], os.path.dirname(cfg['checkpoint'])): _folder(o)
        tempfile.tempdir = None
    except BaseException as e:
        link.send(op='refused', why=''.join(traceback.format_exception_only(e)).strip())
        os._exit(1)
    link.send(op='ready', native=list(native), **facts)
    threading.Thread(target=worker.read, daemon=True).start()
    try: worker.serve()
    finally: os._exit(0)
