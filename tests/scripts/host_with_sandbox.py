"A process with a shell in a sandbox, that says READY and is to be ended in one of several ways"
import os,signal,sys,threading,time

way = sys.argv[1]
if way=='ignored': signal.signal(signal.SIGTERM, signal.SIG_IGN)
if way=='own': signal.signal(signal.SIGTERM, lambda *a: (os.write(1, b'OWN\n'), sys.exit(3))) # not `print`: it may come while READY is printed
from rlm.tools import prep_shell
sh = prep_shell('the document', sandbox='auto')
sh.run('x = context')
time.sleep(.3) # the variables are kept in a pause
if way=='forked' and os.fork()==0: os.kill(os.getpid(), signal.SIGTERM)
if way=='forked': print('CHILD', os.WTERMSIG(os.wait()[1]), sh.run('x').value, flush=True)
if way=='threads':
    for s in (sh, *(prep_shell('c', sandbox='auto') for _ in range(3))): threading.Thread(target=s.run, args=('while True: pass',), daemon=True).start()
    time.sleep(.5)
print('READY', flush=True)
if way=='cell': sh.run('while True: pass', timeout=30)
if way=='loop':
    while True: pass
time.sleep(30)
