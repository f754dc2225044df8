"The filter of system calls, run by a simulator of classic BPF: so the table of a processor that no test runs on is tested as well; and the real one, as on older kernels"
import errno,functools,json,os,re,struct,subprocess,sys
from pathlib import Path

import pytest
from project import none
from rlm.shell._lockdown import ALLOW,ERRNO,FCNTL,IOCTL,KILL,TABLES,THREAD,bpf_program,landlock_abi

here = Path(__file__).parent

PID = 4321

def run(prog, data):
    "What the program returns for one `struct seccomp_data`"
    acc,pc = 0,0
    while True:
        code,jt,jf,k = prog[pc]
        pc += 1
        if code==0x20: acc, = struct.unpack_from('<I', data, k)
        elif code==0x54: acc &= k
        elif code==0x15: pc += jt if acc==k else jf
        elif code==0x35: pc += jt if acc>=k else jf
        elif code==0x06: return k
        else: raise AssertionError(f'unknown instruction {code:#x}')

program = functools.cache(lambda arch: bpf_program(arch, PID))

def verdict(arch, nr, *args, audit=None):
    "`ok`, `kill`, or the name of the error that the call gives ('0' if it only seems to work)"
    data = struct.pack('<IIQ6Q', nr, TABLES[arch][0] if audit is None else audit, 0, *args, *[0]*(6-len(args)))
    res = run(program(arch), data)
    if res in (ALLOW,KILL): return {ALLOW:'ok', KILL:'kill'}[res]
    assert res & 0xffff0000==ERRNO
    return errno.errorcode.get(res & 0xffff, '0')

arches = pytest.mark.parametrize('arch', list(TABLES))

@arches
def test_refused(arch):
    "Whole calls"
    _,_,denied,quiet,none,_ = TABLES[arch]
    assert {verdict(arch, o) for o in denied.values()}=={'EPERM'}
    assert {verdict(arch, o) for o in quiet.values()}=={'0'}
    assert {verdict(arch, o) for o in none.values()}<={'EOPNOTSUPP','ENOTSUP'}
    assert {'socket','connect','execve','ptrace','bpf','mount','unshare','memfd_create','keyctl'}<=set(denied)

@arches
def test_new(arch):
    "Of the calls that came after 2018 only harmless ones; clone3 is said to be missing, so that threads are made by clone"
    allowed = [o for o in range(424, 1000) if verdict(arch, o)=='ok']
    assert allowed==[436,439,441,449,454,455,456,462] and {verdict(arch, o) for o in (425,434,435,438,466,999)}=={'ENOSYS'}
    assert verdict(arch, 452)=='0'

@arches
def test_looked_into(arch):
    "Calls of which some forms are allowed"
    nr = TABLES[arch][5]
    def v(nm, *args): return verdict(arch, nr[nm], *args)
    assert [v('kill', PID, 9), v('kill', 1, 9), v('kill', 2**32-1, 9), v('tgkill', PID, PID, 2), v('tgkill', 1, 1, 2)]==['ok','EPERM','EPERM','ok','EPERM']
    assert [v('kill', PID, 18), v('tgkill', PID, PID, 18), v('rt_sigqueueinfo', PID, 18), v('rt_tgsigqueueinfo', PID, PID, 18)]==['EPERM']*4 # SIGCONT would take back a stop
    assert [v('socketpair', 1, 0o2000001), v('socketpair', 1, 2), v('socketpair', 2, 1)]==['ok','EPERM','EPERM']
    assert [v('sendto', 3, 1, 1, 0, 0), v('sendto', 3, 1, 1, 0, 1<<40), v('sendto', 3, 1, 1, 0, 64)]==['ok','EPERM','EPERM']
    assert [v('prctl', 15), v('prctl', 1), v('prctl', 4)]==['ok','EPERM','EPERM']
    assert [v('prlimit64', 0), v('prlimit64', PID), v('prlimit64', 1)]==['ok','ok','EPERM']

@arches
def test_open(arch):
    "Files are opened for reading or writing, and not with neither, for which Landlock would ask no right"
    nr,e = TABLES[arch][5],'EPERM'
    for nm,before in dict(openat=(0,0), open=(0,)).items():
        if nm not in nr: continue
        def v(flags): return verdict(arch, nr[nm], *before, flags)
        usual = os.O_RDONLY,os.O_WRONLY|os.O_TRUNC|os.O_CREAT,os.O_RDWR|os.O_APPEND,os.O_RDONLY|os.O_CLOEXEC|os.O_DIRECTORY,os.O_RDWR|os.O_TMPFILE
        assert {v(o) for o in usual}=={'ok'}
        assert [v(o) for o in (os.O_TRUNC, 3, 3|os.O_TRUNC, 3|os.O_CLOEXEC|os.O_NONBLOCK, 3|1<<33, os.O_PATH, os.O_PATH|3, 3|os.O_TMPFILE)]==[e]*8

@arches
def test_threads(arch):
    "A thread shares memory, files and signals with its process: not its own files, which no limit would count, and no namespace"
    nr = TABLES[arch][5]
    def v(nm, *args): return verdict(arch, nr[nm], *args)
    assert [v('clone', THREAD), v('clone', THREAD|0x400000)]==['ok','ok'] # the C libraries of GNU and musl
    one = [1<<i for i in range(32) if i!=22]
    assert {v('clone', THREAD^o) for o in one}=={v('clone', o) for o in (0, 17, 0x10000000, 0x10000, 0x10f00)}=={'EPERM'}
    assert [verdict(arch, 436, 3, 9, o) for o in (0,4,2,6,8)]==['ok','ok','EPERM','EPERM','EPERM'] # close_range

@arches
def test_fcntl_and_ioctl(arch):
    "What Python needs, by name; all else is refused, whatever later kernels make of it"
    nr = TABLES[arch][5]
    def v(nm, *args): return verdict(arch, nr[nm], 3, *args)
    found = {o: r for o in range(3000) if (r:=v('fcntl', o, 0))!='EPERM'}
    assert found=={**dict.fromkeys((*FCNTL,4), 'ok'), 6:'0', 7:'0'} and {0,1,2,3,4,1030}<=set(found) and not {8,10,15,37,1024,1026,1031}&set(found)
    assert [v('fcntl', 4, o) for o in (os.O_NONBLOCK, os.O_APPEND, os.O_ASYNC, os.O_ASYNC|os.O_NONBLOCK)]==['ok','ok','EPERM','EPERM']
    assert {v('ioctl', o) for o in IOCTL}=={'ok'} and set(IOCTL)>={0x5401,0x5413,0x541b,0x5421}
    assert {v('ioctl', o) for o in (0x80086601,0x40086602,0x8927,0x8912,0x5412,0x5452,0x8901,0x40049409,0xae00,0)}<={'EOPNOTSUPP','ENOTSUP'}
    assert v('flock', 2)=='ENOSYS' # as where a file system has none

@arches
def test_other_processes(arch):
    "What a call tells, it tells of this process alone"
    nr = TABLES[arch][5]
    def v(nm, *args): return verdict(arch, nr[nm], *args)
    for nm in ('getpgid','getsid','sched_getparam','sched_getscheduler','sched_rr_get_interval','sched_getattr'): assert [v(nm, o) for o in (0,PID,1,PID+1)]==['ok','ok','EPERM','EPERM'], nm
    assert [v('getpriority', *o) for o in ((0,0),(0,PID),(0,1),(1,0),(2,0))]==['ok','ok','EPERM','EPERM','EPERM']
    def clock(pid, kind=2): return (~pid<<3|kind)&0xffffffff
    for nm in ('clock_gettime','clock_getres','clock_nanosleep','timer_create'):
        assert [v(nm, o) for o in (0, 1, 3, 11, clock(0), clock(PID), clock(PID+7, 6))]==['ok']*7, nm # of a thread: the kernel asks that it be one's own
        assert [v(nm, clock(1)), v(nm, clock(PID+1)), v(nm, clock(PID, 0))]==['EINVAL']*3, nm
    assert [v('getsockopt', 3, *o) for o in ((1,3),(1,4),(1,77),(1,17),(0,3),(6,1))]==['ok','ok','EPERM','EPERM','EPERM','EPERM']
    assert [v('setsockopt', 3, *o) for o in ((1,21),(1,20),(1,7),(1,8),(1,26),(1,50),(1,16),(6,1))]==['ok','ok']+['EPERM']*6

def test_numbers():
    "The numbers are those of the kernel's headers, where these are installed"
    headers = dict(x86_64='/usr/include/x86_64-linux-gnu/asm/unistd_64.h', aarch64='/usr/include/asm-generic/unistd.h')
    if not (found:={k: o for k,v in headers.items() if (o:=Path(v)).exists()}): pytest.skip('no kernel headers here')
    for arch,p in found.items():
        real = {m[1]: int(m[2]) for m in re.finditer(r'#define __NR(?:3264)?_(\w+)\s+(\d+)', p.read_text())}
        _,seccomp,*tables = TABLES[arch]
        mine = {k: v for o in tables for k,v in o.items()} | dict(seccomp=seccomp)
        none(f'{arch}: {k} is {real[k]}, not {v}' for k,v in mine.items() if k in real and real[k]!=v)
        assert len([k for k in mine if k in real])>100, arch

# The real one

@pytest.mark.skipif(not landlock_abi(), reason='this kernel has no Landlock')
@pytest.mark.parametrize('abi', [1, *(pytest.param(o, marks=pytest.mark.slow) for o in (2,3,4,5)), 9])
def test_older_kernels(abi):
    "With less of Landlock, or all of it, no file outside is emptied and no device answers"
    res = subprocess.run([sys.executable, here/'attacks.py', f'landlock-{min(abi, landlock_abi())}', here/'attacks.jsonl', '--kinds', 'old-landlock'], capture_output=True, text=True, timeout=100)
    assert res.returncode==0, (res.stdout+res.stderr)[-3000:]
    got = json.loads(res.stdout.splitlines()[-1])['results']
    assert len(got)>15
    none(f"{o['name']}: {'; '.join(o['bad'])}" for o in got if o['bad'])

def test_other_numbers():
    "32-bit calls, and the x32 numbers of x86-64, end the process"
    assert verdict('x86_64', 1, audit=0x40000003)=='kill' and verdict('x86_64', 0x40000001)=='kill'
    assert verdict('x86_64', 0)=='ok' and verdict('aarch64', 63)=='ok' # read

@arches
def test_jumps_and_size(arch):
    "The kernel takes at most 4096 instructions, and jumps of at most 255"
    prog = program(arch)
    assert len(prog)<4096 and all(0<=o<256 for _,jt,jf,_ in prog for o in (jt,jf)) and prog[-1][0]==0x06
