"Two batches and a cell, each after `begin` on stderr: the first is over before a progress line is due"
import os,sys
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from doubles import Door, cells, echo, lm, names, outputs
from rlm.core import RLM
from rlm.models.scripted import Fault

delay,code = .5,'import sys\nr = llm_query_batched([f"p{i}" for i in range(12)])\nprint(len(r))\nprint("seen", file=sys.stderr)'
with Door(cells(code, sub=lambda m: Fault(delay=delay, reply=echo(m)))) as server:
    m = lm(server, concurrency=3)
    m.text('warm')
    for delay,go in ((.02, lambda: m.map(names(12))), (.5, lambda: m.map(names(12))), (.5, lambda: print(outputs(RLM(m, mode='tools', progress=False)('c', 'q'))))):
        print('begin', file=sys.stderr)
        go()
