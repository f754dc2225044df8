"""What passes between a host and its worker: one socket, frames with a length, JSON in them

Hand-written and standard library only, because both ends use it.

    HOST (rlm.shell.process, .sandbox)                        WORKER (rlm.shell._worker)

       ready, or why not         <----------------------------  imports, locks itself in
       value, function, extend, forget  --------------------->  helpers and the context
       open   --------------------------------- done -------->  the limit on memory
       run (code, timeout)  --------------------------------->  a cell begins
                                 <-------------------------out  what it prints, as it prints
                                 <------------------------call  llm_query('…'), from any of its threads
       reply (value or error)  ------------------------------>
       interrupt  ------------------------------------------->  Ctrl-C
                                 <------------------------done  output, value, error, names of variables
       names, get, look, state, rest, restore  -------------->  between cells; each is answered with done

A frame:

    | 4 bytes: n | n bytes: {"op": "run", "id": "9f…", "code": "1+1", …}      JSON; `id` says what an answer belongs to
    | 4 bytes: n | NUL, n-1 bytes of a blob                                   a piece; announced by "blobs" in the frame before
    | 4 bytes: 1 | NUL                                                        the blob is complete

A worker may send 32 MB in a frame and no blobs, a host 1 GB and as many as it likes. What else comes is a `BadFrame`, and ends the worker."""
import contextlib,io,json,queue,re,select,socket,struct,threading,time
from functools import partial

from ._values import NODES,BadFrame,TooLarge

PIECE = 1<<20 # characters or bytes of a blob that go in one frame; larger pieces cost a page fault for each page of each copy
SLOW = 10<<20 # bytes a second that the other end reads at least
FROM_HOST,FROM_WORKER = 1<<30,32<<20 # bytes of one frame

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
        return [self.text() if k=='text' else self.data() for k in kinds]

    def _pieces(self):
        while True:
            piece = self.receive()
            if not isinstance(piece, memoryview): raise BadFrame('a piece was announced and did not come')
            if not len(piece): return
            yield piece

    def data(self):
        "Bytes in pieces. What grows in `BytesIO` is given out without a copy"
        res = io.BytesIO()
        for piece in self._pieces(): res.write(piece)
        return res.getvalue()

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
