"The filter of system calls, run by a simulator of classic BPF: so the table of a processor that no test runs on is tested as well"
import errno,os,struct

import pytest
from rlm._lockdown import ALLOW,ERRNO,KILL,TABLES,bpf_program

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

def verdict(arch, nr, *args, audit=None):
    "`ok`, `kill`, or the name of the error that the call gives ('0' if it only seems to work)"
    data = struct.pack('<IIQ6Q', nr, TABLES[arch][0] if audit is None else audit, 0, *args, *[0]*(6-len(args)))
    res = run(bpf_program(arch, PID), data)
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
    assert allowed==[436,439,441,449,451,454,455,456,462] and {verdict(arch, o) for o in (425,434,435,438,466,999)}=={'ENOSYS'}
    assert verdict(arch, 452)=='0'

@arches
def test_looked_into(arch):
    "Calls of which some forms are allowed"
    nr = TABLES[arch][5]
    def v(nm, *args): return verdict(arch, nr[nm], *args)
    assert [v('kill', PID, 9), v('kill', 1, 9), v('kill', 2**32-1, 9), v('tgkill', PID, PID, 2), v('tgkill', 1, 1, 2)]==['ok','EPERM','EPERM','ok','EPERM']
    assert [v('clone', 0x3d0f00), v('clone', 17), v('clone', 0x10000000)]==['ok','EPERM','EPERM']
    assert [v('socketpair', 1, 0o2000001), v('socketpair', 1, 2), v('socketpair', 2, 1)]==['ok','EPERM','EPERM']
    assert [v('sendto', 3, 1, 1, 0, 0), v('sendto', 3, 1, 1, 0, 1<<40), v('sendto', 3, 1, 1, 0, 64)]==['ok','EPERM','EPERM']
    assert [v('fcntl', 3, 1), v('fcntl', 3, 8), v('fcntl', 3, 10), v('fcntl', 3, 1031)]==['ok','EPERM','EPERM','EPERM']
    assert [v('prctl', 15), v('prctl', 1), v('prctl', 4)]==['ok','EPERM','EPERM']
    assert [v('prlimit64', 0), v('prlimit64', PID), v('prlimit64', 1)]==['ok','ok','EPERM']
    assert [v('openat', 0, 0, os.O_RDONLY), v('openat', 0, 0, os.O_TRUNC), v('openat', 0, 0, os.O_WRONLY|os.O_TRUNC)]==['ok','EPERM','ok']

def test_other_numbers():
    "32-bit calls, and the x32 numbers of x86-64, end the process"
    assert verdict('x86_64', 1, audit=0x40000003)=='kill' and verdict('x86_64', 0x40000001)=='kill'
    assert verdict('x86_64', 0)=='ok' and verdict('aarch64', 63)=='ok' # read

@arches
def test_jumps_and_size(arch):
    "The kernel takes at most 4096 instructions, and jumps of at most 255"
    prog = bpf_program(arch, PID)
    assert len(prog)<4096 and all(0<=o<256 for _,jt,jf,_ in prog for o in (jt,jf)) and prog[-1][0]==0x06
