"""Workers by fork: a process that has imported all that a worker needs, and becomes one in a child, again and again

Hand-written and standard library only, because both ends use it. A worker that is started anew spends nearly all of its time on imports; a child of this
server has them already. The server runs no cell, reads nothing but its control socket, and is told nothing of any worker: what one is to be stands in the
first frame on the channel, which only the child reads.

    HOST                                FORK SERVER                             WORKER

    starts it      ------------------>  imports, makes a shell, warms it
    [channel, report]  -- control --->  fork()  ----------------------------->  own session, own random state, no file but its channel
               <------- report -------  a pidfd of the worker                        |
    what it is to be  --------------------- channel ------------------------->  locks itself in, and says so (`rlm.shell._worker`)
               <------- report -------  how it ended

The end of the control socket ends the server, and its end, whatever it dies of, kills its workers: so no worker outlives its host, and none is left that
nobody waits for. By the pidfd a host signals and waits without ever meeting a stranger that was given the same number."""
import contextlib,gc,os,random,select,signal,socket,struct,subprocess,sys,threading,time,traceback,weakref

from ._lockdown import _prctl,has_threads
from ._wire import FROM_HOST,FROM_WORKER,Link
from ._worker import begin,load,prepare

# The server

def end_with_parent(parent):
    "Have the kernel kill this process when `parent` ends"
    _prctl('death signal', 1, signal.SIGKILL)
    if os.getppid()!=parent: os._exit(1) # it has ended already

def random_states():
    "Functions that give what was seeded at import a new seed; `gc.freeze` would hide it"
    res = [o.seed for o in gc.get_objects() if isinstance(o, random.Random) and not isinstance(o, random.SystemRandom)]
    if numpy:=sys.modules.get('numpy.random'): res.append(numpy.seed)
    return res

def refuse(channel, why):
    "Tell a host, in the place of a worker, why there is none"
    with contextlib.suppress(OSError), socket.socket(fileno=os.dup(channel)) as s: Link(s, FROM_WORKER, FROM_HOST).send(op='refused', why=why)

class Server:
    "Forks, and waits for what it forked"
    def __init__(self, control, problem=None):
        self.control,self.problem = control,problem # `problem`: why no worker can be had
        self.children,self.hosts,self.poll = {},{},select.poll() # pidfd -> pid, and the socket by which the host is told; that socket -> pidfd
        self.poll.register(control, select.POLLIN)

    def serve(self):
        "Serve until the host is gone; returns in each worker, with the descriptor of its channel"
        while True:
            for fd,_ in self.poll.poll():
                if fd in self.children: self.bury(fd)
                elif fd in self.hosts: self.give_up(fd)
                elif fd==self.control.fileno() and (channel:=self.fork()) is not None: return channel

    def fork(self):
        "Answer one request; in the worker the descriptor of its channel"
        data,fds,*_ = socket.recv_fds(self.control, 16, 2)
        if not data: os._exit(0) # and its workers end with it
        if len(fds)<2: # no room for more files: the host sees the end of what it has sent
            for o in fds: os.close(o)
            return
        channel,report = fds[0],socket.socket(fileno=fds[1])
        try:
            if self.problem: raise RuntimeError(self.problem)
            if has_threads(): raise RuntimeError('Something that was imported has started a thread, which a fork would leave in the middle of what it does.')
            server = os.getpid()
            if pid:=os.fork(): self.told(report, pid)
            else: return self.become(server, channel, report)
        except (OSError, RuntimeError) as e: refuse(channel, str(e))
        os.close(channel)

    def told(self, report, pid):
        "Tell the host of its worker, and look out for its end"
        try: pidfd = os.pidfd_open(pid)
        except OSError: # no worker that nobody can end
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            raise
        self.children[pidfd],self.hosts[report.fileno()] = (pid, report),pidfd
        self.poll.register(pidfd, select.POLLIN)
        self.poll.register(report, 0) # its other end is closed
        with contextlib.suppress(OSError): socket.send_fds(report, [f'pid {pid}'.encode()], [pidfd]) # the host may have lost interest

    def give_up(self, report):
        "End a worker that its host has let go of"
        self.poll.unregister(report)
        with contextlib.suppress(OSError): signal.pidfd_send_signal(self.hosts.pop(report), signal.SIGKILL)

    def bury(self, pidfd):
        "Tell the host how a worker ended"
        pid,report = self.children.pop(pidfd)
        try: status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except ChildProcessError: status = -signal.SIGKILL
        self.poll.unregister(pidfd)
        if self.hosts.pop(report.fileno(), None): self.poll.unregister(report)
        os.close(pidfd)
        with contextlib.suppress(OSError), report: report.send(f'end {status}'.encode())

    def become(self, server, channel, report):
        "In a worker: let go of all that is the server's, and the other workers'"
        try:
            end_with_parent(server)
            os.setsid()
            for o in (report, self.control, *(o for _,o in self.children.values())): o.close()
            for pidfd in self.children: os.close(pidfd)
            for o in (self.children, self.hosts): o.clear()
        except BaseException: os._exit(1) # whatever it is, there is no second server
        return channel

def main(cfg):
    "Import, make a shell, serve; and in each worker begin"
    sys.argv = ['']
    signal.signal(signal.SIGCHLD, signal.SIG_DFL) # a host that ignores it has handed that on, and then nobody can wait for a child
    with contextlib.suppress(OSError): os.set_blocking(2, False) # the host reads it only where a worker does not start: what is full must hold nobody up
    end_with_parent(os.getppid())
    control = socket.socket(fileno=cfg['fd'])
    shell,states,problem = None,[],None
    try:
        for o in cfg['preload']: load(o)
        shell,states = prepare(cfg['shell']),random_states()
    except BaseException as e: problem = ''.join(traceback.format_exception_only(e)).strip()
    gc.collect()
    gc.freeze() # what is there stays: no worker collects it again, and its pages stay shared
    channel = Server(control, problem).serve()
    for seed in states: seed()
    begin(channel, lambda: shell)

# The host's end

def readable(fd, seconds):
    "Is there something to read, or the end, within `seconds`?"
    p = select.poll()
    p.register(fd, select.POLLIN)
    return bool(p.poll(1000*seconds))

nobody = 1<<22 # no process has this number

def number(pidfd, told):
    "The pid as this process sees it, in whatever namespace it is; `told` where there is no /proc"
    try:
        with open(f'/proc/self/fdinfo/{pidfd}') as f: pid = int(next(o for o in f if o.startswith('Pid:')).split()[1])
    except OSError: return told
    return pid if pid>0 else nobody # it has ended already

class Forked:
    "A worker that was forked, with what `subprocess.Popen` offers"
    def __init__(self, server, channel):
        self.server,self.host,self.lock = server,os.getpid(),threading.RLock() # what handles a signal may come back to it
        self._pid = self.pidfd = self.returncode = None
        self.over = False # is the server gone?
        self.report,far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.report.setblocking(False)
        self.stderr = open(os.dup(server.process.stderr.fileno()), 'rb', buffering=0) # the server's: what is said before the lock-down
        with far: socket.send_fds(server.control, [b'fork'], [channel, far.fileno()])

    def _told(self):
        "Take what the server tells next, if it has; with the lock"
        try: data,fds,*_ = socket.recv_fds(self.report, 16, 1)
        except BlockingIOError: return False
        except OSError: data,fds = b'',[]
        what,_,n = data.partition(b' ')
        if fds:
            self._pid,self.pidfd = number(fds[0], int(n)),fds[0]
            weakref.finalize(self, os.close, fds[0]).atexit = False
        elif what==b'end': self.returncode = int(n)
        elif what==b'pid': self.returncode = -signal.SIGKILL # no room for its file: the server ends it, when the socket is closed
        else: self.over = True
        return True

    def poll(self):
        "How it ended, negative for a signal; None if it has not"
        if self.host!=os.getpid(): return self.returncode # in a forked child: what the server tells is for its parent
        with self.lock:
            while self.returncode is None and not self.over and self._told(): pass
            if self.returncode is None and self.over and (self.pidfd is None or readable(self.pidfd, 0)): self.returncode = -signal.SIGKILL # as the kernel does it then
            if self.returncode is not None:
                self.server = None
                self.report.close()
        return self.returncode

    def _until(self, done, timeout):
        "Wait until `done()`; says whether it came to that"
        end = None if timeout is None else time.monotonic()+timeout
        while not done():
            left = .5 if end is None else min(.5, end-time.monotonic())
            if left<=0: return False
            with contextlib.suppress(OSError, ValueError): readable(self.pidfd if self.over else self.report, left) # another thread may just have seen the end
        return True

    def wait(self, timeout=None):
        "The same, when it has ended; raises `subprocess.TimeoutExpired`"
        if not self._until(lambda: self.poll() is not None, timeout): raise subprocess.TimeoutExpired('worker', timeout)
        return self.returncode

    def _is_there(self, timeout):
        "Wait until it has a pid; says whether it has"
        self._until(lambda: self.poll() is not None or self._pid, timeout)
        return self._pid is not None

    @property
    def pid(self):
        "Its number"
        return self._pid if self._is_there(20) else nobody

    def kill(self):
        "End it. One that is not yet forked finds its channel closed"
        if self._is_there(2) and self.returncode is None: signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)

class ForkServer:
    "The server as its host sees it: it lives as long as somebody holds this object, or one of its workers that lives"
    def __init__(self, start, clean_up):
        self.host = os.getpid()
        self.control,far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack('ll', 5, 0)) # it may stand still
        try:
            with far: self.process = start(far.fileno()) # as a `Popen`, with a pipe for stderr
        except OSError:
            self.control.close()
            clean_up()
            raise
        os.set_blocking(self.process.stderr.fileno(), False)
        self.end = weakref.finalize(self, _end, self.process, self.control, self.host, clean_up)
        self.end.atexit = False

    def fork(self, channel):
        "A worker with this descriptor for its end of the channel; raises `OSError` if the server is gone"
        return Forked(self, channel)

    def alive(self): return self.process.poll() is None

def _end(process, control, host, clean_up):
    "Kill a server, and its workers with it"
    control.close()
    if os.getpid()!=host: return # a forked child: it is its parent's
    process.kill()
    process.wait()
    process.stderr.close()
    clean_up()
