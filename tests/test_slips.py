"What models write that is nearly right: cut off, without a fence, in the wrong place, of the wrong type; none of it becomes the answer"
import json,sys
import pytest
from pydantic import BaseModel
from rlm.answer import CheckFailed, answer_reader, split_final
from rlm.core import RLM, LoopOptions, advanced_toolloop
from rlm.fences import code_blocks, is_code, strip_fence
from rlm.models.budget import Limits
from rlm.models.providers import LMError
from rlm.models.scripted import ScriptedLM, call_repl, say, tool_call
from rlm.prompts import BARE_NOTE, CUT_NOTE, FENCE_NOTE
from rlm.tools import make_run_repl, named_tools, prep_shell
from rlm.trace import read_trace

modes = pytest.mark.parametrize('mode', ['tools','fence'])

def run(*replies, mode='fence', context='abc', **kw):
    root = ScriptedLM(list(replies))
    return RLM(root, mode=mode, **kw)(context, 'q'),root

def as_cell(code, mode, text=''): return call_repl(code, text or None) if mode=='tools' else f'{text}\n```repl\n{code}\n```'

def cut(text, *calls): return say(text, *calls, finish_reason='length')

def told(root): return [m['content'] for m in root.asked[-1]['messages'] if m['role']=='user'][1:]

# Cut off

@modes
@pytest.mark.parametrize('text', ['FINAL(The answer has three parts: first, the', 'FINAL("The answer has', 'The answer has three parts: first, the', 'FINAL(one:\n- a (1)\n- b', 'FINAL_VAR(answ', '', 'FINAL(41)\nWait, no:\nFINAL(4'])
def test_cut_is_no_answer(text, mode):
    r,root = run(cut(text), 'FINAL(whole)', mode=mode)
    assert (r.answer, r.stop, r.error)==('whole', 'final', None) and told(root)==[CUT_NOTE]

@modes
@pytest.mark.parametrize('text,answer', [('FINAL(It has three parts: first, the', 'It has three parts: first, the'), ('It has three', 'It has three'), ('', ''), ('FINAL_VAR(answ', '')])
def test_cut_at_the_end(text, answer, mode):
    "At the last step, or again and again, the cut text is the best there is, and the run says so"
    for kw,replies,stop in ((dict(limits=Limits(steps=1)), 1, 'max_steps'), ({}, 3, 'last_message')):
        r,_ = run(*[cut(text)]*replies, mode=mode, **kw)
        assert (r.answer, r.stop)==(answer, stop) and 'cut off' in str(r.error)

@modes
def test_whole_answer_in_a_cut_reply(mode): assert run(cut('FINAL(Paris)\nThis is because the'), mode=mode)[0].answer=='Paris'

def test_cut_call():
    "Half a call says what happened to it; half a block is not run"
    r,root = run(cut(None, tool_call('run_repl', '{"python_code": "x = [1, 2')), 'FINAL(ok)', mode='tools')
    assert 'cut off' in root.asked[1]['messages'][-1]['content']
    r,root = run(cut('```repl\nx = 1\n```\n```repl\ny = 2\nfor i in'), "```repl\n'y' in globals(), x\n```", 'FINAL(ok)')
    assert '(False, 1)' in told(root)[-1] and CUT_NOTE in told(root)
    r,root = run(cut('```repl\nprint(context'), 'FINAL(ok)')
    assert told(root)==[CUT_NOTE]

# Code where it does not run

bare = 'x = context[:10]\nprint(x)', 'Let me look.\nprint(len(context))', 'answer = llm_query(context)\nFINAL(answer)', 'import re\nre.findall("a", "b")', 'for line in context: print(line)', '# look\ncontext.split()', 'n = len(context)\nFINAL_VAR(n)', '>>> len(context)\n3', '`print(context)`', 'print(len(context))\nThis prints the length.'

@modes
@pytest.mark.parametrize('text', bare)
def test_bare_code(text, mode):
    r,root = run(text, 'FINAL(ok)', mode=mode)
    assert r.answer=='ok' and told(root)==[FENCE_NOTE if mode=='tools' else BARE_NOTE]
    r,_ = run(*[text]*3, mode=mode)
    assert (r.answer, r.value, r.stop)==('', None, 'last_message') and 'code' in str(r.error)

@modes
@pytest.mark.parametrize('text', ['Paris', 'x = 5', 'f(x) = (x+1)*2', 'It prints the context.', 'import taxes', '[1, 2, 3]', 'context'])
def test_prose_is_no_code(text, mode): assert run(text, mode=mode)[0].answer==text

@modes
def test_stale_variable(mode):
    "A variable that bare code would have changed is not the answer that it was before"
    r,_ = run(as_cell('n = 1', mode), 'n = len(context)\nFINAL_VAR(n)', as_cell('n = len(context)', mode), 'FINAL_VAR(n)', mode=mode)
    assert r.value==3

@modes
@pytest.mark.parametrize('end', ['error','steps','interrupt','budget'])
def test_notes_are_no_answers(end, mode):
    "Prose beside code is a note, however the run ends; what was said without code is kept"
    look,stop = as_cell('1', mode, 'Let me look.'),as_cell('raise KeyboardInterrupt', mode, 'Now I see.')
    for before,best in ([], ''), (['FINAL ANSWER: 9'], 'FINAL ANSWER: 9'):
        if end=='error': r,_ = run(*before, look, LMError('quota', 'none'), mode=mode)
        if end=='steps': r,_ = run(*before, look, look, mode=mode, limits=Limits(steps=2+len(before)))
        if end=='interrupt':
            with pytest.raises(KeyboardInterrupt) as e: run(*before, look, stop, mode=mode)
            r = e.value.run
        if end=='budget': r,_ = run(*before, look, look, mode=mode, limits=Limits(calls=1+len(before)))
        assert (r.answer, r.value)==(best, best or None), end
        assert 'Let me look.' in str(r.messages)

@modes
@pytest.mark.parametrize('block', ['```repl\nprint(context)\n```', '```python\nx = 1\n```', 'Let me look.\n```repl\nwhile True: pass\n```', '```repl\nFINAL(len(context))\n```', '~~~python\nx\n~~~'])
def test_code_is_no_answer_at_the_end(block, mode):
    r,_ = run(block, mode=mode, limits=Limits(steps=1))
    assert (r.answer, r.value, r.stop)==('', None, 'max_steps') and 'code' in str(r.error)

@modes
@pytest.mark.parametrize('block,answer', [('```\nFINAL(42)\n```', '42'), ('```repl\nFINAL("It is 42")\n```', 'It is 42'), ('```python\nFINAL_VAR(x)\n```', '7'), ('```\nFINAL(forty two)\n```', 'forty two')])
def test_answer_in_a_block_at_the_end(block, answer, mode):
    assert run(as_cell('x = 7', mode), block, mode=mode, limits=Limits(steps=2))[0].answer==answer

def test_blocks_without_a_repl():
    "Where there is no tool, a block of code is a text like others"
    r = list(advanced_toolloop('Write a function.', model=ScriptedLM(['So:\n```python\nprint(1)\n```']), max_steps=3))[-1]
    assert (r['answer'], r['stop'])==('So:\n```python\nprint(1)\n```', 'last_message')

@modes
def test_data_is_an_answer(mode):
    text = 'Here it is:\n```json\n{"a": 1}\n```'
    assert run(text, mode=mode)[0].answer==text

# Calls and answers in the notation of something else

nearly_calls = '```repl print(1)```', '> ```repl\n> 1\n> ```', '```repl:main.py\n1\n```', '<tool_call>', '{"name": "run_repl"}'

@modes
@pytest.mark.parametrize('text', nearly_calls)
def test_nearly_calls(text, mode):
    "What looks like a call and cannot be read as one is no answer; an answer beside it is"
    r,root = run(text, 'FINAL(ok)', mode=mode)
    assert (r.answer, told(root))==('ok', [FENCE_NOTE if mode=='tools' else BARE_NOTE])
    r,_ = run(*[text]*3, mode=mode)
    assert (r.answer, r.value, r.stop)==('', None, 'last_message') and 'code' in str(r.error)
    assert run(text+'\n\nFINAL(Paris)', mode=mode)[0].answer=='Paris'

@pytest.mark.parametrize('tag', ['python3','ipython','repl {.python}','Py'])
def test_tagged_blocks_in_tools_mode(tag):
    "A block that says that it is code runs in tools mode too"
    r,root = run(f'```{tag}\nprint(1)\n```', 'FINAL(ok)', mode='tools')
    assert r.answer=='ok' and told(root)==['Output of the REPL:\n1']

@modes
@pytest.mark.parametrize('text', ['FINAL_VAR[x]', 'FINAL_VAR: x', 'FINAL_VAR = x', '**FINAL_VAR** x', 'FINALVAR(x)', 'FINAL VAR(x)', 'FINAL-VAR(x)', 'final_var(x)', 'FinalVar(x)', 'FINAL[Paris]', 'Final(Paris)', 'FINAL_VAR(“x”)'])
def test_nearly_final(text, mode):
    r,root = run(as_cell('x = 7', mode), text, 'FINAL(ok)', mode=mode)
    assert r.answer=='ok' and told(root)[-1].startswith('No answer was read')

def test_other_blocks_are_not_nothing():
    "A block of another language is told that it does not run, not that there was nothing"
    assert told(run('```bash\nls\n```', 'FINAL(ok)')[1])==[BARE_NOTE]

def test_fence_in_final(): assert run('FINAL(```json\n{"a": 1}\n```)')[0].answer=='```json\n{"a": 1}\n```'

# Fences

around = dict(prose='I look at it:\n```python\nprint(1)\n```', after='```python\nprint(1)\n```\nThis prints one.', unclosed='```python\nprint(1)', doubled='```\n```python\nprint(1)\n```\n```',
    twice='```python\n```python\nprint(1)\n```\n```', several='```python\na = 1\n```\nand\n```python\nprint(a)\n```', plain='print(1)', whole='```python\nprint(1)\n```', tilde='~~~py\nprint(1)\n~~~', untagged='So:\n```\nprint(1)\n```',
    inside='s = """\n```python\nx\n```\n"""\nprint(1)', magic='%time 1\ns = "```"\nprint(1)')

@pytest.mark.parametrize('name', around)
def test_fences_in_a_tool_argument(name):
    r,_ = run(call_repl(around[name]), 'FINAL(ok)', mode='tools')
    assert next(m['content'] for m in r.messages if m['role']=='tool').split('\n')[-1]=='1'

def test_syntax_errors_stay(): assert strip_fence('x = (')=='x = (' and strip_fence('```\nx = (\n```')=='x = ('

@pytest.mark.parametrize('text,cells,rest', [('```\n```python\nprint(1)\n```\n```\nFINAL(x)', ['print(1)'], 'FINAL(x)'), ('```python\n\n```python\nprint(1)\n```\n\n```', ['print(1)'], ''), ('````\n```py\nx\n```\n````', ['x'], ''),
    ('```repl\na\n```\n```repl\nb\n```', ['a','b'], ''), ('```\n```', [], ''), ('```repl\nx\n```\nthen\n```\ny\n```', ['x','y'], 'then')])
def test_doubled_fences(text, cells, rest):
    got,outside = code_blocks(text)
    assert got==cells and outside.split()==rest.split() and len(outside)==len(text)

def test_tool_calls_in_fence_mode():
    "A model that calls a tool all the same sees what it called, and no message is empty"
    r,root = run(say(None, tool_call('run_repl', dict(python_code='x = len(context)\nx'))), say('Again.', tool_call('search', dict(q=1)), tool_call('run_repl', '{"python_code": ')), 'FINAL_VAR(x)')
    said = [m['content'] for m in root.asked[-1]['messages'] if m['role']=='assistant']
    assert r.value==3 and said[0]=='```repl\nx = len(context)\nx\n```' and said[1].startswith('Again.') and "'search'" in said[1]
    assert all(m['content'] for m in root.asked[-1]['messages'])
    r,_ = run(say(None, tool_call('run_repl', dict(python_code='1'))), limits=Limits(steps=1))
    assert (r.answer, r.stop)==('', 'max_steps') and r.messages[-1]['content']

# Refusals

@modes
@pytest.mark.parametrize('reply,kind', [(say(None, refusal='I cannot help with that.'), 'refused'), (say(None, finish_reason='content_filter'), 'content_filter'), (say('The first', finish_reason='content_filter'), 'content_filter')])
def test_refusals_are_not_asked_again(reply, kind, mode):
    for kw in {}, dict(limits=Limits(steps=1)):
        r,root = run(reply, 'FINAL(never asked for)', mode=mode, **kw)
        assert (r.stop, r.error.kind, len(root.asked), r.usage.calls)==('error', kind, 1, 1)

# Checks

class Point(BaseModel): x:int; y:int

def even(value):
    if int(value)%2: raise ValueError('it is odd')
    return int(value)

@modes
@pytest.mark.parametrize('final,reply,said', [(int, 'FINAL(about 40)', 'The answer is not an int: '), (Point, 'FINAL({"x": 1})', 'The answer is not a Point: y: '), (list[int], 'FINAL(["a"])', 'The answer is not a list[int]: '),
    (even, 'FINAL(3)', 'did not pass the check: ValueError: it is odd'), (lambda v: Point.model_validate_json(v), 'FINAL({})', 'did not pass the check: x: '), (int, 'It is about 40.', 'The answer is not an int: ')])
def test_failed_check(final, reply, said, mode, tmp_path):
    r,root = run(*[reply]*3, mode=mode, final=final, trace=tmp_path/'t.jsonl')
    assert (r.stop, r.value, type(r.error))==('check', None, CheckFailed) and said in str(r.error) and r.answer in reply and r.answer
    assert not any(o in str(r.error) for o in ('http', 'Correct it', '\n')) and read_trace(tmp_path/'t.jsonl')[-1].stop=='check'
    if reply.startswith('FINAL'): assert said in told(root)[0] and told(root)[0].endswith('Correct it and give it again.') and 'http' not in told(root)[0]

def test_check_of_what_ends_elsewhere():
    "No value without a check, wherever the run ends"
    assert run('It is 4.', LMError('quota', 'none'), final=int, mode='tools')[0].value is None
    r,_ = run(call_repl('1'), 'So it is two.', final=int, mode='tools', limits=Limits(steps=2))
    assert (r.stop, r.value, r.answer)==('max_steps', None, 'So it is two.') and 'not an int' in str(r.error)
    r,_ = run('42', final=int)
    assert (r.stop, r.value)==('last_message', 42)
    r,_ = run('FINAL(x)', 'FINAL ANSWER: y', LMError('quota', 'none'), final=int)
    assert (r.stop, r.value)==('error', None)

@pytest.mark.parametrize('final,said', [('int', 'without a group'), (['<a>(.*)</a>', 'b'], 'without a group'), ('(', 'no regular expression'), ([], 'no pattern'), (5, 'give a pattern'), (max, 'has no signature'), (lambda: 1, 'takes no argument'), ('', 'without a group')])
def test_bad_final(final, said):
    with pytest.raises(ValueError, match=said): split_final(final)
    with pytest.raises(ValueError, match=said): RLM(ScriptedLM([]), final=final)

def test_what_final_means():
    assert split_final(json.loads)[1] is json.loads and split_final(len)[1] is len
    def read(reply, shell=None): return None
    assert split_final(read)[0] is read
    both = answer_reader(None, '<a>(.*?)</a>|<b>(.*?)</b>')
    assert both('<b>2</b>')[0].value=='2' and both('<b></b>')[0] is None

# Look-ups

@pytest.mark.parametrize('sandbox', ['trusted','auto'])
def test_only_identifiers_are_looked_up(sandbox, tmp_path):
    made = "globals().update({'No, it is not safe.': 'Yes, it is perfectly safe.', '42': 'no', 'None': 'no', 'x.y': 'no'})\nParis = 'the capital'"
    for text,value in ('No, it is not safe.', None), ('42', None), ('None', None), ('x.y', None), ('context', None), ('Paris', 'the capital'):
        r,_ = run(call_repl(made), f'FINAL({text})', mode='tools', sandbox=sandbox, trace=tmp_path/'t.jsonl')
        done = read_trace(tmp_path/'t.jsonl')[-1]
        assert (r.value, r.stop, done.variable)==(value or text, 'final', text if value else None)

@pytest.mark.parametrize('sandbox', ['trusted','auto'])
def test_errors_of_look_ups(sandbox):
    "What the code of a cell says when it is looked at is cut and cleaned before the model or anybody reads it"
    code = 'class A:\n    def __getitem__(self, i): raise ValueError("\\x1b[2J\\u202e" + "x"*5_000_000)\n    def __getattr__(self, k): raise SystemExit\na = A()\nclass E(Exception):\n    def __str__(self): raise KeyError\nclass B:\n    def __getitem__(self, i): raise E\nb = B()'
    for expr in 'a[0]', 'b[0]', 'a.attr', f"d[{'9'*3000}]", 'x'*100_000:
        r,root = run(call_repl(code), f'FINAL_VAR({expr})', 'FINAL(ok)', mode='tools', sandbox=sandbox)
        said = root.asked[-1]['messages'][-1]['content']
        assert r.answer=='ok' and len(said)<1500 and said.startswith('FINAL_VAR(') and not set('\x1b\u202e')&set(said), expr

def test_one_sentence_of_a_worker():
    r,root = run(call_repl('d = dict(a=1)'), 'FINAL_VAR(d["b"])', 'FINAL(ok)', mode='tools', sandbox='auto')
    assert root.asked[-1]['messages'][-1]['content']=='FINAL_VAR(d["b"]): KeyError: \'b\'; variables that exist: d.'

# Tools

def search(
    q:str, # What to look for
)->str:
    "Search"
    return q

def other():
    def search(q:str)->str:
        "Search elsewhere"
    return search

@pytest.mark.parametrize('tools,said', [(search, r'tools=\[search\]'), ('search', 'a list of functions'), ([lambda q: q], 'no name of its own'), ({'class': search}, "'class' is no name"), ({'a b': search}, "'a b' is no name"),
    ({3: search}, '3 is no name'), ([search, other()], "two are called 'search'"), ([3], 'no name of its own'), ({'': search}, "'' is no name")])
def test_tools_are_refused(tools, said):
    with pytest.raises(ValueError, match=said): named_tools(tools)
    with pytest.raises(ValueError, match=said): prep_shell('c', tools=tools)
    with pytest.raises(ValueError, match=said): list(advanced_toolloop('q', model=ScriptedLM(['FINAL(1)']), tools=tools))

def test_tools_by_name():
    "A dict names its tools, for the model too"
    root = ScriptedLM([say(None, tool_call('find', dict(q='a'))), 'FINAL(ok)'])
    r = list(advanced_toolloop('q', model=root, tools={'find': search}))
    assert root.asked[0]['tools'][0]['function']['name']=='find' and r[1]['content']=='a'
    sh = prep_shell('c')
    assert list(advanced_toolloop('q', model=ScriptedLM(['FINAL(1)']), sh=sh, tools=(make_run_repl(sh),)))[-1]['answer']=='1'
    sh.close()

# Sub-calls in the REPL

def test_failed_sub_calls():
    "In a batch they are values, one by one they are raised, and both say of what kind they are"
    fails = ScriptedLM(lambda messages: LMError('quota', 'The account has no quota left.') if '2' in messages[-1]['content'] else 'ok')
    sh = prep_shell('x', model=fails, sandbox='trusted')
    assert sh.run('r = llm_query_batched(["1", "2", "3"]); r').output=="['ok', '[ERROR quota: The account has no quota left.]', 'ok']"
    assert sh.run('r[1].error.kind').value=='quota' and type(sh.run('llm_query("2")').error) is LMError
    assert sh.run('r = llm_query_batched([])\nr').value==[]
    assert 'model=' in prep_shell('x').run('llm_query("a")').output
    sh.close()

def test_prompt_longer_than_the_window():
    sh = prep_shell('x'*100_000, model='embedded/extractive')
    assert '8,192 tokens' in sh.run('llm_query(context)').output and 'the whole of `context`' in sh.run('llm_query_batched([context])').output
    sh.close()

@pytest.mark.parametrize('sandbox', ['trusted', pytest.param('auto', marks=pytest.mark.skipif(sys.platform!='linux', reason='the worker of `auto` is for Linux'))])
def test_names_of_our_errors(sandbox):
    "The model reads what went wrong, and not in which module of ours an error is defined"
    sh = prep_shell('x', model=ScriptedLM([LMError('refused', 'no')]), sandbox=sandbox)
    for code in ('FINAL_VAR("nope")', 'llm_query("a")'): assert 'rlm.' not in sh.run(code).output.splitlines()[-1], code
    sh.close()

# Tools that run cells

def test_a_tool_that_calls_run_repl():
    "An answer given in a cell counts, and so does its error, whoever has called `run_repl`"
    sh = prep_shell('abc', sandbox='trusted')
    run_repl = make_run_repl(sh)
    def careful(code:str)->str:
        "Run code, and say that it ran"
        return f'ran: {run_repl(code)}'
    def ask(code): return say(None, tool_call('careful', dict(code=code)))
    *items,final = advanced_toolloop('q', tools=[careful], sh=sh, model=ScriptedLM([ask('1/0'), ask('FINAL(len(context))')]))
    assert (final['value'], final['stop'], final['steps'])==(3, 'repl', 2) and 'ran: Traceback' in items[1]['content']
    failing = ScriptedLM(lambda m: ask('1/0') if 'used up' not in str(m[-1]) else 'FINAL(no)')
    *items,final = advanced_toolloop('q', tools=[careful], sh=sh, model=failing, options=LoopOptions(limits=Limits(errors=2)))
    assert (final['answer'], final['stop'], final['limit'], final['steps'])==('no', 'budget', 'errors', 3)
    sh.close()

# Where code is in a text

blocks = [('```\nx\n```', ['x']), ('~~~py\nx\n~~~', ['x']), ('```repl\nx = 1', ['x = 1']), ('```json\n{}\n```', []), ('```Python\nx\n```', ['x']),
    ('1. Do:\n   ```python\n   if x:\n       y\n   ```', ['if x:\n    y']), ('````repl\n```\n````', ['```']), ('use ```x``` inline', []), ('```repl\n\n```', []),
    ('```repl\n%time x\n!ls\n```', ['%time x\n!ls']), ("```repl\ns = 'it'\n```\ntext\n```repl\nt\n```", ["s = 'it'", 't']), ('```', []), ('```python\n```python\nx\n```', ['x']),
    ('````\n```py\nx\n```\n````', ['x']), ('```repl\nx\n```\n\n```repl\ny\n```', ['x','y'])]

@pytest.mark.parametrize('text,cells', blocks)
def test_blocks(text, cells): assert code_blocks(text)[0]==cells

def test_a_string_that_never_ends(): assert code_blocks('```repl\ns = """never closed\n```\nmore\n```repl\nt\n```')[0][0]=='s = """never closed'

code_alone = ['x = context[:10]\nprint(x)', 'Let me look.\nprint(len(context))', 'import re\nre.findall("a", "b")', 'n = len(context)\nFINAL(n)', '>>> context[:9]\n\'abc\'', '`print(1)`', 'print(context)\nThis shows it.']
prose = ['Paris', 'x = 5', 'context', 'FINAL(context)', 'import taxes', 'It prints the context.', 'f(x) = (x + 1) * 2', '']

@pytest.mark.parametrize('text', code_alone)
def test_code_without_a_fence(text): assert is_code(text)

@pytest.mark.parametrize('text', prose)
def test_prose_is_no_code(text): assert not is_code(text)
