"A child that ends in the usual way, while its parent has a sandbox"
import os,sys,time
from rlm.tools import prep_shell

sh = prep_shell('c', sandbox='auto')
sh.run('x = 5')
if not os.fork():
    del sh
    sys.exit()
os.wait()
time.sleep(.1)
print(sh.run('x').value, sh.run('len(context)').value)
