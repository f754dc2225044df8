"`benchmarks/real.py`: its tasks and their checks, whole runs against a server that counts as llama.cpp's does, what a second start does, and what it refuses"
import csv,io,json,re
from collections import Counter
from types import SimpleNamespace

import pytest
from benchmarks import real,real_tasks
from doubles import Raw,http
from forks import run_script
from project import check,root
from rlm.bench.pair import _shorter
from rlm.bench.results import read_results
from rlm.models.scripted import ScriptedServer,completion

# Another way to each answer, from the text alone

def boss(c): return re.search(r'The manager of Ivo Brandt is ([\w ]+)\.', c)[1]

def rows_of(c): return csv.DictReader(io.StringIO(c))

def most_common(pattern, c): return [o for o,_ in Counter(re.findall(pattern, c, re.M)).most_common()]

solved = dict(needle=lambda c: re.search(r'amber-falcon is: (\d+)', c)[1], count=lambda c: sum('[ERROR]' in o for o in c.splitlines()))
solved |= dict(sum=lambda c: sum(int(o['amount']) for o in rows_of(c) if o['region']=='North'), most=lambda c: most_common(r'^(\w+ \w+) bought', c)[0])
solved |= dict(lookup=lambda c, q: next(o['city'] for o in json.loads(c) if str(o['id']) in q), least=lambda c: most_common(r'colour (\w+)', c)[-1])
solved |= dict(hop=lambda c: f"room {re.search(rf'The office of {boss(c)} is room ([0-9]+)', c)[1]}", latest=lambda c: max(re.findall(r'date (\S+); status closed', c)))
solved |= dict(list=lambda c: ', '.join(k for k,v in re.findall(r'(P\d+)\tprice=(\d+)', c) if int(v)>1000))
solved |= dict(semantic=lambda c: sum(b in o for o in c.splitlines() for b in real_tasks.bad))

@pytest.mark.parametrize('seed', [0, 29])
def test_checks(seed):
    "Each check takes the answer that is found another way, and no other; with seed 29 a price is 1000, which is not above"
    made = real_tasks.tasks(seed)
    if not seed: assert real.digest(made)=='5c598a3baca3', 'figures compare only while seed 0 makes the same contexts and questions'
    assert 2000<min(len(o[1]) for o in made) and max(len(o[1]) for o in made)<301_000
    for nm,context,query,check in made:
        answer = solved[nm](context, query) if nm=='lookup' else solved[nm](context)
        assert check(answer) and check(f'The answer is: {answer}.'), (nm, answer)
        for wrong in ('', 'I do not know.', '0', 'red', 'P0001', '9'*5000): assert not check(wrong), (nm, wrong)

# Whole runs

class Llama(Raw):
    "A server that has a prefix cache, refuses what is too long, and counts, as llama.cpp's does"
    def __init__(self, replies, model='/models/small-Q4_K_M.gguf', window=100_000):
        super().__init__(self.answer)
        self.replies,self.model,self.window,self.known,self.read,self.cached,self.wrote,self.more = replies,model,window,set(),0,0,0,0

    def answer(self, _, path, headers, body):
        if path=='/v1/models': return http(json.dumps(dict(data=[dict(id=self.model, meta=dict(ftype='Q4_K - Medium'))])))
        if path=='/metrics': return http(f'# HELP\nllamacpp:prompt_tokens_total {self.read}\nllamacpp:prompt_tokens_cached_total {self.cached}\nllamacpp:tokens_predicted_total {self.wrote}\n')
        messages = json.loads(body)['messages']
        if (reply := self.replies(messages)) is None: return
        res = completion(reply, messages)
        sent,got = res['usage']['prompt_tokens'],res['usage']['completion_tokens']
        if sent>self.window: return http(json.dumps(dict(error=dict(code=400, message='too long', type='exceed_context_size_error'))), '400 Bad Request')
        hit = sent//2 if str(messages[0]) in self.known else 0
        self.known.add(str(messages[0]))
        self.read,self.cached,self.wrote = self.read+sent-hit+self.more,self.cached+hit,self.wrote+got
        res['usage']['prompt_tokens_details'] = dict(cached_tokens=hit)
        return http(json.dumps(res))

def counts(messages):
    "Counts the errors of a log, whatever the question is"
    if 'Text:' in messages[-1]['content']: return 'There are 300.'
    if len(messages)==2: return '```repl\nn = context.count("[ERROR]")\nprint(n)\n```'
    return 'FINAL_VAR(n)' if messages[0]['role']=='system' else 'yes'

small = '''
def tasks(seed): return [('count', '[ERROR] disk full\\n'*300, 'How many errors?', lambda o: '300' in o), ('kind', 'All quiet.', 'Is it loud?', lambda o: 'no' in o)]
'''

@pytest.fixture
def llama():
    with Llama(counts) as server: yield server

@pytest.fixture
def measured(tmp_path):
    "Measure what a server plays, with two small tasks"
    (tmp_path/'small.py').write_text(small, encoding='utf-8')
    def go(server, out, **kw): return real.main(**dict(base_url=server.url, model='openai/small', seeds='0', tasks_file=str(tmp_path/'small.py'), out=str(out), time=60.) | kw)
    return go

def rows(out): return [json.loads(o) for o in (out/'rows.jsonl').read_text(encoding='utf-8').splitlines()]

def test_measures(llama, measured, tmp_path, capsys):
    "RLM and vanilla on the same questions: right or wrong, usage as the server counts, traces, and the table of both"
    for arm in ('rlm','vanilla'): assert measured(llama, tmp_path/arm, arm=arm, label='Small')==0
    facts,count,kind = rows(tmp_path/'rlm')
    assert facts['model']=='Small' and facts['served']=='small-Q4_K_M.gguf Q4_K - Medium' and '127.0.0.1' not in str(facts) and str(tmp_path) not in str(facts)
    assert count['right'] and count['stop']=='final_var' and count['steps']==2 and count['served'] and 'right' not in kind
    assert {o.name for o in (tmp_path/'rlm'/'traces').iterdir()}=={'count-0.jsonl','kind-0.jsonl'}
    (one,),(two,) = (read_results(tmp_path/o/'rows.jsonl') for o in ('rlm','vanilla'))
    assert all(o.counted_alike and o.cached for o in one.results[1:]) and all(o.counted_alike for o in (one.results[0], *two.results))
    capsys.readouterr()
    assert real.main(report=[str(tmp_path/'vanilla'), str(tmp_path/'rlm')], export=str(tmp_path/'both.jsonl'))==0
    assert 'rlm against vanilla: 2 questions in common' in (said := capsys.readouterr().out) and '| rlm | 1 of 2 |' in said and said.count('| 2 of 2 |')==2
    assert [o.facts['arm'] for o in read_results(tmp_path/'both.jsonl')]==['vanilla','rlm']

def test_cut(measured, tmp_path):
    "What does not fit a window is cut for the vanilla arm, and the row says so"
    with Llama(counts, window=300) as server: assert measured(server, tmp_path, arm='vanilla')==0
    _,count,kind = rows(tmp_path)
    assert 4000<count['cut']<5000 and count['right'] and count['calls']==1 and 'cut' not in kind

def test_other_traffic(llama, measured, tmp_path, capsys):
    "What else the server has read is told"
    llama.more = 7
    assert measured(llama, tmp_path, tasks='count')==0 and 'the server counts' in capsys.readouterr().out
    assert read_results(tmp_path/'rows.jsonl')[0].results[0].counted_alike is False

def test_goes_on(llama, measured, tmp_path):
    "A second start asks what is left, a line that was cut too; what has been asked is not asked again"
    measured(llama, tmp_path, tasks='count')
    with open(tmp_path/'rows.jsonl', 'a', encoding='utf-8') as f: f.write('{"task": "kind", "se')
    before = len(llama.requests)
    assert measured(llama, tmp_path)==0 and [o.get('task') for o in rows(tmp_path)]==[None, 'count', 'kind']
    asked = [o for o in llama.requests[before:] if o[0].endswith('completions')]
    assert len(asked)==3 # is the model there? and two steps
    assert measured(llama, tmp_path)==0 and len(rows(tmp_path))==3

@pytest.mark.parametrize('kw,said', [(dict(arm='vanilla'), "arm 'rlm', not 'vanilla'"), (dict(label='Other'), "model 'openai/small', not 'Other'"), (dict(time=5.), 'time 60.0, not 5.0')])
def test_no_mixing(llama, measured, tmp_path, capsys, kw, said):
    "Another model or way of asking wants a folder of its own"
    measured(llama, tmp_path, tasks='count')
    with pytest.raises(SystemExit): measured(llama, tmp_path, **kw)
    assert said in capsys.readouterr().err and len(rows(tmp_path))==2

def test_another_model_behind_the_same_name(llama, measured, tmp_path, capsys):
    "A local server gives any model the name that is asked for; what it has loaded is compared too"
    measured(llama, tmp_path, tasks='count')
    llama.model = 'C:\\models\\large.gguf'
    with pytest.raises(SystemExit): measured(llama, tmp_path)
    assert "not 'large.gguf Q4_K - Medium'" in capsys.readouterr().err
    (tmp_path/'rows.jsonl').write_text('{"model": "sm', encoding='utf-8')
    with pytest.raises(SystemExit): measured(llama, tmp_path)
    assert 'does not hold the results of one arm' in capsys.readouterr().err

own = '''
def fails(answer): raise OSError('no such check')
def interrupts(answer): raise KeyboardInterrupt
def tasks(seed): return [('a', '[ERROR]', 'How many?', lambda o: o=='1'), ('b', '[ERROR]', 'How many?', fails), ('c', '', 'How many?', bool), ('d', '[ERROR]', 'How many?', LAST)]
'''

def test_failures(measured, tmp_path, capsys):
    "With a server that does not say what it counts: a check that fails passes nothing; what is raised is counted and shown; Ctrl-C keeps what is there"
    (tmp_path/'own.py').write_text(own.replace('LAST', 'interrupts'), encoding='utf-8')
    def go(): return measured(server, tmp_path/'out', tasks_file=str(tmp_path/'own.py'))
    with ScriptedServer(counts) as server: assert go()==130 and 'Interrupted; the same command goes on from here.' in capsys.readouterr().out
    _,a,b,c = rows(tmp_path/'out')
    assert a['right'] and 'served' not in a and 'right' not in b and b['answer']=='1' and 'The context is empty' in c['exception']
    assert read_results(tmp_path/'out'/'rows.jsonl')[0].totals()['exceptions']==1
    (tmp_path/'own.py').write_text(own.replace('LAST', 'bool'), encoding='utf-8')
    with ScriptedServer(counts) as server: assert go()==0 and len(rows(tmp_path/'out'))==5

def test_server_goes(llama, measured, tmp_path, capsys):
    "A server that goes away ends it; the question has no row, and is asked next time"
    def goes(messages):
        if len(messages)==1: return 'yes'
        llama.server.server_close()
    llama.replies = goes
    with pytest.raises(SystemExit): measured(llama, tmp_path, arm='vanilla', time=1.)
    assert 'the server is gone' in capsys.readouterr().err and len(rows(tmp_path))==1

@pytest.mark.parametrize('kw,said', [(dict(model=None), '--model names the model'), (dict(arm='rml'), 'choose one of rlm,'), (dict(seeds='one'), '--seeds one: give numbers'),
    (dict(tasks='count,cuont'), 'there is no task cuont; there are count, kind.'), (dict(base_url='http://127.0.0.1:9/v1'), 'No connection to openai/small')])
def test_refuses(llama, measured, tmp_path, capsys, kw, said):
    "What cannot be is one sentence, and no row"
    with pytest.raises(SystemExit) as e: measured(llama, tmp_path, **kw)
    assert e.value.code==2 and said in capsys.readouterr().err and not (tmp_path/'rows.jsonl').exists()

def test_command(llama, tmp_path):
    "As a user types it: results of one arm, its table, and the exit code"
    def command(*args): return run_script(root/'benchmarks'/'real.py', *args, cwd=root, quick=True)
    asked = command('--base-url', llama.url, '--model', 'openai/small', '--arm', 'vanilla', '--seeds', '0', '--tasks', 'semantic', '--out', tmp_path/'one')
    assert '**openai/small**' in (said := check(asked)) and '| vanilla | 0 of 1 | 0% to 79% | 1 |' in said
    assert '| semantic | 0/1 |' in check(command('--report', tmp_path/'one')) and command('--report', tmp_path).returncode==2

def test_cut_to_a_number():
    "A number of characters that fits the window is sent as it is, however much longer the whole is; one that does not is shortened to what fits"
    text = 'so it went on and on '*5000
    for cut,window,least,most in ((800, 1000, 800, 800), (8000, 1000, 2000, 5000), (True, 1000, 2000, 5000), (8000, None, 8000, 8000)):
        sent,left_out = next(_shorter(SimpleNamespace(window=window), text, cut))
        assert least<=len(text)-left_out<=most and least<=len(sent)<=most+200, (cut, window, len(sent))
