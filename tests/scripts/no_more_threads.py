"Two calls at once, for one of which there is a thread that an earlier call has left and for the other none can be started; between two that work"
import threading
from rlm.tools import prep_shell

over = threading.Event()
sh = prep_shell('c', sandbox='auto', tools=dict(f=lambda: 1, hold=lambda: over.wait(60)))
print(sh.run('f()').value)
threading.stack_size(1<<46)
print(sh.run('''from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
pool = ThreadPoolExecutor(2)
done,_ = wait([pool.submit(hold) for _ in range(2)], return_when=FIRST_EXCEPTION)
done.pop().result()''').output.splitlines()[-1])
over.set()
threading.stack_size(0)
print(sh.run('f()').value)
sh.close()
