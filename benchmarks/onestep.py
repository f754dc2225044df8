"A run of one step, cold (a new process, from `import rlm` to the answer) and warm, against the floor of importing what it needs: `python benchmarks/onestep.py`"
import json,statistics,subprocess,sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
run = '''import json,os,time
os.environ['LITELLM_LOCAL_MODEL_COST_MAP'] = 'True'
start = time.perf_counter()
if {floor}:
    import litellm,IPython
    print(json.dumps([time.perf_counter()-start]))
else:
    from rlm.core import RLM
    from rlm.models.scripted import ScriptedLM
    times,first = [],time.perf_counter()-start
    for _ in range(21):
        start = time.perf_counter()
        r = RLM(ScriptedLM(['FINAL(done)']), mode='tools', sandbox='trusted')('some context', 'q')
        times.append(time.perf_counter()-start)
        assert r.answer=='done' and r.steps==1
    print(json.dumps([first+times[0], *times[1:]]))
'''

def times(floor):
    "Seconds that one new process measures"
    p = subprocess.run([sys.executable, '-c', run.format(floor=floor)], cwd=root, capture_output=True, text=True, check=True)
    return json.loads(p.stdout.splitlines()[-1])

def main():
    "Print the best of five processes each, and the median of 20 warm runs"
    floor = min(times(True)[0] for _ in range(5))
    runs = [times(False) for _ in range(5)]
    cold,warm = min(o[0] for o in runs),statistics.median(t for o in runs for t in o[1:])
    print(f'Python {sys.version.split()[0]}')
    print(f'floor, importing litellm and IPython: {floor:.2f} s')
    print(f'cold one-step run:                    {cold:.2f} s  floor x {cold/floor:.2f}')
    print(f'warm one-step run:                    {1000*warm:.1f} ms')

if __name__=='__main__': main()
