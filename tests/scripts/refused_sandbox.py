"`kind`: what is said of a sandbox that cannot be had"
import sys
from rlm.tools import prep_shell

try: prep_shell('c', sandbox=sys.argv[1])
except Exception as e: print(type(e).__name__, e)
else: print('RUNS')
