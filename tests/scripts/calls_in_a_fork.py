"`url`: calls before a fork, in the child, and after its end"
import os,sys,warnings
from rlm.models.lm import LM

warnings.simplefilter('default', ResourceWarning)
lm = LM('openai/m', sys.argv[1], retries=0)
lm('q')
lm.map(['a','b','c'])
pid = os.fork()
if not pid:
    assert lm.text('in the child')=='Paris'
    sys.exit(0)
assert os.waitpid(pid, 0)[1]==0
for i in range(3): assert lm.text(f'after {i}')=='Paris'
print('done')
