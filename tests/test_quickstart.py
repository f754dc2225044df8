"The quick start as a user types it, against a real HTTP server, from a script and inside a real Jupyter kernel"
import json,subprocess,sys
import pytest
from doubles import gifts, quick_model
from forks import run_script
from kernels import execute
from rlm.models.scripted import ScriptedServer

# Model and URL aside, this is what the README and the issue tracker tell people to type.
QUICK_START = '''
from rlm.bench import benchmark_vanilla, benchmark_rlm
from rlm.core import advanced_toolloop
from rlm.prompts import REPL_SYSTEM_PROMPT
from rlm.tools import prep_shell, make_run_repl
sh = prep_shell(context, model=model, base_url=base_url)
run_repl = make_run_repl(sh)
responses = advanced_toolloop(query, sp=REPL_SYSTEM_PROMPT, tools=[run_repl], sh=sh, model=model, base_url=base_url, max_steps=50, verbose=True)
for item in responses:
    if isinstance(item, dict) and item.get("type") == "final": print(item["answer"])
vanilla_result = benchmark_vanilla(context, query, model=model, base_url=base_url)
rlm_result = benchmark_rlm(context, query, model=model, base_url=base_url, verbose=True)
'''
REPORT = '''
import json
keys = ('method', 'time', 'tokens', 'answer')
print('REPORT ' + json.dumps(dict(final=item['answer'], stop=item['stop'], steps=item['steps'], calls=item['usage'].calls, tokens=item['usage'].total_tokens,
    vanilla={k: vanilla_result[k] for k in keys}, rlm={k: rlm_result[k] for k in keys})))
'''

def setup(url):
    return f'''
context = "Agamemnon offers Achilles seven tripods and ten talents of gold. " * 5000
query = "What gifts does Agamemnon offer Achilles?"
model, base_url = "openai/some-model", {url!r}
'''

def check_report(out, server):
    r = json.loads(next(o for o in out.splitlines() if o.startswith('REPORT '))[7:])
    assert (r['final'], r['stop'], r['steps'], r['calls']) == (gifts, 'final_var', 3, 5)
    assert r['vanilla']['method']=='vanilla' and r['vanilla']['answer']==f'Vanilla says: {gifts}'
    assert r['rlm']['method']=='rlm' and r['rlm']['answer']==gifts and r['rlm']['time']>0
    # every token the server billed is counted once: sub-calls too
    assert r['tokens'] + r['vanilla']['tokens'] + r['rlm']['tokens'] == server.billed.total_tokens
    assert server.billed.calls==11
    assert sum(len(b['messages'])==1 for b in server.asked)==4 # the sub-calls of two runs
    root = [b for b in server.asked if b.get('tools')]
    assert root[0]['tools'][0]['function']['parameters']['required']==['python_code']
    assert not any(len(json.dumps(b))>20_000 for b in root), 'the context must not be in the prompt'

def test_script(tmp_path, transport):
    with ScriptedServer(quick_model) as server:
        (tmp_path/'quick.py').write_text(setup(server.url) + QUICK_START + REPORT)
        if transport=='litellm': res = run_script(tmp_path/'quick.py', cwd=tmp_path, timeout=120)
        else: res = subprocess.run([sys.executable, 'quick.py'], cwd=tmp_path, capture_output=True, text=True, timeout=120) # what is said when litellm is imported, too
        assert res.returncode==0, res.stderr
        assert not res.stderr.strip() and 'Give Feedback' not in res.stdout and 'LiteLLM' not in res.stdout
        check_report(res.stdout, server)

@pytest.mark.parametrize('transport', ['direct', pytest.param('litellm', marks=pytest.mark.slow)], indirect=True)
def test_kernel(transport):
    with ScriptedServer(quick_model) as server:
        cells = execute(setup(server.url), QUICK_START, REPORT, own=True)
        out = ''.join(o.text for c in cells for o in c if o.output_type=='stream' and o.name=='stdout')
        assert not [o for c in cells for o in c if o.output_type!='stream' or o.name=='stderr']
        check_report(out, server)
