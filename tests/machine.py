"What this machine can isolate with, and which processes run on it"
import os,shutil,subprocess,sys,time
from pathlib import Path
import pytest

linux = pytest.mark.skipif(sys.platform!='linux', reason='the sandboxes that are tested here are those of Linux')

def no_bwrap():
    "Why `strict` cannot run here, or None"
    if not shutil.which('bwrap'): return 'bubblewrap (bwrap) is not installed'
    res = subprocess.run(['bwrap','--unshare-all','--ro-bind','/','/','true'], capture_output=True, text=True)
    return f'bwrap cannot make a namespace here: {res.stderr.strip()}' if res.returncode else None

def stat(pid):
    "Parent, and when it began (a pid alone can come back), of a process; None without it"
    try: f = Path(f'/proc/{pid}/stat').read_text().rsplit(')')[1].split()
    except (OSError, IndexError): return None
    return None if f[0] in 'ZX' else (int(f[1]), f[19])

def below(pid):
    "Processes that descend from `pid`: `{(pid, start)}`"
    every = {int(o): s for o in os.listdir('/proc') if o.isdigit() and (s:=stat(int(o)))}
    found,todo = set(),[pid]
    while todo:
        kids = [k for k,(parent,_) in every.items() if parent==todo[0]]
        found |= {(k, every[k][1]) for k in kids}
        todo = todo[1:]+kids
    return found

def gone(procs, seconds=4):
    "The processes that still live after a while"
    end = time.monotonic()+seconds
    while (left:={(p,t) for p,t in procs if (s:=stat(p)) and s[1]==t}) and time.monotonic()<end: time.sleep(.02)
    return left
