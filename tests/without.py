"""What calls on the direct transport bring, as plain data, which is the same whether litellm is imported or not. As a program: makes all of them, and runs on the
embedded reader, in a process that may not import litellm, and prints what they brought"""
import json,re,sys,warnings
from doubles import Raw, http
from rlm.models.lm import LM
from rlm.models.messages import reply_facts
from rlm.models.providers import LMError
from rlm.models.scripted import Fault, ScriptedServer
import test_direct as tables

key = 'sk-planted0123456789'

def facts(o):
    "What a caller gets of a reply or a failure, but for the port of its server"
    if isinstance(o, Exception): return [o.kind, re.sub(r':\d{4,5}\b', '', str(o)), o.retry, o.wait, o.unsettled]
    u,cost = o.usage,o._hidden_params['response_cost']
    def of(details, nm): return getattr(details, f'{nm}_tokens', None) or 0
    counts = u and [u.prompt_tokens, u.completion_tokens, of(u.prompt_tokens_details, 'cached'), of(u.completion_tokens_details, 'reasoning')]
    return [reply_facts(o), o.model, o.choices[0].finish_reason, counts, None if cost is None else round(cost, 12)]

def ask(model, url, prompt='q', **kw):
    try: return LM(model, url, key, retries=0, timeout=60)(prompt, **kw)
    except LMError as e: return e

def both_ways(name, model, url, prompt='q'):
    yield f'{name}, whole',facts(ask(model, url, prompt))
    yield f'{name}, streamed',facts(ask(model, url, prompt, on_text=lambda s: None))

def said():
    "Replies and failures; without the few that litellm makes: reasons of its own list, annotations, function calls of old, choices that are none"
    for name,r in tables.replies.items():
        if name in ('odd_reason','annotations','function_call'): continue
        with ScriptedServer(lambda m: r) as server: yield from both_ways(f'reply {name}', 'openai/gpt-4o-mini', server.url)
    for body,status,kind in tables.odd:
        if 'choices' in body: continue
        with Raw(lambda *_: http(body, status, kind)) as server: yield from both_ways(f'{status} {body}', 'openai/m', server.url)
    for body in tables.in_success:
        with Raw(lambda *_: http(body)) as server: yield from both_ways(f'in success {body}', 'openai/m', server.url)
    for fault in (Fault(400, "This model's maximum context length is 9 tokens"), Fault(400, 'Request timed out'), Fault(400, 'no', 'content_policy_violation'), Fault(429, 'slow', headers={'retry-after': '7'}),
        Fault(401, 'Incorrect API key provided', 'invalid_api_key'), Fault(429, 'x', 'insufficient_quota'), Fault(503, 'Overloaded'), Fault(404, 'no such model'), Fault(drop='before')):
        with ScriptedServer(lambda m: fault) as server: yield from both_ways(f'{fault}', 'openai/m', server.url)

def priced():
    "Plain prices; litellm knows what tiers, audio and caches without a price cost"
    for model in ('gpt-4o-mini','gpt-4.1','gpt-5','nobody-knows-this'):
        with ScriptedServer(lambda m: tables.say('x', usage=tables.usages[int(m[-1]['content'])])) as server:
            for i in (0, 1, 2, 3, 4, 6, 8): yield from both_ways(f'price {model} {i}', f'openai/{model}', server.url, str(i))

def sent():
    "Bodies and headers of what is sent as it is"
    got = []
    def seen(conn, path, headers, body):
        got.append([path, json.loads(body), {k:headers.get(k) for k in ('authorization','content-type','accept','user-agent','x-mine')}])
        return tables.ok()
    with Raw(seen) as server:
        for model in ('openai/some-model','openai/gpt-4o-mini','gpt-4.1','bare-local-name','openai/org/name','org/name'):
            for name in 'none temperature top max_tokens max_completion_tokens int_as_float tools extra_body logprobs n'.split():
                for prompt in ('q', tables.history) if name in ('none','tools') else ['q']:
                    got.clear()
                    res = facts(ask(model, server.url, prompt, **tables.params[name]))
                    yield f"body {model} {name} {'q' if prompt=='q' else 'history'}",[res, got[:]]
        got.clear()
        yield 'body gpt-5-mini',[facts(ask('openai/gpt-5-mini', server.url+'/', extra_headers={'X-Mine': 'yes'})), got[:]]

def outcomes(): return {**dict(said()), **dict(priced()), **dict(sent())}

def runs():
    "Whole runs: in tools and in fences, on the embedded reader from the command line, a batch, a key that is missing"
    from rlm import RLM, Limits
    from rlm.cli import main
    from rlm.models.scripted import call_repl
    with ScriptedServer(lambda m: call_repl('print(llm_query("x" * 40))') if len(m)==2 else 'FINAL(done)') as server:
        assert RLM('openai/m', base_url=server.url, mode='tools', sandbox='trusted', limits=Limits(cost=None, tokens=9_000_000))('some context', 'q').answer=='done'
        assert RLM('openai/m', base_url=server.url)('some context', 'q').answer=='done'
    with ScriptedServer(lambda m: 'yes') as server:
        lm = LM('openai/m', server.url)
        assert lm.map(['a','b'])==['yes','yes']
        first = lm('q').choices[0].message
        assert lm.text([dict(role='user', content='q'), first, dict(role='user', content='And?')])=='yes'
    assert server.asked[-1]['messages'][1]==dict(role='assistant', content='yes')
    assert main(['ask', 'Who built the lighthouse?', sys.argv[1]])==0
    try: LM('openai/gpt-5-mini', retries=0)('q')
    except LMError as e: assert e.kind in ('missing_key','forbidden')
    try: LM('embedded/other', retries=0)('q')
    except LMError as e: assert e.kind=='not_found'
    try: LM('embedded/extractive', retries=0)('word '*50_000)
    except LMError as e: assert e.kind=='context_window'

if __name__=='__main__':
    warnings.simplefilter('error', ResourceWarning)
    runs()
    assert 'tiktoken' not in sys.modules # it counts where a reply says nothing, and near a limit
    res = outcomes()
    print(json.dumps(dict(outcomes=res, loaded=[o for o in ('litellm','openai','pandas','matplotlib') if o in sys.modules])))
