"The loop through every door: the same tasks give the same answers and cells; prompts only grow, compaction keeps what matters, and runs beside each other stay apart"
import asyncio,json,os,sys,threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
import pytest
from pydantic import BaseModel
from rlm.answer import answer_reader
from rlm.core import RLM, LoopOptions, advanced_toolloop
from rlm.loop import root_loop
from rlm.models.budget import BudgetExceeded, Limits
from rlm.models.providers import LMError
from rlm.models.scripted import Fault, ScriptedLM, ScriptedServer, call_repl, say, tool_call
from rlm.modes import FenceMode, ToolsMode, code_blocks
from rlm.outcome import CallLM, Outcome, Rules, RunCell, ToolResult
from rlm.prompts import FENCE_SYSTEM_PROMPT, FINAL_PROMPT, SUMMARY_PROMPT
from rlm.run import RunWarning
from rlm.tools import make_run_repl, prep_shell

# A task is scripted as a list of replies: `run(code, text)` is a cell in whatever mode, a str is said as it is

def run(code, text=''): return code,text

def as_reply(o, mode):
    if isinstance(o, str): return o
    return call_repl(o[0], o[1] or None) if mode=='tools' else f'{o[1]}\n```repl\n{o[0]}\n```'

def script(steps, mode):
    "Replies in order, and a summary whenever one is asked for"
    left = iter(steps)
    return lambda messages: 'SUMMED UP' if messages[-1]['content']==SUMMARY_PROMPT else as_reply(next(left), mode)

class Small(ScriptedLM):
    "A model with a window of 4,000 tokens of 4 characters"
    window = 4000

class Point(BaseModel): x:int; y:int

def shout(
    text:str, # What to say
)->str: # Louder
    "Say it louder"
    return text.upper()+'!'

def task(steps, answer, value=..., stop='final', context='gift: a tripod (of bronze)', window=None, **kw):
    return SimpleNamespace(steps=steps, answer=answer, value=answer if value is ... else value, stop=stop, context=context, window=window, kw=kw)

tasks = dict(
    look_up = task([run("context.split(': ')[1]", 'Let me look.'), 'FINAL(a tripod)'], 'a tripod'),
    several_cells = task([run('n = len(context)'), run('m = n*2\nprint(m)'), run('m+1'), '**FINAL(53)**'], '53'),
    batch = task([run('rs = llm_query_batched(context)\nrs'), "FINAL_VAR(rs)"], "['<a>', '<b>', '<c>']", ['<a>','<b>','<c>'], 'final_var', context=['a','b','c']),
    repair = task([run('x = contxt'), run('x = context[:4]\nx'), 'FINAL_VAR(x)'], 'gift', stop='final_var'),
    in_code = task([run('FINAL(len(context))')], '26', 26, 'repl'),
    nested = task([run("d = {'a': [1, {'b': (2, 3)}]}"), "FINAL_VAR(d['a'][1]['b'])"], '(2, 3)', (2,3), 'final_var'),
    parentheses = task([run('1'), 'FINAL(a tripod (of bronze (or tin)) :))'], 'a tripod (of bronze (or tin)) :)'),
    multi_line = task([run('1'), 'FINAL(one\n\n- two (2)\n- three)'], 'one\n\n- two (2)\n- three'),
    whole_number = task([run('7*6'), 'FINAL(forty-two)', 'FINAL(42)'], '42', 42, final=int),
    model = task(['FINAL({"x": 1})', run('FINAL({"x": 1, "y": 2})')], 'x=1 y=2', Point(x=1, y=2), 'repl', final=Point),
    own_tool = task([run('shout(context[:4]) + suffix'), run('r = _'), 'FINAL_VAR(r)'], 'GIFT!?', stop='final_var', tools=dict(shout=shout, suffix='?')),
    compaction = task([run(f'v{i} = {i}\nprint("{i} "*2000)') for i in range(14)] + [run('len(history), v0+v5'), 'FINAL_VAR(v5)'], '5', 5, 'final_var', window=Small),
    last_step = task([run('a = 1'), run('a + 1', 'It may be 2.'), 'FINAL_VAR(a)'], '1', 1, 'final_var', limits=Limits(steps=3)),
    never_answers = task([run('a = 1'), run('a + 1', 'It may be 2.'), 'So it is two.'], 'So it is two.', stop='max_steps', limits=Limits(steps=3)))

def cells_of(messages):
    "`(code, output)` of each cell in a history of either mode"
    res,calls = [],{}
    for m,after in zip(messages, messages[1:]+[{}]):
        for c in m.get('tool_calls') or []: calls[c['id']] = json.loads(c['function']['arguments'])['python_code']
        if m['role']=='tool': res.append((calls[m['tool_call_id']], m['content']))
        codes = code_blocks(m['content'] or '')[0] if m['role']=='assistant' and not m.get('tool_calls') else []
        if codes: res.append(('\n'.join(codes), after['content'].removeprefix('Output of the REPL:\n')))
    return res

def cells_in(events): return list(zip([e.code for e in events if e.kind=='cell_started'], [e.content or '(no output)' for e in events if e.kind=='cell_ended']))

async def alist(source): return [o async for o in source]

def result(run, cells): return dict(answer=run.answer, value=run.value, stop=run.stop, steps=run.steps, cells=cells, tokens=run.usage.completion_tokens)

def by_call(rlm, t):
    r = rlm(t.context, 'q')
    return result(r, cells_of(r.messages))

def by_arun(rlm, t):
    r = asyncio.run(rlm.arun(t.context, 'q'))
    return result(r, cells_of(r.messages))

def by_stream(rlm, t):
    s = rlm.stream(t.context, 'q')
    events = list(s)
    assert cells_in(events)==cells_of(s.run.messages)
    return result(s.run, cells_in(events))

def by_astream(rlm, t):
    s = rlm.stream(t.context, 'q')
    events = asyncio.run(alist(s))
    return result(s.run, cells_in(events))

def by_toolloop(rlm, t, stream=False):
    sh = prep_shell(t.context, model=rlm.sub_lm, tools=t.kw.get('tools'))
    steps,options = t.kw.get('limits', Limits()).steps,LoopOptions(final=t.kw.get('final'), stream=stream)
    items = list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model=rlm.lm, max_steps=steps, options=options))
    sh.close()
    texts = [o['text'] for o in items if isinstance(o, dict) and o.get('type')=='delta']
    replies = [o.choices[0].message.model_dump() for o in items if not isinstance(o, dict)]
    assert ''.join(texts)==(''.join(o['content'] or '' for o in replies) if stream else '')
    return result(SimpleNamespace(**items[-1]), cells_of(replies + [o for o in items if isinstance(o, dict) and o.get('role')]))

doors = dict(call=by_call, arun=by_arun, stream=by_stream, astream=by_astream, toolloop=by_toolloop, deltas=lambda rlm, t: by_toolloop(rlm, t, True))

def paired(messages):
    "Has each tool call its result right after it, and each result a call?"
    for i,m in enumerate(messages):
        calls = [c['id'] for c in m.get('tool_calls') or []]
        if [o.get('tool_call_id') for o in messages[i+1:i+1+len(calls)]]!=calls: return False
        if m['role']=='tool' and not any(m['tool_call_id']==c['id'] for o in messages[:i] for c in o.get('tool_calls') or []): return False
    return True

def check_requests(asked, compacts=False):
    "Every request is legal, and without compaction begins with all of the one before"
    for r in asked: assert paired(r['messages']), r['messages']
    if not compacts: assert all(b['messages'][:len(a['messages'])]==a['messages'] for a,b in zip(asked, asked[1:]))

@pytest.mark.one_in(3)
@pytest.mark.parametrize('door,mode', [(d,m) for d in doors for m in ('tools','fence') if m=='tools' or d not in ('toolloop','deltas')])
@pytest.mark.parametrize('name', tasks)
def test_same_through_every_door(name, door, mode):
    t = tasks[name]
    root = (t.window or ScriptedLM)(script(t.steps, mode))
    rlm = RLM(root, sub_model=ScriptedLM(lambda m: f"<{m[-1]['content']}>"), mode=mode, **t.kw)
    res = doors[door](rlm, t)
    assert (res['answer'], res['value'], res['stop'])==(t.answer, t.value, t.stop)
    codes = [o[0] for o in t.steps if not isinstance(o, str)]
    assert [c for c,_ in res['cells']]==codes and res['steps']==len(t.steps)
    outs = [o for _,o in res['cells']]
    if name=='repair': assert "NameError: name 'contxt' is not defined" in outs[0] and outs[1]=="'gift'"
    if name=='several_cells': assert outs==['(no output)', '52', '53']
    if name=='own_tool': assert 'shout(text: str) -> str' in root.asked[0]['messages'][0]['content'] and outs[0]=="'GIFT!?'"
    if name=='compaction': assert outs[-1]=='(31, 5)' and any('SUMMED UP' in str(o['messages'][2:3]) for o in root.asked)
    check_requests(root.asked, name=='compaction')

# Fence mode

def fence(*replies, **kw):
    root = ScriptedLM(list(replies))
    return root,RLM(root, mode='fence', **kw)('ctx', 'q')

@pytest.mark.parametrize('text,cells', [
    ('```repl\na\n```\nand\n```python\nb\n```\n```py\nc\n```\n```\nd\n```', ['a','b','c','d']),
    ('```json\n{}\n```\n```bash\nls\n```\n~~~text\nx\n~~~\n```repl\na\n```', ['a']),
    ("```repl\ns = '''\n```\nx\n```\n'''\nt = 1\n```\nafter", ["s = '''\n```\nx\n```\n'''\nt = 1"]),
    ('````repl\ns = """```"""\n```\n````', ['s = """```"""\n```']),
    ('```repl\nx = "```"\ny = 1', ['x = "```"\ny = 1']),
    ('  ```python\n  if 1:\n      a\n  ```', ['if 1:\n    a']),
    ('text `code` and ```inline``` only', []),
    ('```markdown\n# how to\n```repl\nnot this\n```\n', []),
    ('```repl\n```\n```repl\n\n```', []),
])
def test_code_blocks(text, cells): assert code_blocks(text)[0]==cells

def test_blocks_until_the_first_error():
    root,r = fence('```repl\na = 1\n```\n```repl\nprint(a); 1/0\n```\n```repl\nb = 2\n```', "```repl\n'b' in globals(), a\n```", 'FINAL(x)')
    first,second = (m['content'] for m in r.messages if m['role']=='user' and 'Output of the REPL' in m['content'])
    assert 'Block 1 of 3' in first and 'ZeroDivisionError' in first and 'Blocks 3 to 3 were not run' in first and '(False, 1)' in second
    assert r.answer=='x' and [m['role'] for m in root.asked[1]['messages']]==['system','user','assistant','user']

def test_answer_beside_code_waits_for_the_code():
    "FINAL_VAR below a block means what the block made"
    assert fence('```repl\na = 41 + 1\n```\nFINAL_VAR(a)')[1].value==42

def test_other_languages_are_not_run(): assert fence('```json\n{"a": 1}\n```', 'FINAL(ok)')[1].answer=='ok'

@pytest.mark.parametrize('mode', ['tools','fence'])
def test_nudges_are_bounded(mode):
    "Empty replies and answers that nearly are one are sent back twice; then the text is taken"
    root = ScriptedLM(lambda m: 'Final answer: it is Paris')
    r = RLM(root, mode=mode)('c', 'q')
    assert r.answer=='Final answer: it is Paris' and r.stop=='last_message' and r.steps in (1,3)
    r = RLM(root:=ScriptedLM(['', ' ', '', 'never asked for']), mode=mode)('c', 'q')
    assert (r.stop, r.steps, r.answer)==('last_message', 3, '') and 'empty' in root.asked[1]['messages'][-1]['content']

@pytest.mark.parametrize('mode', ['tools','fence'])
def test_last_reply_in_a_fence_is_not_lost(mode):
    r = RLM(ScriptedLM(['```\nFINAL(42)\n```']), mode=mode, limits=Limits(steps=1))('c', 'q')
    assert '42' in r.answer

def test_thinking_holds_no_code(): assert fence('<think>\n```repl\n1/0\n```\n</think>\nFINAL(ok)')[1].answer=='ok'

def test_tools_refused_then_fences():
    "A server that takes no tools is talked to in fences, and told so in the system prompt"
    def reply(messages):
        n = len(server.asked)
        if 'tools' in server.asked[-1]: return Fault(400, 'tools is not supported by this model')
        return '```repl\nx = context*2\n```' if n==2 else 'FINAL_VAR(x)'
    with ScriptedServer(reply) as server:
        r = RLM('openai/m', base_url=server.url, mode='tools')('ab', 'q')
        assert r.value=='abab' and r.stop=='final_var' and len(server.asked)==3 and r.usage.total_tokens==server.billed.total_tokens
        assert server.asked[1]['messages'][0]['content'].startswith(FENCE_SYSTEM_PROMPT)
        server.asked.clear()
        sh = prep_shell('ab')
        final = list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model='openai/m', base_url=server.url))[-1]
        assert final['value']=='abab' and final['steps']==2
        sh.close()

# The loop by hand

def response(text, calls=None): return SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content=text, tool_calls=calls))], usage=None)

def called(code): return response(None, [SimpleNamespace(id='c1', function=SimpleNamespace(name='run_repl', arguments=json.dumps(dict(python_code=code))))])

def begin(**kw):
    "A loop that has not started, and how it stands"
    out = Outcome([dict(role='system', content='s'), dict(role='user', content='q')])
    return root_loop(out, Rules(answer_reader(), **{'mode': ToolsMode([dict(type='function')]), **kw})),out

def end(loop, sent):
    with pytest.raises(StopIteration) as e: loop.send(sent)
    return e.value.value

def test_loop_by_hand():
    "No model, no shell: requests come out and results go in"
    loop,out = begin()
    req = next(loop)
    assert isinstance(req, CallLM) and req.tools and not req.last and [m['role'] for m in req.messages]==['system','user']
    req = loop.send(called('1+1'))
    assert isinstance(req, RunCell) and req.call.arguments==dict(python_code='1+1') and req.call.id=='c1'
    req = loop.send(ToolResult(dict(role='tool', tool_call_id='c1', name='run_repl', content='2')))
    assert isinstance(req, CallLM) and [m['role'] for m in req.messages]==['system','user','assistant','tool'] and paired(req.messages)
    assert end(loop, response('FINAL(2)')) is out and (out.answer, out.stop, out.steps)==('2', 'final', 2)

def test_loop_by_hand_ends():
    loop,out = begin()
    next(loop)
    assert end(loop, LMError('auth', 'no')).stop=='error' and out.error.kind=='auth'
    loop,out = begin()
    next(loop)
    req = loop.send(BudgetExceeded('tokens', 'over'))
    assert req.last and req.tools is None and 'best answer' in req.messages[-1]['content']
    assert end(loop, response('It is 2')).limit=='tokens' and (out.stop, out.answer)==('budget', 'It is 2')
    loop,out = begin()
    next(loop)
    loop.send(called('FINAL(3)'))
    assert end(loop, ToolResult(dict(role='tool', tool_call_id='c1', name='run_repl', content='(no output)'), final=(3,))).value==3 and out.stop=='repl'
    loop,out = begin(mode=FenceMode(), limits=Limits(steps=1))
    assert next(loop).messages[-1]==dict(role='user', content=FINAL_PROMPT)
    assert out.stop=='interrupted', 'what holds until the end'

# Compaction

def size(messages): return len(json.dumps(messages))

def long_run(cls=Small, n=40, mode='tools', **kw):
    "A run of `n` cells that each print a lot"
    root = cls(script([run(f'v = {i}\nprint("{i:03} "*300)') for i in range(n)] + [run('FINAL(len(history))')], mode))
    return root,RLM(root, mode=mode, limits=Limits(steps=n+5), **kw)('c', 'the question')

@pytest.mark.parametrize('mode', ['tools','fence'])
def test_compaction_keeps_within_the_window(mode):
    "Old outputs are shortened first, then steps are summed up; the REPL's `history` holds everything"
    root,r = long_run(mode=mode)
    sizes = [size(o['messages'])/4 for o in root.asked]
    assert r.stop=='repl' and r.value==2+2*40+1 and max(sizes)<4000
    check_requests(root.asked, compacts=True)
    ms = [o['messages'] for o in root.asked]
    shortened = next(i for i,o in enumerate(ms) if '[shortened' in str(o))
    summed = next(i for i,o in enumerate(ms) if o[-1]['content']==SUMMARY_PROMPT)
    assert shortened<=summed and all(o[:2]==ms[0][:2] for o in ms), 'the system prompt and the question stay'
    assert 'SUMMED UP' in ms[summed+1][2]['content'] and '`history`' in ms[summed+1][2]['content']
    assert '000 000' in str(r.messages) and all(f'v = {i}\n' in str([c for c,_ in cells_of(r.messages)]).replace('\\n', '\n') for i in range(40))
    assert r.usage.calls==len(root.asked)>r.steps

@pytest.mark.parametrize('errors', [1, 5])
def test_context_window_error(errors):
    "The provider says that the prompt is too long: the history is compacted and the call made again, as often as that happens"
    class Full(ScriptedLM):
        async def send(self, request):
            if size(request['messages'])>limit:
                self.asked.append(request)
                raise LMError('context_window', 'too long')
            return await super().send(request)
    limit = 12_000 if errors==5 else 24_000
    root,r = long_run(Full, 60 if errors==5 else 20)
    over = sum(size(o['messages'])>limit for o in root.asked)
    assert r.stop=='repl' and over>=errors, (r.stop, r.error, over)
    check_requests(root.asked, compacts=True)

def test_context_window_error_that_stays():
    "A system prompt that alone is too long ends the run, without an exception"
    r = RLM(ScriptedLM(lambda m: LMError('context_window', 'too long')))('c', 'q')
    assert r.stop=='error' and r.error.kind=='context_window'

def test_compaction_over_http():
    def reply(messages):
        if size(messages)>20_000: return Fault(400, "This model's maximum context length is 5000 tokens", code='context_length_exceeded')
        return todo(messages)
    todo = script([run(f'print("{i:03} "*300)') for i in range(15)] + ['FINAL(done)'], 'tools')
    with ScriptedServer(reply) as server: r = RLM('openai/m', base_url=server.url, mode='tools')('c', 'q')
    assert r.answer=='done' and r.stop=='final' and all(paired(o['messages']) for o in server.asked) and r.usage.total_tokens==server.billed.total_tokens

# Several runs at once

def own_script(messages):
    "Answers by what the run itself has seen: the context's own word, three cells, sub-calls"
    n = sum(m['role']=='assistant' for m in messages)
    return [call_repl('import time\nw = context.split()[0]\nfor i in range(5): print(w, i); time.sleep(.01)'), call_repl('got = llm_query_batched([w]*3)\nprint(got)'),
        call_repl('assert set(got)=={w}\nprint(w)\ntime.sleep(.02)\nw'), 'FINAL_VAR(w)'][n]

def own_rlm(**kw): return RLM(ScriptedLM(own_script), sub_model=ScriptedLM(lambda m: m[-1]['content']), **kw)

def check_own(i, r):
    w = f'word{i}'
    assert (r.answer, r.stop, r.steps)==(w, 'final_var', 4)
    assert [o for _,o in cells_of(r.messages)]==['\n'.join(f'{w} {k}' for k in range(5)), f"{[w]*3}", f"{w}\n{w!r}"]
    by = r.usage.by('role')
    assert r.usage.calls==5 and by['sub'].calls==1 and by['root'].calls==4 # the same question three times is one call

def process_state(): return sys.stdout, sys.stderr, sys.stdin, os.getcwd(), sys.displayhook, sys.excepthook

@pytest.mark.parametrize('cell_time', [None, 20])
@pytest.mark.parametrize('shared', [True, False])
def test_sixteen_threads(shared, cell_time):
    before,kw = process_state(),dict(limits=Limits(cell_time=cell_time))
    rlm,gate = own_rlm(**kw),threading.Barrier(16)
    def one(i):
        gate.wait()
        return (rlm if shared else own_rlm(**kw))(f'word{i} ' * (i+1), 'q')
    with ThreadPoolExecutor(16) as ex: runs = list(ex.map(one, range(16)))
    for i,r in enumerate(runs): check_own(i, r)
    assert process_state()==before

def test_sixteen_tasks():
    before,rlm = process_state(),own_rlm()
    async def main(): return await asyncio.gather(*(rlm.arun(f'word{i} ' * (i+1), 'q') for i in range(16)))
    for i,r in enumerate(asyncio.run(main())): check_own(i, r)
    assert process_state()==before

def test_sixteen_streams():
    "Events reach the stream of their own run"
    rlm = own_rlm()
    async def one(i):
        s = rlm.stream(f'word{i} ', 'q')
        return s.run if not (es:=await alist(s)) else (s.run, ''.join(e.text for e in es if e.kind=='output'))
    async def main(): return await asyncio.gather(*(one(i) for i in range(16)))
    for i,(r,out) in enumerate(asyncio.run(main())):
        check_own(i, r)
        assert {o for o in out.replace('[', ' ').replace(']', ' ').replace(',', ' ').replace("'", ' ').split() if o.startswith('word')}=={f'word{i}'}

# Several questions

@pytest.mark.parametrize('mode', ['tools','fence'])
def test_chat(mode):
    "A second question finds the variables, and the first question with its answer"
    root = ScriptedLM(script([run('a = len(context)'), 'FINAL_VAR(a)', run('b = a + 1\nFINAL(b * 1000)'), run('b'), 'FINAL(third)'], mode))
    with RLM(root, mode=mode).chat('abc') as chat: r1,r2,r3 = chat('how long?'),chat('and one more?'),chat('again?')
    assert (r1.value, r2.value, r3.answer)==(3, 4000, 'third') and cells_of(r3.messages)[-1]==('b', '4')
    check_requests(root.asked)
    last = str(root.asked[-1]['messages'])
    assert 'how long?' in last and 'and one more?' in last and 'FINAL_VAR(a)' in last and '4000' in last, 'an answer given in code is seen too'
    assert [r1.usage.calls, r2.usage.calls, r3.usage.calls]==[2,1,2]

@pytest.mark.parametrize('mode', ['tools','fence'])
def test_chat_after_an_interrupt(mode):
    "What is left of an interrupted run is still a legal prompt"
    root = ScriptedLM(script([run('a = 5\nraise KeyboardInterrupt'), run('a'), 'FINAL(ok)'], mode))
    with RLM(root, mode=mode).chat('abc') as chat:
        with pytest.raises(KeyboardInterrupt) as e: chat('first?')
        assert e.value.run.stop=='interrupted' and e.value.run.usage.calls==1 and e.value.run is chat.rlm.last
        r2 = chat('second?')
    assert (r2.answer, r2.stop)==('ok', 'final') and cells_of(r2.messages)[-1]==('a', '5')
    check_requests(root.asked)

def test_chat_after_an_error():
    root = ScriptedLM([call_repl('a = 1'), LMError('auth', 'no'), call_repl('a'), 'FINAL_VAR(a)'])
    with RLM(root).chat('abc') as chat, pytest.warns(RunWarning): assert chat('first?').stop=='error' and chat('second?').value==1
    check_requests(root.asked)

def test_chat_keeps_the_question_when_compacted():
    "However long the chat, the question that is being answered stays in the prompt, whole"
    ask = 'What is the third word? ' + 'Think of it carefully. '*40
    root = Small(script(['FINAL(one)'] + [run(f'print("{i:03} "*300)') for i in range(30)] + [run('FINAL(str(history))')], 'tools'))
    with RLM(root).chat('abc') as chat:
        chat('The first question')
        r = chat(ask)
    assert r.stop=='repl' and any('SUMMED UP' in str(o['messages']) for o in root.asked)
    assert all(any(m['content'].startswith(ask) for m in o['messages']) for o in root.asked[1:] if o['messages'][-1]['content']!=SUMMARY_PROMPT)
    assert 'The first question' in r.value and '000 000' in r.value

def test_raise_for_stop():
    ok = RLM(ScriptedLM(['FINAL(1)']))('c', 'q')
    assert ok.raise_for_stop() is ok
    with pytest.warns(RunWarning, match='no'): r = RLM(ScriptedLM([LMError('auth', 'no')]))('c', 'q')
    assert r.stop=='error' and not r
    with pytest.raises(LMError): r.raise_for_stop()
    with pytest.raises(KeyboardInterrupt) as e: RLM(ScriptedLM([call_repl('raise KeyboardInterrupt')]))('c', 'q')
    assert e.value.run.stop=='interrupted'
    with pytest.raises(KeyboardInterrupt): e.value.run.raise_for_stop()
    r = RLM(ScriptedLM([call_repl('1'), 'It may be 1']), limits=Limits(calls=1))('c', 'q')
    assert (r.stop, r.limit)==('budget', 'calls')
    with pytest.raises(BudgetExceeded) as e: r.raise_for_stop()
    assert e.value.limit=='calls' and 'calls' in str(e.value)
    r = RLM(ScriptedLM([call_repl('1'), 'It may be 1']), limits=Limits(steps=2))('c', 'q')
    assert r.raise_for_stop().stop=='max_steps'

# What the loop makes of odd replies, tools and answers

@pytest.fixture
def loop():
    "Asks a model with these replies by `advanced_toolloop`, in one shell: the last item, and the model"
    sh = prep_shell('Agamemnon offers seven tripods')
    def ask(*replies, tools=None, sh=sh, final=None, **kw):
        root = ScriptedLM(list(replies))
        items = list(advanced_toolloop('q', tools=tools or [make_run_repl(sh)], sh=sh, model=root, options=LoopOptions(final=final), **kw))
        return SimpleNamespace(**items[-1]),root
    yield ask
    sh.close()

def told(root, i): return root.asked[i]['messages'][-1]['content']

def test_missing_variable(loop):
    "It is told to the model, and never becomes the answer"
    r,root = loop('FINAL_VAR(answr)', call_repl('answer = 42'), 'FINAL_VAR(answer)')
    assert (r.answer, r.value, r.stop)==('42', 42, 'final_var') and "no variable 'answr'" in told(root, 1)
    r,_ = loop(call_repl('y = 1'), 'FINAL_VAR(nope)', max_steps=2)
    assert (r.answer, r.stop)==('', 'max_steps')

def test_answer_beside_code(loop):
    "The code runs first; and an answer that code gave counts, whatever comes after it"
    r,_ = loop(call_repl('z = 7', 'FINAL_VAR(z)'))
    assert (r.answer, r.steps)==('7', 1)
    r,_ = loop(call_repl('try: FINAL({"n": 3})\nexcept BaseException: pass\n1/0'))
    assert (r.value, r.stop)==({'n': 3}, 'repl')

def test_odd_tool_calls(loop):
    "Several in one reply, an id twice, a tool that is not there, arguments that are none: each has its result, and what goes back is whole"
    calls = [('run_repl', {'python_code': 'a = 1'}), ('run_repl', {'python_code': 'a += 1'}), ('no such!', {}), ('run_repl', '{"python_code": "a'), ('run_repl', '[]'), ('run_repl', {})]
    r,root = loop(say(None, *(tool_call(*o, id='same' if i<2 else None) for i,o in enumerate(calls))), 'FINAL_VAR(a)')
    results = [m for m in root.asked[1]['messages'] if m['role']=='tool']
    assert r.answer=='2' and len({m['tool_call_id'] for m in results})==6
    for m,want in zip(results[2:], ('no tool', 'not valid JSON', 'object', 'python_code')): assert want in m['content']
    for c in root.asked[1]['messages'][2]['tool_calls']: json.loads(c['function']['arguments'])

def test_slips(loop):
    "A mention of FINAL, an empty reply and another fence are answered with a note, but not for ever"
    mention = 'I will call FINAL(answer) once I know'
    assert loop(mention, call_repl('1'), 'FINAL(ok)')[0].answer=='ok'
    r,root = loop(*[mention]*3)
    assert (r.stop, len(root.asked))==('last_message', 3)
    r,_ = loop('', say(None), '```\nprint(1)\n```')
    assert (r.stop, r.steps)==('last_message', 3)
    r,_ = loop('It is 42.')
    assert (r.answer, r.stop, r.value)==('It is 42.', 'last_message', 'It is 42.')

def add(a:int, b:int)->int:
    "Add"
    return a+b

async def later(a:int)->int:
    "Wait"
    return a

def interrupted(a:int)->int:
    "Ctrl-C while a tool runs"
    raise KeyboardInterrupt

def test_other_tools(loop):
    "Plain and asynchronous functions, without a shell; FINAL_VAR is impossible then, and the model is told"
    r,root = loop(say(None, tool_call('add', dict(a=1, b=2))), 'FINAL_VAR(x)', 'FINAL(3)', tools=[add], sh=None)
    assert r.answer=='3' and told(root, 1)=='3' and 'impossible' in told(root, 2)
    assert told(loop(say(None, tool_call('later', dict(a=1))), 'FINAL(3)', tools=[later], sh=None)[1], 1)=='1'

def test_notes_are_no_answers(loop):
    "What stands beside code is a note of the model's; a failure or an interrupt gives the best text that was meant as an answer"
    r,_ = loop('FINAL ANSWER: 9', call_repl('q = 1', 'Let me look again.'), LMError('quota', 'No quota left.'))
    assert (r.stop, str(r.error), r.answer)==('error', 'No quota left.', 'FINAL ANSWER: 9')
    r,_ = loop(say('Perhaps 5.', tool_call('interrupted', dict(a=1))), tools=[interrupted])
    assert (r.stop, r.answer)==('interrupted', '')

def test_custom_answers(loop):
    assert loop('<answer>42</answer>', final=r'<answer>(.*?)</answer>')[0].answer=='42'
    r,_ = loop(call_repl('1', 'anything'), 'more', final=lambda reply,shell: len(shell.user_ns['context']) if reply=='more' else None)
    assert r.value==len('Agamemnon offers seven tripods')

def test_loop_refuses(loop):
    with pytest.raises(ValueError, match='needs a model'): advanced_toolloop('q')
    with pytest.raises(ValueError, match='at least 1'): loop(max_steps=0)
