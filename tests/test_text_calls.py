"Calls that models write into their text: each shape of text_calls.jsonl runs, or does not, in both modes"
import json,time
from pathlib import Path
from types import SimpleNamespace as ns
import pytest
from project import none
from rlm.core import RLM
from rlm.models.scripted import ScriptedLM, say, tool_call
from rlm.modes import FenceMode, ToolsMode
from rlm.text_calls import most_calls, text_calls

rows = [json.loads(o) for o in Path(__file__).with_name('text_calls.jsonl').read_text(encoding='utf-8').splitlines()]
modes = pytest.mark.parametrize('mode', ['tools','fence'])

def schemas(names): return [dict(type='function', function=dict(name=o)) for o in names]

def here(mode):
    "The rows for a mode: with a REPL alone no other tool is known, and some are about blocks without a tag"
    return [o for o in rows if o.get('mode', mode)==mode and (mode=='tools' or 'tools' not in o)]

def read(row, mode, **kw):
    "The calls that a mode reads in the text of a row"
    reader = FenceMode() if mode=='fence' else ToolsMode(schemas(row.get('tools', ['run_repl'])))
    return reader.read(ns(content=row['text']), 1, cut=row.get('cut', False), **kw)

@modes
def test_shapes(mode):
    "More than forty shapes run, each with its code; what only looks like one does not"
    none(f"{o['name']}: {got}" for o in here(mode) if (got := [[c.name, c.arguments] for c in read(o, mode).calls])!=o['calls'])
    assert sum(bool(o['calls']) for o in here(mode))>100 and sum(not o['calls'] for o in here(mode))>35

@modes
def test_what_is_left(mode):
    "What runs is no text of the reply; the reply goes back as it was; at the last step nothing runs"
    for o in here(mode):
        if not o['calls'] or 'read' in o: continue
        turn,last = read(o, mode),read(o, mode, last=True)
        assert turn.message==dict(role='assistant', content=o['text']) and turn.code==last.code=='calls' and not last.calls, o['name']
        assert 'run_repl' not in turn.text and 'print(len' not in turn.text.replace('FINAL', ''), o['name']

@modes
def test_imitated_output(mode):
    "What imitates the output of the REPL is not read, for code or for an answer, and the model does not see it again"
    about = [o for o in here(mode) if 'read' in o]
    none(f"{o['name']}: {got!r}" for o in about if (got := read(o, mode).message['content'])!=o['read'])
    none(f"{o['name']}: {got!r}" for o in about if o['read']!=o['text'] and 'FINAL' in (got := read(o, mode).text))
    assert sum(o['read']!=o['text'] for o in about)>20

def run(*replies, mode, **kw):
    root = ScriptedLM(list(replies))
    return RLM(root, mode=mode, **kw)('abc', 'q'),root

def asked(code): return '{"name": "run_repl", "arguments": {"python_code": %s}}'%json.dumps(code)

@modes
def test_a_run(mode):
    "The output goes back as a message of the user, after the model's own text, and roles take turns"
    text = 'I look.\n```json\n' + asked('n = len(context)\nprint(n)') + '\n```'
    r,root = run(text, 'FINAL_VAR(n)', mode=mode)
    assert (r.value, r.stop, r.steps)==(3, 'final_var', 2)
    assert root.asked[1]['messages'][-2:]==[dict(role='assistant', content=text), dict(role='user', content='Output of the REPL:\n3')]

@modes
def test_several(mode):
    "Several run in order until the first error"
    r,root = run('\n'.join(map(asked, ('print(1)', '1/0', 'print(3)'))), 'FINAL(ok)', mode=mode)
    said = root.asked[1]['messages'][-1]['content']
    assert 'Block 1 of 3:\n1' in said and 'ZeroDivisionError' in said and 'Blocks 3 to 3 were not run' in said

@modes
def test_unknown_tools(mode):
    r,root = run('<tool_call>\n{"name": "search", "arguments": {"q": "x"}}\n</tool_call>', 'FINAL(ok)', mode=mode)
    assert "there is no tool 'search'. Tools: run_repl" in root.asked[1]['messages'][-1]['content']

@modes
def test_real_calls_win(mode):
    r,root = run(say(asked('x = 1'), tool_call('run_repl', dict(python_code='x = 2'))), 'FINAL_VAR(x)', mode=mode)
    assert r.value==2

def test_blocks_beside_real_calls():
    "A block beside a call is an illustration in tools mode"
    r,root = run(say('```python\nx = 1\n```', tool_call('run_repl', dict(python_code='x = 2'))), 'FINAL_VAR(x)', mode='tools')
    assert r.value==2 and root.asked[1]['messages'][-1]['role']=='tool'

@modes
def test_a_block_in_an_answer(mode):
    "Code in FINAL is an answer"
    text = 'def f():\n    return 1'
    r,_ = run(f'FINAL(\n```python\n{text}\n```\n)', mode=mode)
    assert text in r.answer and r.steps==1

@modes
def test_untagged_blocks(mode):
    "A block without a tag is code where code comes in blocks, and text where it comes in calls"
    r,_ = run('```\nn = 7\n```', 'FINAL_VAR(n)', 'FINAL(none)', mode=mode)
    assert (r.value, r.steps)==((7, 2) if mode=='fence' else ('```\nn = 7\n```', 1))

def test_many():
    "A reply that repeats a call for ever runs a bounded number of them"
    assert len(text_calls('\n'.join([asked('1')]*500)).calls)==most_calls

@modes
def test_a_reply_without_end(mode):
    "What a cut reply repeats is read, and sent back, once; a reply that came to its end is left alone"
    text = 'FINAL(Paris)\n' + 'But wait, I look again.\n'*400
    r,root = run(say('I look.\n' + 'So I look again.\n'*400, finish_reason='length'), 'FINAL(ok)', mode=mode)
    assert root.asked[1]['messages'][-2]['content']=='I look.\nSo I look again.\n[… the same again and again]'
    assert run(say(text, finish_reason='length'), mode=mode)[0].answer=='Paris'
    assert run('yes\n'*400, mode=mode)[0].answer.count('yes')==400

hostile = ['{'*50_000, '{\n'*25_000, '<tool_call>\n'*4_000, '<function=run_repl>\n'*2_000, 'run_repl("\n'*5_000, 'FINAL(\n'*7_000, '```python\n"""\n' + '```\n'*9_000, '{"a":"' + '\\"'*25_000, '['*50_000, 'run_repl(' + '-'*50_000 + '1)',
    'run_repl' + '('*25_000 + ')'*25_000, '<tool_call>' + '[{"function":'*4_000, '<run_repl>\n' + '<code>'*7_000 + '</run_repl>', '<function=run_repl>' + '<parameter=a>'*3_000, 'Action: run_repl\n' + '\n'*50_000]

def test_hostile_texts():
    "A text that is made to hurt is read in a moment"
    begun = time.process_time()
    for o in hostile: text_calls(o)
    assert time.process_time()-begun<10 # a reader that looks at all of it from each place needs minutes
