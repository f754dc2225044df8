"Help in cells, after a pager was chosen: nothing may wait for a key"
import pydoc
pydoc.pager = pydoc.getpager()
from rlm.tools import make_run_repl,prep_shell

run = make_run_repl(prep_shell('c'))
out = run('help(len)') + run('len?') + run('import json\nhelp(json)')
print('answer:', 'number of items' in out, 'FUNCTIONS' in out or len(out)>4000)
