"`url`: ends after calls, a stream that was given up, and a fork"
import os,sys
from rlm.models.lm import LM

lm = LM('openai/m', sys.argv[1])
lm.map([str(i) for i in range(20)])
p = lm.pieces('q')
next(p)
if not os.fork(): raise SystemExit
os.wait()
