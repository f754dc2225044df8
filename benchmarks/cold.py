"""The first second of new processes: `python benchmarks/cold.py`

Each case is a whole process, measured in turns with the floors, an interpreter that does nothing and one that sends a bare HTTP request. Processor time, wall-clock time and
memory are those of the process and of what it started; the model answers from a server in a process of its own."""
import os,statistics,subprocess,sys,tempfile,time
from pathlib import Path

root = Path(__file__).resolve().parent.parent
repeats = 5
serve = '''import time
from rlm.models.scripted import ScriptedServer, call_repl
with ScriptedServer(lambda m: call_repl('x = len(context)') if 'in a cell' in str(m) and len(m)==2 else 'FINAL(done)') as server:
    print(server.url, flush=True)
    time.sleep(3600)
'''
request = '''import http.client,json,sys
c = http.client.HTTPConnection(sys.argv[1].split('/')[2])
c.request('POST', '/v1/chat/completions', json.dumps(dict(model='m', messages=[dict(role='user', content='q')])), {'Content-Type': 'application/json'})
assert 'done' in json.loads(c.getresponse().read())['choices'][0]['message']['content']
'''
run = '''import sys
from rlm import RLM
run = RLM('openai/m', base_url=sys.argv[1], mode={mode!r}, sandbox={sandbox!r})('some context', {query!r})
assert run.answer=='done' and run.steps=={query!r}.count('cell')+1
assert not {{'litellm','pandas','matplotlib',*{away}}}&sys.modules.keys()
'''
ask = "import sys; from rlm.cli import main; assert main(['ask', 'Who built the lighthouse?', sys.argv[2], '--sandbox', 'trusted'])==0; assert 'litellm' not in sys.modules"
cli = "import sys; from rlm.cli import main; sys.exit(main(['--help']))"
# case -> code, aim in seconds
def case(mode, sandbox='trusted', query='q'): return run.format(mode=mode, sandbox=sandbox, query=query, away=['IPython'] if sandbox=='auto' else []),.6
cases = {'python -c pass': ('pass', None), 'bare HTTP request': (request, None), 'import rlm': ('import rlm', .05), 'rlm --help': (cli, .15), 'one-step run, tools': case('tools'),
    'one-step run, fences': case('fence'), 'the same, auto': case('tools', 'auto'), 'one cell, trusted': case('tools', query='in a cell'), 'one cell, auto': case('tools', 'auto', 'in a cell'), 'rlm ask, embedded': (ask, .7)}

def measure(code, args, cwd):
    "Processor seconds, wall-clock seconds and MB of a fresh interpreter"
    env,start = {**os.environ, 'PYTHONPATH': str(root)},time.perf_counter()
    p = subprocess.Popen([sys.executable, '-c', code, *args], cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = p.stderr.read()
    _,status,used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    if p.returncode: raise SystemExit(said.decode())
    return used.ru_utime+used.ru_stime,time.perf_counter()-start,used.ru_maxrss/1024

def main():
    "Print the median of each case, and what it adds to the floor"
    got = {k:[] for k in cases}
    server = subprocess.Popen([sys.executable, '-c', serve], cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as tmp:
            doc = Path(tmp)/'doc.txt'
            doc.write_text('Ann built the lighthouse in 1822. '*100)
            for _ in range(repeats+1): # the first round warms the disk and is not counted
                for k,(code,_) in cases.items(): got[k].append(measure(code, [url, str(doc)], tmp))
    finally: server.kill()
    meds = {k: [statistics.median(o) for o in zip(*v[1:])] for k,v in got.items()}
    floor = meds['python -c pass'][0]
    print(f'Python {sys.version.split()[0]}, median of {repeats}; floor: python -c pass')
    for k,(cpu,wall,mb) in meds.items():
        aim = cases[k][1]
        print(f'{k:<22}{cpu:6.2f} s CPU  floor x {cpu/floor:5.1f}  {wall:6.2f} s  {mb:4.0f} MB' + (f'  (aim: {aim} s)' if aim else ''))

if __name__=='__main__': main()
