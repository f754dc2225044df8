"""The first second of new processes: `python benchmarks/cold.py [--short] [--json]`

Each case is a whole process, measured in turns with the floors, an interpreter that does nothing and one that sends a bare HTTP request. Processor time, wall-clock time and
memory are those of the process and of what it started; the model answers from a server in a process of its own."""
import statistics,subprocess,sys,tempfile
from pathlib import Path
from measure import arguments,main,process,process_floor,root,row

serve = '''import time
from rlm.models.scripted import ScriptedServer
with ScriptedServer(lambda m: 'FINAL(done)') as server:
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
assert RLM('openai/m', base_url=sys.argv[1], mode={mode!r}, sandbox='trusted')('some context', 'q').answer=='done'
assert not {{'litellm','pandas','matplotlib'}}&sys.modules.keys()
'''
ask = "import sys; from rlm.cli import main; assert main(['ask', 'Who built the lighthouse?', sys.argv[2], '--sandbox', 'trusted'])==0; assert 'litellm' not in sys.modules"
cli = "import sys; from rlm.cli import main; sys.exit(main(['--help']))"
# case -> code, aim in seconds
cases = {process_floor: ('pass', None), 'bare HTTP request': (request, None), 'import rlm': ('import rlm', .05), 'rlm --help': (cli, .15), 'one-step run, tools': (run.format(mode='tools'), .6),
    'one-step run, fences': (run.format(mode='fence'), .6), 'rlm ask, embedded': (ask, .7)}
slow = 'one-step run, tools','one-step run, fences','rlm ask, embedded'

def rows(short=False):
    "A row for each case, whose floor is the one that it contains"
    chosen = {k:v for k,v in cases.items() if not (short and 'fences' in k)}
    got = {k:[] for k in chosen}
    server = subprocess.Popen([sys.executable, '-c', serve], cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as tmp:
            doc = Path(tmp)/'doc.txt'
            doc.write_text('Ann built the lighthouse in 1822. '*100)
            for _ in range(1 if short else 6): # the first round of six warms the disk and is not counted
                for k,(code,_) in chosen.items():
                    for _ in range(1 if k in slow else 3): got[k].append(process(sys.executable, '-c', code, url, str(doc), cwd=tmp))
    finally: server.kill()
    meds = {k: [statistics.median(o) for o in zip(*(v if short else v[1:]))] for k,v in got.items()}
    for k,(cpu,wall,mb) in list(meds.items())[2:]:
        floor = 'bare HTTP request' if 'run' in k else process_floor
        note = f'{wall:.2f} s, {mb:.0f} MB' + (f' (aim: {cases[k][1]} s)' if cases[k][1] else '')
        yield row(f'cold: {k}', cpu, meds[floor][0], floor, note=note)

if __name__=='__main__': main(rows, arguments(__doc__))
