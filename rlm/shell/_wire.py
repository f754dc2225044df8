"""What passes between a host and its worker: frames with a length, JSON in them, and values as JSON

Hand-written and standard library only, because both ends use it. Nothing here is ever unpickled or evaluated. The host reads what a worker
sends with `decode(value)`, which makes plain Python data and nothing else; what the host sends may also hold arrays, tables
and long texts, which go beside the JSON, in pieces."""
import base64,builtins,contextlib,datetime,decimal,enum,fractions,importlib.util,json,pathlib,queue,re,select,socket,struct,threading,time,uuid
from functools import partial

PIECE = 1<<20 # characters or bytes of a blob that go in one frame; larger pieces cost a page fault for each page of each copy
SLOW = 10<<20 # bytes a second that the other end reads at least
LONG = 1<<20 # a text longer than this goes beside the JSON
FROM_HOST,FROM_WORKER = 1<<30,32<<20 # bytes of one frame
DEPTH,NODES,ODD = 100,500_000,1000 # levels of a value, values in it, and keys that are neither text nor small numbers, whose hashes can be made to collide
EACH = 64 # bytes that a value takes at least, besides its text: a worker may hand over so many that they fit into a frame

class BadFrame(Exception):
    "What came is no frame of the protocol"

class TooLarge(ValueError):
    "A value that is too large to be sent"

class CannotSend(TypeError):
    "A value that is not data"

# Values

def encode(value, blobs=None, lenient=False, room=None, text=str):
    "`value` as JSON with tags; long texts and tables go to the list `blobs` (only a host gives one). `lenient`: `text` of what is not data. `room`: `[n]`, how much may come"
    odd = []
    def spend(n):
        if room is None: return
        room[0] -= n
        if room[0]<0: raise TooLarge('This value is too large to hand over.')
    def tag(nm, v, **kw): return {'$':nm, 'v':v, **kw}
    def beside(nm, v):
        blobs.append(v)
        return tag(nm, len(blobs)-1)
    def key(o, depth):
        if room is not None and not _plain_key(o):
            odd.append(None)
            if len(odd)>ODD: raise TooLarge(f'More than {ODD:,} keys or members of sets that are neither text nor whole numbers cannot be handed over.')
        return go(o, depth)
    def go(o, depth=0):
        t = type(o)
        if o is None or t in (bool,int,float):
            if t is int and o.bit_length()>13_000: # Python itself refuses to print and to read more digits
                if not lenient: raise CannotSend('A whole number of more than 4,000 digits cannot be sent.')
                return f'<a whole number of {o.bit_length():,} bits>'
            spend(EACH)
            return o
        if isinstance(o, int): return go(int.__index__(o), depth) # an enum, or another kind of number
        if isinstance(o, float): return go(float.__float__(o), depth)
        if depth>DEPTH: raise CannotSend(f'A value that is nested more than {DEPTH} deep, or that holds itself, cannot be sent.')
        if isinstance(o, str):
            spend(len(o)+EACH)
            if hasattr(o, 'error') and t is not str: return tag('failed', str.__str__(o), error=error_data(o.error))
            return beside('blob', str.__str__(o)) if blobs is not None and len(o)>LONG else str.__str__(o)
        spend(EACH)
        depth += 1
        if isinstance(o, list): return [go(x, depth) for x in o]
        if isinstance(o, dict):
            if all(type(k) is str for k in o) and '$' not in o: return {k: go(v, depth) for k,v in o.items()}
            return tag('dict', [[key(k, depth), go(v, depth)] for k,v in o.items()])
        if isinstance(o, tuple): return tag('tuple', [go(x, depth) for x in o])
        if isinstance(o, (set,frozenset)): return tag('set' if isinstance(o, set) else 'frozenset', [key(x, depth) for x in o])
        if isinstance(o, (bytes,bytearray)):
            spend(len(o))
            return beside('blob', bytes(o)) if blobs is not None and len(o)>LONG else tag('bytes', base64.b64encode(o).decode())
        if isinstance(o, (datetime.datetime,datetime.date)) and t.__module__=='datetime': return tag(t.__name__, o.isoformat())
        mod = t.__module__.partition('.')[0]
        if mod=='numpy' and getattr(o, 'shape', None)==() and hasattr(o, 'item'): return go(o.item(), depth)
        if blobs is not None and mod=='numpy' and t.__name__=='ndarray': return _array(o, go, tag, beside)
        if blobs is not None and mod=='pandas' and t.__name__ in ('DataFrame','Series'): return _table(o, go, tag, beside)
        if blobs is not None and t.__name__ in _written and isinstance(o, _written[t.__name__]): return tag('written', str(o), by=t.__name__)
        if blobs is not None and isinstance(o, enum.Enum): return go(o.value, depth)
        if not lenient: raise CannotSend(_cannot(o, blobs is not None))
        if mod=='numpy' and hasattr(o, 'tolist'):
            spend(EACH*o.size)
            return go(o.tolist(), depth)
        said = str.__str__(text(o))
        spend(len(said))
        return said
    return go(value)

_collections = dict(set=set, frozenset=frozenset)
_written = dict(Decimal=decimal.Decimal, Fraction=fractions.Fraction, UUID=uuid.UUID, complex=complex, PosixPath=pathlib.PurePath, WindowsPath=pathlib.PurePath,
    PurePosixPath=pathlib.PurePath, PureWindowsPath=pathlib.PurePath) # what a text says it all of; only a host sends these

def _cannot(o, host):
    "Why `o` cannot be sent, and what can be done"
    if hasattr(o, 'read'): return f'{_a(type(o))} cannot be sent: read it, and give what it holds.'
    if callable(o): return f'{_a(type(o))} cannot be sent: a function can be called by name alone, data cannot hold one.'
    also = ', numpy arrays and pandas tables' if host else ''
    return f'{_a(type(o))} cannot be sent: give its data, as text, numbers, lists, dicts, sets, bytes or dates{also}.'

def _plain_key(o): return o is None or type(o) in (str,bytes,bool) or type(o) is int and abs(o)<1<<60

def _a(t): return f"{'An' if t.__name__[:1].lower() in 'aeiou' else 'A'} {t.__name__}"

def _array(o, go, tag, beside):
    "A numpy array: its bytes, if it is one of numbers"
    if o.dtype.kind in 'biufcmMSU': return tag('array', beside('blob', o.tobytes()), dtype=o.dtype.str, shape=list(o.shape))
    return tag('array', go(o.ravel().tolist()), dtype='O', shape=list(o.shape))

def _column(s, go, tag, beside):
    "One column of a table: an array of numbers or times, or a list of values"
    kind = s.dtype.kind
    if kind=='M' and getattr(s.dtype, 'tz', None) is not None: return tag('column', _array(s.to_numpy('M8[ns]'), go, tag, beside), tz=str(s.dtype.tz))
    if type(s.dtype).__module__.startswith('numpy') and kind in 'biufcmM': return tag('column', _array(s.to_numpy(), go, tag, beside))
    missing = s.isna()
    return tag('column', [None if m else go(x) for m,x in zip(missing, s.astype(object))], dtype=str(s.dtype))

def _table(o, go, tag, beside):
    "A pandas table or series: as parquet where pyarrow is there, which keeps more types, else by its columns"
    frame = o.to_frame() if o.ndim==1 else o
    kind = dict(series=bool(o.ndim==1), name=go(o.name) if o.ndim==1 else None)
    if importlib.util.find_spec('pyarrow'):
        try: return tag('parquet', beside('blob', frame.to_parquet()), **kind)
        except Exception as e: # what parquet has no type for
            if not isinstance(e, (ValueError,TypeError,AttributeError)) and not type(e).__module__.startswith('pyarrow'): raise
    index = [_column(frame.index.get_level_values(i).to_series(), go, tag, beside) for i in range(frame.index.nlevels)]
    cols = [_column(frame.iloc[:,i], go, tag, beside) for i in range(frame.shape[1])]
    return tag('table', cols, names=go(frame.columns.tolist()), index=index, index_names=go(list(frame.index.names)), **kind)

def decode(value, blobs=None):
    "The value that `encode` made `value` of. Tables and texts beside are read only with `blobs`, from a host; raises `BadFrame`"
    odd = []
    def key(o, depth):
        res = go(o, depth)
        if blobs is None and not _plain_key(res):
            odd.append(None)
            if len(odd)>ODD: raise BadFrame('too many odd keys')
        return res
    def go(o, depth=0):
        if depth>2*DEPTH+2: raise BadFrame('nested too deep')
        depth += 1
        if isinstance(o, list): return [go(x, depth) for x in o]
        if not isinstance(o, dict): return o
        if '$' not in o: return {k: go(v, depth) for k,v in o.items()}
        nm,v = o['$'],o.get('v')
        if nm=='dict': return {key(k, depth): go(x, depth) for k,x in v}
        if nm=='tuple': return tuple(go(x, depth) for x in v)
        if nm in ('set','frozenset'): return _collections[nm](key(x, depth) for x in v)
        if nm=='bytes': return base64.b64decode(v)
        if nm in ('datetime','date'): return getattr(datetime, nm).fromisoformat(v)
        if nm=='failed' and isinstance(v, str): return failed_text(v, o.get('error'))
        if blobs is not None: return _decode_rich(o, go, blobs)
        raise BadFrame(f'unknown kind of value {nm!r}')
    try: return go(value)
    except (TypeError, ValueError, KeyError, RecursionError) as e: raise BadFrame(f'{type(e).__name__}: {e}') from None

def _decode_rich(o, go, blobs):
    "What only a host sends"
    nm,v = o['$'],o['v']
    if nm=='blob': return blobs[v]
    if nm=='written': return (pathlib.PurePath if 'Path' in o['by'] else _written[o['by']])(v)
    if nm=='array':
        import numpy as np
        a = go(v)
        return (np.frombuffer(a, dtype=o['dtype']).reshape(o['shape']).copy() if isinstance(a, bytes) else np.array(a, dtype=object).reshape(o['shape']))
    import pandas as pd
    if nm=='parquet':
        from io import BytesIO
        frame = pd.read_parquet(BytesIO(go(v)))
    elif nm=='column':
        a = go(v)
        if 'tz' in o: return pd.Series(a).dt.tz_localize('UTC').dt.tz_convert(o['tz'])
        return pd.Series(a, dtype=object).astype(o['dtype']) if 'dtype' in o else pd.Series(a)
    else:
        cols,index,names = [go(c) for c in v],[go(c) for c in o['index']],go(o['index_names'])
        frame = pd.DataFrame(dict(enumerate(cols)), index=range(len(index[0])))
        frame.columns = pd.Index(go(o['names'])) if v else []
        frame.index = pd.Index(index[0], name=names[0]) if len(index)==1 else pd.MultiIndex.from_arrays(index, names=names)
    return frame.iloc[:,0].rename(go(o['name'])) if o['series'] else frame

# Errors

SAID = 'kind','limit','retry','wait' # attributes that the errors of this package have; those of others may hold anything

def error_data(e):
    "An exception as data: its name, the builtin one it is a kind of, its sentence, and what the errors of this package say besides"
    base = next(c.__name__ for c in type(e).__mro__ if c.__module__=='builtins')
    own = getattr(e, '__dict__', {})
    attrs = {k: own[k] for k in SAID if k in own and (own[k] is None or type(own[k]) in (str,int,float,bool))}
    if isinstance(kind:=getattr(type(e), 'kind', None), str): attrs['kind'] = kind
    try: text = e.args[0] if isinstance(e, KeyError) and len(e.args)==1 and isinstance(e.args[0], str) else str(e)
    except Exception as bad: text = f'(its message cannot be shown: {type(bad).__name__})'
    return dict(name=type(e).__name__[:100], base=base, text=text[:20_000], attrs={k: v for k,v in attrs.items() if len(str(v))<100})

def make_error(d, parent=Exception):
    "An exception of the name that `d` says, made of the builtin one that it is a kind of where that is an `Exception`"
    if not (isinstance(d, dict) and all(isinstance(d.get(o), str) for o in ('name','base','text')) and isinstance(d.get('attrs'), dict)): raise BadFrame('an error without its parts')
    d = {**d, 'name': d['name'][:100]}
    if not (d['name'].isidentifier() and d['name'].isascii()): d['name'] = 'Error'
    base = getattr(builtins, d['base'], None)
    if not (isinstance(base, type) and issubclass(base, Exception)) or issubclass(base, (UnicodeError,BaseExceptionGroup)): base = parent
    t = base if base.__name__==d['name'] else type(d['name'], (base,), dict(__module__='builtins'))
    e = t(d['text'])
    for k,v in d['attrs'].items():
        if k in SAID and not hasattr(e, k) and (v is None or type(v) in (str,int,float,bool)): setattr(e, k, v)
    return e

class _Failed(str): "The answer of a sub-call that failed"

def failed_text(text, error):
    "What stands for the answer of a sub-call that failed"
    res = _Failed(text)
    res.error = make_error(error)
    return res
_Failed.__name__ = _Failed.__qualname__ = 'FailedQuery'

# Frames

_strings = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.S) # one that is not closed ends with the data: else each quote would look for its end

def _values(data):
    "How many values a frame holds at most; what stands in texts does not count"
    n = sum(map(data.count, (b',',b'[',b'{')))
    return n if n<1000 else sum(map(_strings.sub(b'', data).count, (b',',b'[',b'{')))

class Link:
    "One end of the channel. A frame is four bytes of length and JSON, or a NUL and a piece of a blob announced before"
    def __init__(self, sock, sends=FROM_HOST, receives=FROM_WORKER, patience=None):
        self.sock,self.sends,self.receives,self.buf,self.lock,self.poll = sock,sends,receives,bytearray(),threading.RLock(),select.poll()
        self.patience = patience # seconds until the other end has to take something; it may never do, or a little at a time
        self.poll.register(sock, select.POLLIN)
        self.weight = 0 # bytes that the last frame takes as objects, about

    def send(self, _blobs=None, **frame):
        "Send one frame, and the blobs that belong to it"
        if _blobs: frame['blobs'] = ['text' if isinstance(o, str) else 'bytes' for o in _blobs]
        data = json.dumps(frame, ensure_ascii=False).encode('utf-8', 'surrogatepass')
        if len(data)>self.sends: raise TooLarge(f'{len(data):,} bytes are more than can be handed over at once ({self.sends:,}).')
        if _blobs: return self._send_all(data, _blobs)
        data = struct.pack('>I', len(data))+data
        if len(data)<65536: # one system call, that an interrupt cannot leave half done
            with self._turn(len(data)) as send: send(data)
        else: self._aside(data)

    @contextlib.contextmanager
    def _turn(self, n):
        "A function that sends, for about `n` bytes, when the other threads have sent theirs"
        if not self.lock.acquire(timeout=-1 if self.patience is None else self.patience): raise TimeoutError('The other end does not read.')
        try: yield partial(self._push, None if self.patience is None else time.monotonic()+self.patience+n/SLOW)
        finally: self.lock.release()

    def _push(self, end, data):
        data = memoryview(data)
        while data:
            data = data[self.sock.send(data[:1<<16]):] # a larger piece is one call that goes on as long as a little is taken
            if data and end is not None and time.monotonic()>end: raise TimeoutError('The other end reads too slowly.')

    def offer(self, seconds, **frame):
        "Send a short frame if the other end takes it within `seconds`; says whether it did"
        if not self.lock.acquire(timeout=seconds): return False
        try:
            room = select.poll()
            room.register(self.sock, select.POLLOUT)
            if not room.poll(1000*seconds): return False
            self.send(**frame)
        finally: self.lock.release()
        return True

    def _aside(self, data):
        "Send on a thread, so that an interrupt of this one leaves no half frame"
        failed = []
        def work():
            try:
                with self._turn(len(data)) as send: send(data)
            except OSError as e: failed.append(e)
        t = threading.Thread(target=work, daemon=True)
        t.start()
        t.join()
        if failed: raise failed[0]

    def _send_all(self, data, blobs):
        with self._turn(len(data)+sum(map(len, blobs))) as send:
            try:
                send(struct.pack('>I', len(data))+data)
                for o in blobs: self._send_pieces(o, send)
            except BaseException: # an interrupt: the other end has half of it, and can read nothing more
                with contextlib.suppress(OSError): self.sock.shutdown(socket.SHUT_RDWR)
                raise

    def _send_pieces(self, o, send):
        for i in range(0, len(o), PIECE):
            piece = o[i:i+PIECE]
            piece = b'\0' + (piece.encode('utf-8', 'surrogatepass') if isinstance(o, str) else piece)
            send(struct.pack('>I', len(piece)))
            send(piece)
        send(struct.pack('>I', 1)+b'\0')

    def receive(self, timeout=None):
        "The next frame: a dict, or the bytes of a piece; None if it is not complete within `timeout` seconds; raises `EOFError` and `BadFrame`"
        end = None if timeout is None else time.monotonic()+timeout
        while True:
            have,n = len(self.buf),0
            if have>=4:
                n, = struct.unpack_from('>I', self.buf)
                if not 0<n<=self.receives: raise BadFrame(f'a frame of {n:,} bytes')
                if have>=4+n:
                    data = bytes(memoryview(self.buf)[4:4+n])
                    del self.buf[:4+n]
                    return self._frame(data)
            if end is not None and not self.poll.poll(max(0, (end-time.monotonic())*1000)): return None
            if not (got:=self.sock.recv(max(65536, min(n, 1<<20)))): raise EOFError
            self.buf += got

    def _frame(self, data):
        "A frame as it came"
        if data[0]==0: return memoryview(data)[1:]
        if self.receives==FROM_WORKER:
            n = _values(data)
            if n>4*NODES+1000: raise BadFrame('too many values')
            self.weight = len(data)+50*n
        try: frame = json.loads(str(data, 'utf-8', 'surrogatepass'))
        except (ValueError, RecursionError) as e: raise BadFrame(f'no JSON: {type(e).__name__}') from None
        if not isinstance(frame, dict) or not isinstance(frame.get('op'), str): raise BadFrame('a frame without op')
        return frame

    def blobs(self, kinds):
        "The blobs that a frame announced"
        return [self.text() if k=='text' else b''.join(self._pieces()) for k in kinds]

    def _pieces(self):
        while True:
            piece = self.receive()
            if not isinstance(piece, memoryview): raise BadFrame('a piece was announced and did not come')
            if not len(piece): return
            yield piece

    def text(self):
        "A text in pieces. CPython lets the string grow in place as long as nobody else knows it, so there is no second copy"
        res = ''
        for piece in self._pieces(): res += str(piece, 'utf-8', 'surrogatepass')
        return res

class Reader:
    "Who waits for a frame reads for all who wait, so that no thread has to be woken to read"
    def __init__(self, link, take): self.link,self.take,self.lock = link,take,threading.Lock()

    def wait(self, box, timeout):
        "What comes into the queue `box`; raises `queue.Empty`, and what `link.receive` and `take(frame)` raise"
        end = time.monotonic()+timeout
        while True:
            left = end-time.monotonic()
            if not self.lock.acquire(False):
                try: return box.get(timeout=max(0, min(.05, left))) # somebody else reads, and may stop to
                except queue.Empty: pass
            else:
                try:
                    if not box.empty(): return box.get()
                    if (f:=self.link.receive(max(0, left))) is not None: self.take(f)
                finally: self.lock.release()
                if not box.empty(): return box.get()
            if left<=0: raise queue.Empty
