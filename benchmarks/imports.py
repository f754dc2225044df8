"Import times against the floor of an empty interpreter, measured in turns in the same run: `python benchmarks/imports.py`"
import os,statistics,subprocess,sys,tempfile,time
from pathlib import Path

root = Path(__file__).resolve().parent.parent
repeats = 7
# `rlm --help` as the installed script starts it
cli = "import sys; sys.argv = ['rlm','--help']; from rlm.cli import main; sys.exit(main())"
cases = {'python -c pass': ('pass',None), 'import rlm': ('import rlm',0.3), 'rlm --help': (cli,0.6)}

def seconds(code, cwd):
    "Wall-clock seconds of `code` in a fresh interpreter"
    env = {**os.environ, 'PYTHONPATH': str(root)}
    start = time.perf_counter()
    subprocess.run([sys.executable, '-c', code], cwd=cwd, env=env, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter()-start

def main():
    "Print the median of each case, and what it adds to the floor"
    times = {k:[] for k in cases}
    with tempfile.TemporaryDirectory() as tmp:
        for _ in range(repeats+1):  # the first round warms the disk and is not counted
            for k,(code,_) in cases.items(): times[k].append(seconds(code, tmp))
    meds = {k: statistics.median(v[1:]) for k,v in times.items()}
    floor = meds['python -c pass']
    print(f"Python {sys.version.split()[0]}, median of {repeats}")
    for k,(_,aim) in cases.items(): print(f"{k:<16}{meds[k]:7.3f} s  floor + {meds[k]-floor:.3f} s" + (f"  (aim: under {aim} s)" if aim else ''))

if __name__=='__main__': main()
