"A host that forks a child, and each has a sandbox"
import os
from rlm.shell import process
from rlm.tools import prep_shell

sh = prep_shell('c', sandbox='auto')
sh.run('x = 5')
mine = [*process._servers.values()]
if not (pid:=os.fork()):
    own = prep_shell('c', sandbox='auto')
    own.run('x = 6')
    print('child', own.run('x').value, not {*map(id, mine)} & {*map(id, process._servers.values())}, flush=True)
    own.close()
    os._exit(0)
os.waitpid(pid, 0)
print('parent', sh.run('x').value, [*process._servers.values()]==mine)
sh.close()
