"`backend way`: a process with two shells in a sandbox, that says READY and ends in one of several ways"
import os,sys,threading,time
from rlm.tools import prep_shell

backend,way = sys.argv[1:]
sh = prep_shell('ctx', sandbox=backend)
sh.run('x = 1')
other = prep_shell('ctx', sandbox=backend) # a second one, so that one is kept warm as well
other.run('x = 1')
time.sleep(.3)
evil = "import ctypes,os,signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1,64))\nctypes.CDLL(None).prctl(1,0)\nos.closerange(3,99)\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass"
fork = "import os,time\ntry:\n    if not os.fork():\n        os.setsid(); os.closerange(0,99); time.sleep(600)\nexcept OSError: pass"
if way=='fork': sh.run(fork, timeout=2)

def ready(): print('READY', flush=True)

if way in ('cell','evil','ctrl_c'):
    threading.Timer(.3, ready).start()
    try: sh.run(evil if way=='evil' else 'while True: pass', timeout=30)
    except KeyboardInterrupt:
        if sh.run('x').value!=1: print('LOST', flush=True)
        raise
ready()
sys.stdin.readline()
if way=='exception': raise ValueError('x')
if way=='sys_exit': sys.exit(3)
if way=='os_exit': os._exit(0)
if way=='closed':
    sh.close()
    other.close()
