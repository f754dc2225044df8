"By how many MB the process grows with each cell that prints much, and what is shown of it"
import json,resource
from rlm.tools import make_run_repl,prep_shell

def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024

run,res = make_run_repl(prep_shell('c'), max_output=1000),[]
run('import sys\nprint(1)\n"x"*10_000')
for o in ("for i in range(100_000): print(f'{i:06} ' + 'x'*992)", "for i in range(100): _n = sys.stdout.write('y'*1_000_000)",
    "for i in range(1_000_000): _n = sys.stdout.write('z'*100)", "print('w'*100_000_000)", "'v'*200_000_000", "print('END'*40_000_000, file=sys.stderr)"):
    start = peak()
    out = run(o)
    res.append([peak()-start, out])
    del out
print(json.dumps(res))
