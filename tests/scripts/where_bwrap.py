"`start`: which bubblewrap is taken in that working directory, or why none"
import os,sys
from rlm.shell.machine import facts

os.chdir(sys.argv[1])
f = facts()
print(f['bwrap'])
print(f['why_not'])
