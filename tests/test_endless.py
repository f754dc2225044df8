"Replies without end: a bound on tokens for a server of one's own, a stream that is cut off where it repeats itself; and a cell that puts something else in the place of the context"
import json,pytest
from doubles import lm, replay
from rlm.core import RLM
from rlm.models.budget import Limits
from rlm.models.endless import CUT_MARK, repeats, usual_bound
from rlm.models.scripted import ScriptedLM, ScriptedServer, call_repl

loop = 'I look.\n' + 'and then I look again, \n'*4000

def streamed(rlm, context='a text'):
    for _ in (events := rlm.stream(context, 'How much?')): pass
    return events.run

def test_bound_of_the_root_model(transport):
    "The root model has a bound, its sub-calls have none; what the caller says comes first"
    replies = lambda m: [call_repl('x = llm_query("q")'), 'FINAL_VAR(x)'][sum(o['role']=='assistant' for o in m)] if m[0]['role']=='system' else 'seven'
    for given,bound in (dict(), usual_bound), (dict(max_tokens=99), 99), (dict(max_completion_tokens=98), None):
        with ScriptedServer(replies) as server: run = RLM(lm(server, **given), mode='tools')('a text', 'How much?')
        assert run.answer=='seven'
        root = [o for o in server.asked if o['messages'][0]['role']=='system']
        assert [o.get('max_tokens') for o in root]==[bound]*2 and (given or 'max_tokens' not in server.asked[1])

def test_bound_by_the_window():
    with ScriptedServer(['FINAL(1)'], about={'/v1/models': dict(data=[dict(id='some-model', max_model_len=4000)])}) as server:
        RLM(lm(server), mode='tools')('a text', 'How much?')
    assert server.asked[0]['max_tokens']==1000

def test_no_bound_elsewhere():
    "A hosted model, and a double, are asked as before; a bound takes nothing of a limit on tokens"
    root = ScriptedLM(['FINAL(1)'])
    RLM(root)('a text', 'How much?')
    assert not {'max_tokens','max_completion_tokens'} & root.asked[0].keys()
    with ScriptedServer(['FINAL(1)']) as server: assert RLM(lm(server), limits=Limits(tokens=6000))('a text', 'How much?').answer=='1'

def test_stream_is_cut_off(transport):
    "What repeats itself in a stream is not waited for: it counts as cut off, and is kept once"
    with ScriptedServer([loop, 'FINAL(7)']) as server: run = streamed(RLM(lm(server)))
    said = run.messages[2]['content']
    assert run.answer=='7' and run.error is None and said.endswith(CUT_MARK) and said.count('again')<=3 and 'cut off' in run.messages[3]['content']
    got = next(e for e in run.trace if e.kind=='call_ended').reply['content']
    assert repeats(got) and len(got)<3000 and run.usage.estimated and run.usage.completion_tokens<1500

def test_what_is_long_is_no_loop(transport):
    text = 'FINAL(' + ' '.join(f'{i} of {i*i}.' for i in range(250)) + ')'
    with ScriptedServer([text]) as server: run = streamed(RLM(lm(server)))
    assert run.answer==text[6:-1] and not run.usage.estimated

def test_replay_asks_no_server(tmp_path):
    "A trace names a server and the window that it told: a replay has the window from the trace, and asks nobody"
    path,about = tmp_path/'t.jsonl',{'/v1/models': dict(data=[dict(id='some-model', max_model_len=1500)])}
    code = 'print("z"*1500)'
    replies = lambda m: 'a summary' if 'Summarise' in str(m[-1]['content']) else 'FINAL(7)' if 'a summary' in str(m) else call_repl(code)
    with ScriptedServer(replies, about=about) as server: run = RLM(lm(server), mode='tools', trace=path)('a text', 'How much?')
    assert json.loads(path.read_text().split('\n')[0])['window']==1500
    with ScriptedServer(replies) as other:
        path.write_text(path.read_text().replace(server.url, other.url))
        again = replay(path)
        assert not other.looked and not other.asked
    assert (again.answer,again.steps)==(run.answer, run.steps) and [m['content'] for m in again.messages]==[m['content'] for m in run.messages]

@pytest.mark.parametrize('code', ['context = "a sample"', 'context = open("data.txt").read()', 'context = context.strip()\ncontext = "x"', 'for context in "ab": pass', 'def f():\n    global context\n    context = 1\nf()', 'del context',
    'context += "x"'])
def test_context_is_put_back(code):
    "A cell that puts something else there is told in a line, and the next one finds the input"
    root = ScriptedLM([call_repl(code), call_repl('print(context)'), 'FINAL(done)'])
    run = RLM(root)('the input', 'What?')
    first,second = [m['content'] for m in run.messages if m['role']=='tool']
    assert second=='the input' and ('put back after this cell: context' in first or 'FileNotFoundError' in first)
