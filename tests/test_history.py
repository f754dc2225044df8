"What a run says again at each step is looked at once"
import copy,json

from rlm.models import _reply
from rlm.models._history import History, each
from rlm.models.messages import Conversation, content_text, sendable

def _size(m):
    _size.asked += 1
    return len(content_text(m['content']))
_size.asked = 0

def _sizes(history):
    "What is known of a history, and how many of its messages were asked for it"
    before = _size.asked
    return each(_size, history),_size.asked-before

def test_history_is_asked_once():
    "What is found out of a message is kept; one that was changed, replaced or left out is asked again"
    said,talk = [dict(role='user', content='x'*i) for i in range(1, 201)],Conversation()
    assert _sizes(talk.history(said))==(list(range(1, 201)), 200)
    said.append(dict(role='user', content=[dict(type='text', text='four'), 'x']))
    assert _sizes(talk.history(said))==([*range(1, 201), 5], 1)
    said[200]['content'][0]['text'] = 'seven..' # deep in a new one
    assert _sizes(talk.history(said))==([*range(1, 201), 8], 1)
    said[190] = dict(said[190], content='short')
    assert _sizes(talk.history(said))[0]==[*range(1, 191), 5, *range(192, 201), 8]
    said[3] = dict(role='user', content='another old one')
    assert _sizes(talk.history(said))[0][3]==15
    said[5]['content'] = '' # in place, and old: seen within 64 calls
    assert 0 in (_sizes(talk.history(said))[0][5] for _ in range(65))
    assert _sizes(talk.history(said[:50]))[0]==[1, 2, 3, 15, 5, 0, *range(7, 51)]

def test_histories_that_begin_alike():
    "Two that go on from the same one do not see each other's messages"
    first = History([dict(role='user', content='a')])
    assert _sizes(first)[0]==[1]
    for text in ('bb','ccc',''):
        second = History([*first, dict(role='user', content=text)], first)
        assert _sizes(second)[0]==[1, len(text)] and _sizes(first)[0]==[1]

def test_history_of_what_cannot_be_compared():
    "Nothing is taken for known of an object that anybody may change, and lone surrogates are still replaced"
    class Content(list): pass
    said,talk = [dict(role='user', content=Content('a')), dict(role='user', content='half \ud83d')],Conversation()
    assert [_sizes(talk.history(said)) for _ in range(2)]==[([1, 6], 2)]*2
    assert talk.history(said)[1]['content']=='half ?' and said[1]['content']!='half ?'
    assert type(copy.deepcopy(talk.history(said))) is list

def test_calls_of_a_reply_are_sent_back():
    "Whoever puts the tool calls of a reply into a message of his own sends what JSON has a word for"
    call = dict(id='c', type='function', function=dict(name='f', arguments='{}'))
    reply = _reply.reply(dict(choices=[dict(index=0, finish_reason='tool_calls', message=dict(role='assistant', content=None, tool_calls=[call]))]))
    sent, = sendable([dict(role='assistant', content=None, tool_calls=reply.choices[0].message.tool_calls)])
    assert json.loads(json.dumps(sent))['tool_calls'][0]['function']==call['function']
