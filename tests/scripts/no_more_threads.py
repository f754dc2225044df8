"A call for which no thread can be started, between two that work"
import threading
from rlm.tools import prep_shell

sh = prep_shell('c', sandbox='auto', tools=dict(f=lambda: 1))
print(sh.run('f()').value)
threading.stack_size(1<<46)
print(sh.run('f()').output.splitlines()[-1])
threading.stack_size(0)
print(sh.run('f()').value)
sh.close()
