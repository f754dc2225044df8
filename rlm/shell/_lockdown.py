"""What a worker of `rlm.shell.sandbox` does to itself before it runs a model's code: limits, Landlock, seccomp, no capabilities

Hand-written, standard library only, over ctypes. All of it holds for the process that calls it, for good, and asks for no
rights: a process may always give up its own. `lock_down` is called while there is one thread, since Landlock and
capabilities belong to threads, and later threads inherit them."""
import ctypes,functools,os,platform,resource,signal,struct,sys

class CannotLock(OSError):
    "This machine lacks what the sandbox needs"

# The C library, and an error with words where a call fails

@functools.cache
def _libc(): return ctypes.CDLL(None, use_errno=True)

def _sys(what, nr, *args):
    "System call `nr`; raises `CannotLock`"
    res = _libc().syscall(ctypes.c_long(nr), *args)
    if res<0: raise CannotLock(ctypes.get_errno(), f'{what}: {os.strerror(ctypes.get_errno())}')
    return res

def _prctl(what, *args):
    args = [ctypes.c_ulong(o) for o in (*args, 0, 0, 0, 0)[:5]]
    if _libc().prctl(*args)<0: raise CannotLock(ctypes.get_errno(), f'{what}: {os.strerror(ctypes.get_errno())}')

# Landlock: which files may be opened. Calls 444 to 446 have the same number on all architectures.

EXECUTE,WRITE_FILE,READ_FILE,READ_DIR,REFER,TRUNCATE,IOCTL_DEV = 1,2,4,8,1<<13,1<<14,1<<15
MAKE_CHAR,MAKE_BLOCK = 1<<6,1<<11
OF_FILES = EXECUTE|WRITE_FILE|READ_FILE|TRUNCATE|IOCTL_DEV  # the other rights are those of folders

def landlock_abi():
    "Version of Landlock that this kernel has; 0 without"
    if not sys.platform.startswith('linux'): return 0
    return max(0, _libc().syscall(ctypes.c_long(444), None, ctypes.c_size_t(0), ctypes.c_uint32(1)))

def landlock(read, write, abi=None):
    "Allow reading below the paths `read` and everything but devices below `write`; no file besides, no TCP, no signals or abstract sockets to others"
    abi = landlock_abi() if abi is None else abi
    if abi<1: raise CannotLock(38, 'This kernel has no Landlock (Linux 5.13 or later, with landlock in its list of security modules).')
    handled = (1<<13)-1 | (REFER if abi>=2 else 0) | (TRUNCATE if abi>=3 else 0) | (IOCTL_DEV if abi>=5 else 0)
    attr = struct.pack('QQQ', handled, 3 if abi>=4 else 0, 3 if abi>=6 else 0)[:8 if abi<4 else 16 if abi<6 else 24]
    rules = _sys('landlock_create_ruleset', 444, ctypes.c_char_p(attr), ctypes.c_size_t(len(attr)), ctypes.c_uint32(0))
    both = [(p, READ_FILE|READ_DIR) for p in read] + [(p, handled & ~(EXECUTE|MAKE_CHAR|MAKE_BLOCK|IOCTL_DEV)) for p in write]
    for path,rights in both:
        try: fd = os.open(path, os.O_PATH|os.O_CLOEXEC)
        except (FileNotFoundError,NotADirectoryError,PermissionError): continue
        if not os.path.isdir(path): rights &= OF_FILES
        rule = struct.pack('=Qi', rights & handled, fd)
        try: _sys(f'landlock_add_rule {path}', 445, rules, 1, ctypes.c_char_p(rule), ctypes.c_uint32(0))
        finally: os.close(fd)
    _sys('landlock_restrict_self', 446, rules, ctypes.c_uint32(0))
    os.close(rules)
    return abi

# seccomp: which system calls may be made. Numbers below 424 differ between architectures, those from 424 on do not.

EPERM,EINVAL,ENOSYS,ENOTSUP = 1,22,38,95
_x86_64 = dict(socket=41, connect=42, accept=43, sendmsg=46, bind=49, listen=50, accept4=288, sendmmsg=307, fork=57, vfork=58, execve=59, execveat=322,
    ptrace=101, process_vm_readv=310, process_vm_writev=311, tkill=200, kcmp=312, unshare=272, setns=308, mount=165, umount2=166, pivot_root=155,
    chroot=161, personality=135, modify_ldt=154, ioperm=173, iopl=172, bpf=321, userfaultfd=323, perf_event_open=298, keyctl=250, add_key=248,
    request_key=249, name_to_handle_at=303, open_by_handle_at=304, init_module=175, delete_module=176, finit_module=313, kexec_load=246,
    kexec_file_load=320, reboot=169, swapon=167, swapoff=168, syslog=103, acct=163, quotactl=179, lookup_dcookie=212, vhangup=153, uselib=134, sysfs=139,
    _sysctl=156, nfsservctl=180, setuid=105, setgid=106, setreuid=113, setregid=114, setresuid=117, setresgid=119, setgroups=116, setfsuid=122,
    setfsgid=123, capset=126, sethostname=170, setdomainname=171, settimeofday=164, clock_settime=227, clock_adjtime=305, adjtimex=159, setpriority=141,
    ioprio_set=251, sched_setparam=142, sched_setscheduler=144, sched_setattr=314, sched_setaffinity=203, migrate_pages=256, move_pages=279,
    memfd_create=319, shmget=29, shmat=30, shmctl=31, shmdt=67, msgget=68, msgsnd=69, msgrcv=70, msgctl=71, semget=64, semop=65, semctl=66, semtimedop=220,
    mq_open=240, mq_unlink=241, mq_timedsend=242, mq_timedreceive=243, mq_notify=244, mq_getsetattr=245, vmsplice=278, io_setup=206, remap_file_pages=216,
    inotify_init=253, inotify_init1=294, inotify_add_watch=254, fanotify_init=300, truncate=76, link=86, linkat=265, symlink=88, symlinkat=266, mknod=133,
    mknodat=259, chown=92, fchown=93, lchown=94, fchownat=260, seccomp=317, setpgid=109, setsid=112, capget=125, get_robust_list=274, ioprio_get=252)
_x86_64_quiet = dict(chmod=90, fchmod=91, fchmodat=268, utime=132, utimes=235, futimesat=261, utimensat=280, sync=162, syncfs=306)
_xattr = [p+o for o in ('setxattr','getxattr','listxattr','removexattr') for p in ('','l','f')]
_x86_64_none = dict(fallocate=285) | dict(zip(_xattr, range(188, 200)))
_x86_64_checked = dict(kill=62, tgkill=234, rt_sigqueueinfo=129, rt_tgsigqueueinfo=297, prlimit64=302, clone=56, socketpair=53, sendto=44,
    fcntl=72, ioctl=16, prctl=157, open=2, openat=257, flock=73, setsockopt=54, getsockopt=55, getpgid=121, getsid=124,
    getpriority=140, sched_getparam=143, sched_getscheduler=145, sched_rr_get_interval=148, sched_getattr=315, clock_gettime=228, clock_getres=229,
    clock_nanosleep=230, timer_create=222)
_aarch64 = dict(socket=198, connect=203, accept=202, sendmsg=211, bind=200, listen=201, accept4=242, sendmmsg=269, execve=221, execveat=281, ptrace=117,
    process_vm_readv=270, process_vm_writev=271, tkill=130, kcmp=272, unshare=97, setns=268, mount=40, umount2=39, pivot_root=41, chroot=51, personality=92,
    bpf=280, userfaultfd=282, perf_event_open=241, keyctl=219, add_key=217, request_key=218, name_to_handle_at=264, open_by_handle_at=265, init_module=105,
    delete_module=106, finit_module=273, kexec_load=104, kexec_file_load=294, reboot=142, swapon=224, swapoff=225, syslog=116, acct=89, quotactl=60,
    lookup_dcookie=18, vhangup=58, nfsservctl=42, setuid=146, setgid=144, setreuid=145, setregid=143, setresuid=147, setresgid=149, setgroups=159,
    setfsuid=151, setfsgid=152, capset=91, sethostname=161, setdomainname=162, settimeofday=170, clock_settime=112, clock_adjtime=266, adjtimex=171,
    setpriority=140, ioprio_set=30, sched_setparam=118, sched_setscheduler=119, sched_setattr=274, sched_setaffinity=122, migrate_pages=238, move_pages=239,
    memfd_create=279, shmget=194, shmat=196, shmctl=195, shmdt=197, msgget=186, msgctl=187, msgrcv=188, msgsnd=189, semget=190, semctl=191, semtimedop=192,
    semop=193, vmsplice=75, io_setup=0, remap_file_pages=234, mq_open=180, mq_unlink=181, mq_timedsend=182, mq_timedreceive=183, mq_notify=184,
    mq_getsetattr=185, inotify_init1=26, inotify_add_watch=27, fanotify_init=262, truncate=45, linkat=37, symlinkat=36, mknodat=33, fchown=55, fchownat=54,
    seccomp=277, setpgid=154, setsid=157, capget=90, get_robust_list=100, ioprio_get=31)
_aarch64_quiet = dict(fchmod=52, fchmodat=53, utimensat=88, sync=81, syncfs=267)
_aarch64_none = dict(fallocate=47) | dict(zip(_xattr, range(5, 17)))
_aarch64_checked = dict(kill=129, tgkill=131, rt_sigqueueinfo=138, rt_tgsigqueueinfo=240, prlimit64=261, clone=220, socketpair=199, sendto=206,
    fcntl=25, ioctl=29, prctl=167, openat=56, flock=32, setsockopt=208, getsockopt=209, getpgid=155, getsid=156, getpriority=141, sched_getparam=121,
    sched_getscheduler=120, sched_rr_get_interval=127, sched_getattr=275, clock_gettime=113, clock_getres=114, clock_nanosleep=115, timer_create=107)
TABLES = dict(x86_64=(0xC000003E, 317, _x86_64, _x86_64_quiet, _x86_64_none, _x86_64_checked),
    aarch64=(0xC00000B7, 277, _aarch64, _aarch64_quiet, _aarch64_none, _aarch64_checked))
# faccessat2, epoll_pwait2, futex_waitv, futex_wake/wait/requeue, mseal; clone3 must be missing, so that threads are made by clone, which can be looked into
NEW_ALLOWED,CLOSE_RANGE,CLONE3,FCHMODAT2 = (439,441,449,454,455,456,462),436,435,452

# What of a call is allowed, where not all of it is
THREAD = 0x3d0f00 # flags of clone as pthread_create gives them: memory, files, signals and all else shared, and no namespace
FCNTL = 0,1,2,3,5,1030,1032 # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_GETLK, F_DUPFD_CLOEXEC, F_GETPIPE_SZ; F_SETFL is looked into
FCNTL_QUIET = 6,7 # F_SETLK, F_SETLKW: a process never waits for locks of its own, so that they would only hold up others, or fill the kernel's memory
IOCTL = 0x5401,0x802c542a,0x5413,0x541b,0x5421,0x5450,0x5451 # TCGETS, TCGETS2, TIOCGWINSZ, FIONREAD, FIONBIO, FIONCLEX, FIOCLEX: what isatty, setblocking and the like ask
GETSOCKOPT,SETSOCKOPT = (3,4,7,8,20,21,30,38,39),(20,21) # of SOL_SOCKET: type, error, buffers, timeouts, listening, protocol, family; larger buffers would be memory that no limit counts
O_ASYNC,O_PATH = 0o20000,0o10000000

_LOAD,_JEQ,_JGE,_AND,_RET = 0x20,0x15,0x35,0x54,0x06  # classic BPF
ALLOW,KILL,ERRNO = 0x7fff0000,0x80000000,0x00050000

def _arg(i, high=False): return _LOAD,0,0,16+8*i+(4 if high else 0)  # little-endian

def _is(i, *values, mask=None, err=EPERM):
    "Go on only if argument `i` (32 bits of it, under `mask`) is one of `values`"
    n = len(values)
    return [_arg(i), *([(_AND,0,0,mask)] if mask else []), *((_JEQ,n-k,0,v) for k,v in enumerate(values)), (_RET,0,0,ERRNO|err)]

def _is_not(i, value):
    "Go on only if argument `i` is not `value`"
    return [_arg(i), (_JEQ,0,1,value), (_RET,0,0,ERRNO|EPERM)]

def _only(nr, *tests):
    "Allow call `nr` only if all `tests` say so"
    body = [*(o for t in tests for o in t), (_RET,0,0,ALLOW)]
    return [(_JEQ,0,len(body),nr), *body]

def _flags(nr, i):
    "Allow `open` and `openat` if they ask for reading or writing. With neither (access mode 3, O_PATH) Landlock asks for no right, and none for O_TRUNC without writing before ABI 3"
    refused = (os.O_ACCMODE,3),(os.O_TRUNC|os.O_ACCMODE,os.O_TRUNC),(O_PATH,O_PATH)
    body = [o for mask,v in refused for o in (_arg(i), (_AND,0,0,mask), (_JEQ,0,1,v), (_RET,0,0,ERRNO|EPERM))] + [(_RET,0,0,ALLOW)]
    return [(_JEQ,0,len(body),nr), *body]

def _fcntl(nr):
    "Allow what Python needs of `fcntl`: no leases, no notifications, no signals by way of a file, no sizes of pipes, which no limit counts"
    setfl = [(_JEQ,0,5,4), _arg(2), (_AND,0,0,O_ASYNC), (_JEQ,0,1,0), (_RET,0,0,ALLOW), (_RET,0,0,ERRNO|EPERM)]
    known = [(k,ERRNO) for k in FCNTL_QUIET] + [(k,ALLOW) for k in FCNTL]
    body = [_arg(1), *setfl, *(o for k,res in known for o in ((_JEQ,0,1,k), (_RET,0,0,res))), (_RET,0,0,ERRNO|EPERM)]
    return [(_JEQ,0,len(body),nr), *body]

def _clock(nr, pid):
    "Allow clocks of the machine, of this process and of its threads: a negative number means the processor time of any process"
    own = (_JEQ,4,0,-6&0xffffffff),(_JEQ,3,0,(~pid<<3|2)&0xffffffff)
    body = [_arg(0), (_JGE,0,5,1<<31), *own, (_AND,0,0,4), (_JEQ,1,0,4), (_RET,0,0,ERRNO|EINVAL), (_RET,0,0,ALLOW)]
    return [(_JEQ,0,len(body),nr), *body]

def bpf_program(arch, pid):
    "The filter as a list of `(code, jump if true, jump if false, k)`: `pid` may signal itself, start threads, make socket pairs; all in all what Python code without a network needs"
    audit,_,denied,quiet,none,nr = TABLES[arch]
    prog = [(_LOAD,0,0,4), (_JEQ,1,0,audit), (_RET,0,0,KILL), (_LOAD,0,0,0)]
    if arch=='x86_64': prog += [(_JGE,0,1,0x40000000), (_RET,0,0,KILL)]  # the x32 numbers of the same calls
    prog += [o for k in sorted(NEW_ALLOWED) for o in ((_JEQ,0,1,k), (_RET,0,0,ALLOW))]
    prog += _only(CLOSE_RANGE, _is(2, 0, 4)) # its flag 2 gives a thread files of its own
    prog += [(_JEQ,0,1,FCHMODAT2), (_RET,0,0,ERRNO)]
    prog += [(_JGE,0,1,424), (_RET,0,0,ERRNO|ENOSYS)]  # io_uring, pidfd, mounts, clone3, openat2, and what later kernels will bring
    for calls,err in ((denied, EPERM), (quiet, 0), (none, ENOTSUP), (dict(flock=nr['flock']), ENOSYS)): # flock would hold up others
        prog += [o for k in sorted(calls.values()) for o in ((_JEQ,0,1,k), (_RET,0,0,ERRNO|err))]
    # not SIGCONT, which takes back a stop that is on its way: the host stops a worker between cells
    for o,i in dict(kill=1, tgkill=2, rt_sigqueueinfo=1, rt_tgsigqueueinfo=2).items(): prog += _only(nr[o], _is(0, pid), _is_not(i, signal.SIGCONT))
    for o in ('prlimit64','getpgid','getsid','sched_getparam','sched_getscheduler','sched_rr_get_interval','sched_getattr'): prog += _only(nr[o], _is(0, 0, pid))
    prog += _only(nr['getpriority'], _is(0, 0), _is(1, 0, pid))
    for o in ('clock_gettime','clock_getres','clock_nanosleep','timer_create'): prog += _clock(nr[o], pid)
    prog += _only(nr['clone'], _is(0, THREAD, mask=0xffbfffff)) # without CLONE_DETACHED, which musl sets and which does nothing
    prog += _only(nr['socketpair'], _is(0, 1), _is(1, 1, mask=15)) # AF_UNIX and SOCK_STREAM: a datagram pair could send to a socket in a folder
    prog += _only(nr['getsockopt'], _is(1, 1), _is(2, *GETSOCKOPT)) + _only(nr['setsockopt'], _is(1, 1), _is(2, *SETSOCKOPT))
    # send, which is sendto without an address
    null = [_arg(4), (_JEQ,0,3,0), _arg(4, True), (_JEQ,0,1,0), (_RET,0,0,ALLOW), (_RET,0,0,ERRNO|EPERM)]
    prog += [(_JEQ,0,len(null),nr['sendto']), *null]
    prog += _fcntl(nr['fcntl']) + _only(nr['ioctl'], _is(1, *IOCTL, err=ENOTSUP)) # ENOTSUP: Path.copy of Python 3.14 goes on after it
    prog += _only(nr['prctl'], _is(0, 3, 15, 16, 23, 39, 0x53564d41))  # names of threads and of memory, and what only reads
    for o,i in (('open',1),('openat',2)): prog += _flags(nr[o], i) if o in nr else []
    return [*prog, (_RET,0,0,ALLOW)]

def seccomp_arch():
    "The name of this machine's table of system calls, None if there is none"
    m = platform.machine().lower().replace('amd64', 'x86_64').replace('arm64', 'aarch64')
    return m if sys.platform.startswith('linux') and m in TABLES and struct.calcsize('P')==8 and sys.byteorder=='little' else None

def seccomp():
    "Put the filter in force, for all threads"
    arch = seccomp_arch()
    if not arch: raise CannotLock(38, f'There is no table of system calls for {platform.machine()} on {sys.platform}.')
    prog = b''.join(struct.pack('HBBI', *o) for o in bpf_program(arch, os.getpid()))
    buf = ctypes.create_string_buffer(prog, len(prog))
    head = struct.pack('HxxxxxxP', len(prog)//8, ctypes.addressof(buf))
    _sys('seccomp', TABLES[arch][1], ctypes.c_ulong(1), ctypes.c_ulong(1), ctypes.c_char_p(head))  # SECCOMP_SET_MODE_FILTER, TSYNC
    return arch

# The rest

def drop_capabilities():
    "A worker started by root keeps root's user id and none of its powers"
    for o in range(64):
        if _libc().prctl(ctypes.c_ulong(24), ctypes.c_ulong(o), 0, 0, 0)<0: break  # PR_CAPBSET_DROP; fails after the last, or for who never had them
    nr = dict(x86_64=126, aarch64=91).get(seccomp_arch())
    if nr: _sys('capset', nr, ctypes.c_char_p(struct.pack('=Ii', 0x20080522, 0)), ctypes.c_char_p(bytes(24)))

def limit(which, n):
    "Set a resource limit, its soft and its hard part, no higher than it is"
    hard = resource.getrlimit(which)[1]
    n = n if hard==resource.RLIM_INFINITY else min(n, hard)
    resource.setrlimit(which, (n, n))

def limit_memory(n):
    "At most `n` bytes of address space, from now on"
    if sys.platform.startswith('linux'): limit(resource.RLIMIT_AS, n)  # macOS takes the call and ignores it

def close_others(keep):
    "0, 1 and 2 to nowhere, and no other file but `keep` open"
    null = os.open(os.devnull, os.O_RDWR)
    for fd in range(3): os.dup2(null, fd)
    fds = sorted({0, 1, 2, *keep})
    for a,b in zip(fds, [*fds[1:], min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 65536)]): os.closerange(a+1, b)

def has_threads():
    "Does this process have a second thread? Where there is no /proc a call tells that is refused then, and else does nothing: to leave a group of threads"
    if not sys.platform.startswith('linux'): return False
    try: return len(os.listdir('/proc/self/task'))>1
    except OSError: return _libc().unshare(0x10000)<0 and ctypes.get_errno()==EINVAL # CLONE_THREAD

def lock_down(read, write, keep, file_size, files, need, abi=None):
    "Everything, in the right order; returns what is in force. Raises where a part of `need` (`landlock`, `seccomp`) cannot be had; the others are used where they are there. `abi` stands for a kernel with an older Landlock"
    linux = sys.platform.startswith('linux')
    if has_threads(): raise CannotLock(16, 'Something that was imported has started a thread, which would stay outside of the sandbox.')
    close_others(keep)
    limit(resource.RLIMIT_CORE, 0)
    limit(resource.RLIMIT_FSIZE, file_size)
    limit(resource.RLIMIT_NOFILE, files)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # a file too large is an error of the cell's
    for o in (signal.SIGTERM,signal.SIGHUP): signal.signal(o, signal.SIG_DFL)  # whatever the imports have set
    if not linux: return dict(landlock=0, seccomp=None)
    limit(resource.RLIMIT_SIGPENDING, 4096)  # timers count as well, of which each takes memory of the kernel's
    ppid = os.getppid()
    _prctl('no_new_privs', 38, 1)
    drop_capabilities()
    _prctl('dumpable', 4, 0)
    _prctl('death signal', 1, signal.SIGKILL)  # with the host, whatever it dies of
    if os.getppid()!=ppid: os._exit(1)
    return dict(landlock=landlock(read, write, abi) if 'landlock' in need or landlock_abi() else 0, seccomp=seccomp() if 'seccomp' in need or seccomp_arch() else None)
