"Calls of OpenAI-protocol endpoints and of the embedded reader do without litellm: nothing imports it, and what they bring is what they bring with it; what runs in a worker does without IPython"
import json,sys
import pytest
from project import check,none,root,run
from rlm.models import _catalog
from rlm.models._catalog import Unsure
from rlm.models._reply import reply
from rlm.models.messages import as_reply
from rlm.models.providers import load_litellm
from rlm.models.scripted import completion,say,tool_call
from without import outcomes

def test_without(tmp_path):
    "The same replies, failures, prices and bodies; in the process that has made them, and whole runs, litellm is not imported"
    (tmp_path/'doc.txt').write_text('Ann built the lighthouse in 1822.')
    out = check(run(sys.executable, str(root/'tests'/'without.py'), str(tmp_path/'doc.txt'), cwd=tmp_path, PYTHONPATH=str(root), OPENAI_API_KEY=None, RLM_SANDBOX='trusted'))
    said = json.loads(out.splitlines()[-1])
    assert not said['loaded']
    load_litellm()
    theirs = json.loads(json.dumps(outcomes()))
    assert said['outcomes'].keys()==theirs.keys() and len(theirs)>150
    none(f'{k}: {v} with litellm, {said["outcomes"][k]} without' for k,v in theirs.items() if v!=said['outcomes'][k])

in_a_worker = """import sys
from rlm import RLM
from rlm.models.scripted import ScriptedLM, call_repl
run = RLM(ScriptedLM([call_repl('print(len(context))\\n{llm_query("q"): 1+1}'), '6', call_repl('x = 6'), 'FINAL_VAR(x)']), sandbox='auto')('context', 'q')
assert run.value==6 and any("{'6': 2}" in str(m['content']) for m in run.messages), run.messages
print(*sys.modules)"""

def test_without_ipython(tmp_path):
    "A process whose cells run in a worker imports neither IPython nor what that brings"
    loaded = check(run(sys.executable, '-c', in_a_worker, cwd=tmp_path, PYTHONPATH=str(root))).split()
    none(o for o in loaded if o.split('.')[0] in ('IPython','traitlets','prompt_toolkit','litellm','matplotlib'))

def sure(f, *args):
    try: return f(*args)
    except Unsure: return 'unsure'

# names of all kinds; of what is listed, a part
usual = 'm org/m gpt-4o gpt-4o-mini gpt-5 gpt-5-mini gpt-5.4 o3-mini qwen3:8b a:b:c:d GPT-4o claude-next-9 claude-sonnet-9-9 meta-llama/Llama-3.1-8B-Instruct llama3.1 Qwen/Qwen3-8B ft:gpt-4o:x:y:z text-embedding-3-small'.split()

@pytest.mark.parametrize('part', [0, *(pytest.param(o, marks=pytest.mark.slow) for o in range(1, 6))])
def test_catalog(part):
    "What is read from litellm's files is what litellm says: who serves a model, its window, its tools, its price"
    litellm = load_litellm()
    def theirs(f):
        try: return f()
        except Exception: return None
    names = sorted({o for k in litellm.model_cost for o in (k, k.split('/')[-1]) if not o.startswith(('github_copilot','chatgpt'))})[part::60]+usual
    openais = [k for k,v in litellm.model_cost.items() if v.get('litellm_provider')=='openai']
    bad,known = [],0
    for n in names+openais[part::10]:
        for url in ('http://127.0.0.1:1/v1', None, 'https://openrouter.ai/api/v1', 'https://api.groq.com/openai/v1'):
            mine,found = sure(_catalog.resolve, n, url),theirs(lambda: (n, litellm.get_llm_provider(n, api_base=url)[1]))
            if mine not in ('unsure', found or (url and (f'openai/{n}', 'openai'))): bad.append((n, url, mine, found))
        e = sure(_catalog.facts, full := f'openai/{n}')
        if e=='unsure': continue
        known += bool(e)
        if e.get('max_input_tokens')!=theirs(lambda: litellm.get_model_info(full).get('max_input_tokens')): bad.append((n, 'window'))
        if bool(e.get('supports_function_calling'))!=litellm.supports_function_calling(full): bad.append((n, 'tools'))
        for sent,got in ((1000, 500), (300_000, 10)):
            mine = sure(_catalog.entry_price, e, sent, got)
            found = theirs(lambda: sum(litellm.cost_per_token(model=full, prompt_tokens=sent, completion_tokens=got)))
            if mine!='unsure' and (mine is None or found is None or mine!=pytest.approx(found, rel=1e-9)) and not mine is found is None: bad.append((n, 'price', mine, found))
    assert known>10 and not bad, bad[:20]
    assert all(sure(_catalog.facts, f'openai/{o}')!='unsure' for o in ('m','gpt-4o','gpt-5-mini','meta-llama/Llama-3.1-8B-Instruct')) and sure(_catalog.resolve, 'm', 'http://h/v1')==('openai/m','openai')
    assert _catalog.compatible_hosts()=={_catalog.urlsplit(o if '//' in o else f'//{o}').hostname for o in litellm.openai_compatible_endpoints}
    assert {getattr(o, 'value', o) for o in litellm.provider_list}<=_catalog.providers()|{'embedded'}

def test_tokens():
    "The tokenizer is litellm's, with or without it"
    text = 'Où est «é»? 🙂 def f(x): return x**2\n' * 9
    assert _catalog.tokenizer().encode(text, disallowed_special=())==load_litellm().encode(model='', text=text)

def test_reply_as_object():
    "A reply is read as litellm's are: attributes, items, `model_dump`"
    call = tool_call('look', '{"at": 1}', id='c1')
    o = dict(completion(say('Paris', call, refusal=None), []), service_tier='default')
    mine,theirs = reply(o),load_litellm().ModelResponse(**o)
    for r in (mine, theirs):
        m = r.choices[0].message
        assert m.content==m['content']==m.get('content')=='Paris' and m.role=='assistant' and r['choices'][0]['finish_reason']=='tool_calls'
        assert (m.tool_calls[0].id, m.tool_calls[0].function.name, m.tool_calls[0]['function']['arguments'])==('c1', 'look', '{"at": 1}')
        assert r.usage.total_tokens==r.model_dump()['usage']['total_tokens'] and json.loads(r.model_dump_json())['choices'][0]['message']['content']=='Paris'
        assert 'content' in m.model_dump() and r.service_tier=='default' and r.get('nothing') is None and not hasattr(r, 'nothing') and r.model==o['model']
    assert mine==reply(o) and mine.model_copy(deep=True)==mine and 'Paris' in repr(mine) and dict(mine)['model']==o['model']
    assert as_reply(o).choices[0].message.content=='Paris'

messages = [dict(tool_calls=[dict(function=1)]), dict(tool_calls=[1]), dict(audio=dict(id=1)), dict(role='user'), dict(content=7)]
odd = [[], {}, *(dict(choices=o) for o in (1, [1], [dict(message={}, finish_reason='eos')], *([dict(message=dict(content='x') | o)] for o in messages)))]

@pytest.mark.parametrize('o', odd, ids=repr)
def test_left_to_litellm(o):
    "What a server sends otherwise, litellm makes the best of"
    assert sure(reply, o)=='unsure'
