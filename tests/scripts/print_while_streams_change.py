"Prints in one thread while another begins and ends 300 cells"
import os,sys,threading
from rlm.tools import prep_shell

sys.stdout = open(os.devnull, 'w')
sh = prep_shell('x')
t = threading.Thread(target=lambda: [sh.run('1') for _ in range(300)])
t.start()
n = 0
while t.is_alive():
    print('mine')
    n += 1
print(n>0, file=sys.stderr)
