"`path`: a process that writes a trace there, and goes on"
import sys,time
from pathlib import Path
from rlm.trace import Trace, TraceFile

t = Trace().write_to(TraceFile(Path(sys.argv[1]), dict(run='1', root=dict(model='m'), context=None)))
t.add('run_started')
print('here', flush=True)
time.sleep(60)
