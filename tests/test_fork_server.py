"Workers that are forked: as locked in as one that is started by itself, nothing in common but what was imported, and no end of anybody that is not seen"
import os,signal,socket,threading,time
from pathlib import Path

import pytest
from forks import run_script
from machine import gone,linux,no_bwrap,stat
from rlm.shell import process
from rlm.shell._lockdown import landlock_abi
from rlm.shell._wire import Link
from rlm.shell._zygote import Server
from rlm.shell.bounds import Bounds
from rlm.shell.machine import usable_bwrap
from rlm.shell.process import WorkerProcess, take_worker
from rlm.shell.sandbox import SandboxShell

pytestmark = [linux, pytest.mark.skipif(not landlock_abi(), reason='this kernel has no Landlock'), pytest.mark.skipif(not hasattr(os, 'pidfd_open'), reason='this Python has no pidfd')]
ours = 'rlm.shell.functions:worker_helpers'

@pytest.fixture(params=['landlock','bwrap-shared'])
def kind(request):
    if request.param!='landlock' and (why:=no_bwrap()): pytest.skip(why)
    return request.param

class Alone(WorkerProcess):
    "A worker that is started by itself, in the way of those that cannot be forked"
    _forked = WorkerProcess._started

class Shell(SandboxShell):
    "A shell on a worker of this kind"
    def __init__(self, kind, make=take_worker):
        super().__init__('auto', ours)
        first,self.kind = self._w,kind
        self._attach(make(kind, Bounds(), ours))
        first.remove()

def walls(pid):
    "What the kernel tells of a process that is locked in"
    status = dict(o.split(':\t', 1) for o in Path(f'/proc/{pid}/status').read_text().splitlines() if ':\t' in o)
    same = 'Umask','Uid','Gid','NoNewPrivs','Seccomp','Seccomp_filters','CapInh','CapPrm','CapEff','CapBnd','CapAmb','SigBlk','SigIgn','Threads'
    caught = int(status['SigCgt'], 16) & ~(1<<signal.SIGALRM-1) # by this it bounds the time that it takes to write a checkpoint
    return {k: status.get(k) for k in same}|dict(caught=caught),Path(f'/proc/{pid}/limits').read_text()

INSIDE = """import os,random,resource,stat,tempfile
def kind(fd):
    try: return stat.S_IFMT(os.fstat(fd).st_mode)
    except OSError: return None
def denied(f, *a):
    try: return f(*a) and 'done'
    except OSError as e: return e.errno
open_files = sorted(k for o in range(4096) if (k:=kind(o)))
seen = dict(files=open_files, env={k: v.replace(os.environ['HOME'], '') for k,v in os.environ.items()}, cwd=os.getcwd()==os.environ['HOME'], leads=os.getsid(0)==os.getpgid(0)==os.getpid(),
    limits=[resource.getrlimit(o) for o in range(16)], no=[denied(open, '/etc/hostname'), denied(os.listdir, '/'), denied(os.fork), denied(os.kill, os.getppid(), 0), denied(os.pidfd_open, os.getpid())])
chance = [random.random(), tempfile.mktemp(), os.urandom(4), os.getpid()]
(seen, chance)"""

def test_same_walls(kind):
    "The kernel tells the same of a worker that was forked as of one that was started by itself; two of them have no number, no name and no file in common"
    one,two,alone = Shell(kind),Shell(kind),Shell('landlock' if kind=='landlock' else 'bwrap', lambda *key: Alone(*key).ready())
    (a,chance),(b,other),(c,_) = [o.run(INSIDE).value for o in (one, two, alone)]
    assert a==b==c|dict(leads=True) and a['files'].count(0o140000)==1 and {*a['no'][:2]}<={2,13} and 'done' not in a['no']
    assert not {*map(str, chance)} & {*map(str, other)}
    x,y = [walls(o._w.process.pid) for o in (one, two)]
    assert x==y and x[0]['Seccomp']=='2' and x[0]['NoNewPrivs']=='1' and set(x[0]['CapEff'])==set(x[0]['CapBnd'])=={'0'}
    if kind=='landlock': assert walls(alone._w.process.pid)==x
    one.run('x = 5; open("left.txt","w").write("x")')
    path = f'{one._w.scratch}/left.txt'
    assert os.path.exists(path) and 'NameError' in two.run('x').output and 'PermissionError' in two.run(f'open({path!r}).read()').output
    for o in (one,two,alone): o.close()

def test_server_is_killed(kind):
    "Who kills the fork server kills its workers, which is seen as any end of a worker; the next one has a new server"
    sh = Shell(kind)
    sh.run('x = 5')
    time.sleep(.1) # it is kept in a pause
    server = process._servers[kind]
    threading.Timer(.3, server.process.kill).start()
    out = sh.run('while True: pass', timeout=20).output
    assert 'SIGKILL' in out and 'variables that are back: x' in out, out
    assert sh.run('x').value==5 and process._servers[kind] is not server
    process._servers[kind].process.send_signal(signal.SIGSTOP) # as good as dead, while nothing is asked of it
    assert sh.run('x').value==5
    process._servers[kind].process.kill()
    process._servers[kind].process.wait()
    other = Shell(kind)
    assert other.run('1').value==1
    for o in (sh,other): o.close()

def test_server_and_worker_are_killed(kind):
    "A server that is gone before it is known to be is asked for one worker in vain: the cell that found its own worker dead runs in another, with the variables"
    sh = Shell(kind)
    sh.run('x = 5')
    sh._w.ask('rest') # the checkpoint is written
    server = stat(sh._w.process.pid)[0] # its parent: with bubblewrap another than who was started
    os.kill(server, signal.SIGSTOP)
    sh._w.end()
    before = {*process._live}
    def kill(end=time.monotonic()+20):
        while not {*process._live}-before and time.monotonic()<end: time.sleep(.01)
        os.kill(server, signal.SIGKILL)
    killer = threading.Thread(target=kill)
    killer.start()
    cell = sh.run('x = x+1')
    killer.join()
    assert cell.error is None and 'variables that are back: x' in cell.output and sh.run('x').value==6, cell.output
    sh.close()

def test_ends(kind):
    "How each of several workers ends is told to its own host object"
    ws = [take_worker(kind, Bounds(), ours) for _ in range(3)]
    pids = {(o.process.pid, stat(o.process.pid)[1]) for o in ws}
    assert len(pids)==3 and [o.process.poll() for o in ws]==[None]*3
    os.kill(ws[0].process.pid, signal.SIGTERM)
    assert ws[0].process.wait(5)==-signal.SIGTERM and ws[1].process.poll() is None
    ws[1].link.sock.close() # without a host there is nothing to live for
    assert ws[1].process.wait(5)==0
    ws[2].process.kill()
    assert ws[2].process.wait(5)==-signal.SIGKILL and not gone(pids)
    for o in ws: o.remove()

def test_another_path(tmp_path):
    "Where the path or the working directory is another, workers come from another server; the first one lives as long as its workers"
    one = take_worker('landlock', Bounds(), ours)
    server = process._servers['landlock']
    before = os.getcwd()
    os.chdir(tmp_path)
    try: two = take_worker('landlock', Bounds(), ours)
    finally: os.chdir(before)
    first = server.process
    assert process._servers['landlock'] is not server and one.ask('names')==two.ask('names')==[] and first.poll() is None
    del server
    one.remove()
    assert first.poll() is not None and two.ask('names')==[]
    two.remove()

def test_no_thread_is_forked():
    "A server that has a second thread forks nothing, and says why"
    control,far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    near,channel = socket.socketpair()
    report,theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    over = threading.Event()
    threading.Thread(target=over.wait, daemon=True).start()
    socket.send_fds(control, [b'fork'], [channel.fileno(), theirs.fileno()])
    assert Server(far).fork() is None
    over.set()
    f = Link(near).receive(5)
    assert f['op']=='refused' and 'thread' in f['why']
    for o in (control,far,near,channel,report,theirs): o.close()

def test_fork_of_the_host():
    "A child that the host forks has a server of its own, and its end is nothing to the parent's"
    assert run_script('fork_and_start.py').stdout=='child 6 True\nparent 5 True\n'

def test_children_of_a_deaf_host(kind):
    "A host that ignores SIGCHLD hands that on; the end of one worker is the end of that one alone, and bubblewrap is usable all the same"
    process._servers.clear()
    old = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert kind=='landlock' or usable_bwrap.__wrapped__()[0]
        one,two = [take_worker(kind, Bounds(), ours) for _ in range(2)]
    finally: signal.signal(signal.SIGCHLD, old)
    one.process.kill()
    assert one.process.wait(5)==-signal.SIGKILL and two.process.poll() is None and two.process.server.alive()
    for o in (one,two): o.remove()

def test_full_stderr(kind):
    "What a server is told to complain to may be full: it goes on"
    process._servers.clear()
    w = take_worker(kind, Bounds(), ours)
    server = stat(w.process.pid)[0]
    flags = next(o for o in Path(f'/proc/{server}/fdinfo/2').read_text().splitlines() if o.startswith('flags:'))
    assert int(flags.split()[1], 8) & os.O_NONBLOCK
    w.remove()

def test_no_room_for_its_file():
    "A host that has no room for the file by which a worker is known has no worker, and the server ends that"
    other = take_worker('landlock', Bounds(), ours)
    w = WorkerProcess('landlock', Bounds(), ours)
    w.process._until(lambda: _peeked(w.process.report), 5)
    data,fds,*_ = socket.recv_fds(w.process.report, 16, 1)
    pid = int(data.split()[1])
    born = stat(pid)[1]
    os.close(fds[0]) # as if it had not come
    near,far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    far.send(data)
    near.setblocking(False)
    mine,w.process.report = w.process.report,near
    assert w.process.poll()==-signal.SIGKILL
    mine.close()
    assert not gone({(pid, born)}) and other.process.poll() is None
    for o in (w,other): o.remove()

def _peeked(sock):
    try: return sock.recv(1, socket.MSG_PEEK)
    except BlockingIOError: return False

def test_a_signal_in_the_middle():
    "What ends a process may come while it asks for a worker's end"
    w = take_worker('landlock', Bounds(), ours)
    with w.process.lock: w.remove()
    assert w.process.poll() is not None

def test_second_thread_is_seen():
    "Also where there is no /proc"
    assert run_script('threads_seen.py').stdout.split()==['False','False','True','True']
