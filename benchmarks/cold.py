"""The first second of new processes: `python benchmarks/cold.py [--short] [--json]`

Each case is a whole process, measured in turns with the floors, an interpreter that does nothing and one that sends a bare HTTP request. Processor time, wall-clock time and
memory are those of the process and of what it started; the model answers from a server in a process of its own."""
import statistics,subprocess,sys,tempfile
from pathlib import Path
from measure import arguments,imports,main,process,process_floor,root,row

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
def case(mode, sandbox='trusted', query='q'): return run.format(mode=mode, sandbox=sandbox, query=query, away=['IPython'] if sandbox=='auto' else []),.6
# case -> code, aim in seconds
cheap = {process_floor: (imports, None), 'python -c pass': ('pass', None), 'bare HTTP request': (request, None), 'import rlm': ('import rlm', .05), 'rlm --help': (cli, .15)}
some = {'one-step run, trusted': case('tools'), 'one cell, auto': case('tools', 'auto', 'in a cell'), 'rlm ask, embedded': (ask, .7)}
more = {'one-step run, fences': case('fence'), 'one-step run, auto': case('tools', 'auto'), 'one cell, trusted': case('tools', query='in a cell')}

def rows(short=False):
    "A row for each case, whose floor is the one that it contains"
    cases = cheap | some | ({} if short else more)
    got = {k:[] for k in cases}
    server = subprocess.Popen([sys.executable, '-c', serve], cwd=root, stdout=subprocess.PIPE, text=True)
    try:
        url = server.stdout.readline().strip()
        with tempfile.TemporaryDirectory() as tmp:
            doc = Path(tmp)/'doc.txt'
            doc.write_text('Ann built the lighthouse in 1822. '*100)
            for _ in range(1 if short else 6): # the first round of six warms the disk and is not counted
                for k,(code,_) in cases.items():
                    for _ in range(3 if k in cheap else 1): got[k].append(process(code, url, str(doc), cwd=tmp))
    finally: server.kill()
    meds = {k: [statistics.median(o) for o in zip(*(v if short else v[1:]))] for k,v in got.items()}
    for k,(cpu,wall,mb) in list(meds.items())[1:]:
        note = f'{wall:.2f} s, {mb:.0f} MB' + (f' (aim: {cases[k][1]} s)' if cases[k][1] else '')
        yield row(f'cold: {k}', cpu, meds[process_floor][0], process_floor, note=note, checked=k in (cheap | some) and 'bare' not in k and k!='python -c pass')

if __name__=='__main__': main(rows, arguments(__doc__))
