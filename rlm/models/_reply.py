"""Replies of OpenAI-protocol endpoints as plain objects that are read like litellm's, and made without it: a pydantic object each costs more than the call

What litellm does to a reply, this does: thinking in the text is taken out of it, fields of one provider go to `provider_specific_fields`, a reply with calls ended for them.
What is rarer than that raises `Unsure`: then litellm makes the reply."""
import copy,functools,json,re,time,uuid
from ._catalog import Unsure

class Fields:
    "Attributes that are read as items too, with the methods of a pydantic object that people use"
    def __init__(self, **fields): vars(self).update(fields)
    def __getitem__(self, k): return getattr(self, k)
    def __setitem__(self, k, v): setattr(self, k, v)
    def __contains__(self, k): return k in vars(self)
    def __iter__(self): return iter(self._public().items()) # `dict(reply)` is one level of it
    def __eq__(self, o): return type(self) is type(o) and self._public()==o._public()
    __hash__ = None
    def __repr__(self): return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k,v in self._public().items())})"
    def _public(self): return {k:v for k,v in vars(self).items() if k[0]!='_'}
    def get(self, k, default=None): return getattr(self, k, default)
    def model_dump(self, *, exclude_none=False, exclude=(), **_):
        "All of it as dicts and lists"
        return {k:_plain(v, exclude_none) for k,v in self._public().items() if k not in (exclude or ()) and not (exclude_none and v is None)}
    def model_dump_json(self, *, indent=None, **kw):
        return json.dumps(self.model_dump(**kw), indent=indent, ensure_ascii=False, separators=None if indent else (',',':'))
    def model_copy(self, *, update=None, deep=False):
        res = copy.deepcopy(self) if deep else copy.copy(self)
        vars(res).update(update or {})
        return res
    def json(self, **kw): return self.model_dump(**kw)
    def dict(self, **kw): return self.model_dump(**kw)
    to_dict,copy = dict,model_copy

def _plain(o, exclude_none):
    if isinstance(o, Fields): return o.model_dump(exclude_none=exclude_none)
    if isinstance(o, list): return [_plain(x, exclude_none) for x in o]
    return o

class ModelResponse(Fields): "A reply: `choices`, `usage`, `model`, `id`, `created`"
class ModelResponseStream(Fields): "One chunk of a reply"
class Choices(Fields): "One of the replies to one prompt: `message`, `finish_reason`"
class Message(Fields): "What a model says: `content`, `tool_calls`"
class Delta(Fields): "What a chunk adds to a message"
class ToolCall(Fields): "A call of a tool: `id`, `function`"
class Function(Fields): "`name`, and `arguments` as JSON"
class Usage(Fields): "Tokens, as the provider counts them"
class Details(Fields): "What kinds of tokens they are"

def unsure(): raise Unsure

def _odd_is_unsure(f):
    "What has another form than it should is for litellm to judge"
    @functools.wraps(f)
    def inner(*args, **kw):
        try: return f(*args, **kw)
        except (AttributeError, KeyError, TypeError, ValueError) as e: raise Unsure from e
    return inner

def _check(*facts):
    if not all(facts): raise Unsure

def _text(o): return o is None or isinstance(o, str)

# What a reply says

_plain_message = {'role','content'}
_parts = 'audio','images','thinking_blocks','reasoning_items','annotations','function_call' # of a message; where it has any, litellm makes the reply
_known = {'role','content','tool_calls','refusal','reasoning_content','provider_specific_fields',*_parts}
_thought = re.compile('<(?:think|thinking|budget:thinking)>(.*?)</(?:think|thinking|budget:thinking)>(.*)', re.S)
_reasons = 'stop','length','tool_calls','content_filter','function_call'

def _function(o):
    _check(isinstance(o, dict), _text(o.get('name')))
    given = o.get('arguments')
    if isinstance(given, dict): given = json.dumps(given)
    _check(_text(given), given is not None or not o.get('parameters'), o.get('name')!='multi_tool_use.parallel')
    return Function(arguments=given or '', name=o.get('name'))

def _calls(calls):
    _check(isinstance(calls, list), all(isinstance(o, dict) and o.get('type') in (None,'function') and _text(o.get('id')) for o in calls))
    return [ToolCall(function=_function(o.get('function')), id=f'{uuid.uuid4()}' if o.get('id') is None else o['id'], type='function') for o in calls] or None

def _message(m, streamed=False):
    _check(isinstance(m, dict))
    if m.keys()==_plain_message and m['role']=='assistant' and type(m['content']) is str and '<' not in m['content']: # nearly always
        return Message(content=m['content'], role='assistant', tool_calls=None, function_call=None)
    _check(_text(m.get('content')), m.get('role') in (None,'','assistant'), not any(m.get(o) for o in _parts), not m.get('provider_specific_fields'))
    content,thought = m.get('content'),next((m[o] for o in ('reasoning_content','reasoning') if o in m), None)
    _check(_text(thought), _text(m.get('refusal')))
    if content and 'reasoning_content' not in m and 'reasoning' not in m and not streamed and (own := _thought.match(content)): thought,content = own[1],own[2]
    res = Message(content=content, role='assistant', tool_calls=None if m.get('tool_calls') is None else _calls(m['tool_calls']), function_call=None)
    own = {k:m[k] for k in m.keys()-_known}
    if thought is not None: res.reasoning_content = thought
    if own: res.provider_specific_fields = own
    if 'refusal' in m: res.refusal = m['refusal']
    return res

_none = dict(prompt_tokens=0, completion_tokens=0, total_tokens=0)

def usage(
    u, # Of a reply, decoded from JSON, with sound numbers
): # Its counts under OpenAI's names
    "The usage of a reply"
    if u.keys()==_none.keys(): # nearly always
        return Usage(prompt_tokens=u['prompt_tokens'] or 0, completion_tokens=u['completion_tokens'] or 0, total_tokens=u['total_tokens'] or 0, completion_tokens_details=None, prompt_tokens_details=None)
    u = dict(u)
    _check(all(o is None or isinstance(o, dict) for o in (u.get(f'{k}_tokens_details') for k in ('prompt','completion'))))
    sent,got = (dict(u.get(f'{k}_tokens_details') or {}) for k in ('prompt','completion'))
    for k in ('prompt_cache_hit_tokens','cache_read_input_tokens'): # DeepSeek, Anthropic
        if isinstance(u.get(k), int): sent['cached_tokens'] = u[k]
    if u.get('reasoning_tokens'): got.setdefault('reasoning_tokens', u['reasoning_tokens'])
    counts = {f'{k}_tokens': u.get(f'{k}_tokens') or 0 for k in ('prompt','completion','total')}
    more = {k:v for k,v in u.items() if k not in counts and k!='reasoning_tokens' and v is not None}
    return Usage(**{**more, **counts, 'completion_tokens_details': Details(**got) if got else None, 'prompt_tokens_details': Details(**sent) if sent else None})

_plain_choice = {'index','message','finish_reason'}

def _choice(c, i, streamed):
    _check(isinstance(c, dict))
    m,why = _message(c.get('message'), streamed),c.get('finish_reason') or 'stop'
    _check(why in _reasons, not c.get('finish_details'), not c.get('enhancements'))
    res = Choices(finish_reason='tool_calls' if why=='stop' and m.tool_calls else why, index=i, message=m)
    if len(c)==3 and c.keys()==_plain_choice: return res
    if own := {k:v for k,v in c.items() if k not in ('index','message','finish_reason','logprobs')}: res.provider_specific_fields = own
    if 'logprobs' in c: res.logprobs = c['logprobs']
    return res

_taken = {'choices','usage',*dir(Fields)}

def _made(o):
    "What every reply has besides its choices, and what its server adds"
    more = {k:v for k,v in o.items() if k not in _taken and k.isidentifier() and k[0]!='_'}
    made = o.get('created')
    return {**more, 'id': o.get('id') or f'chatcmpl-{uuid.uuid4()}', 'created': int(made) if isinstance(made, int|float) else int(time.time()), 'model': o.get('model'),
        'system_fingerprint': o.get('system_fingerprint')}

@_odd_is_unsure
def reply(
    o, # A chat completion, decoded from JSON
    streamed=False, # Did it come as a stream? Then thinking stays in the text, as litellm has it
): # What `choices[0].message.content`, `usage` and `model_dump()` read; raises `Unsure` for what litellm would have to make
    "The reply of an OpenAI-protocol endpoint"
    _check(isinstance(o, dict))
    _check(isinstance(o.get('choices'), list), isinstance(o.get('usage'), dict|None))
    res = ModelResponse(**{**_made(o), 'object': 'chat.completion', 'choices': [_choice(c, i, streamed) for i,c in enumerate(o['choices'])], 'usage': usage(o.get('usage') or _none)})
    res._hidden_params = {}
    return res

# Streams

def _pieces(calls):
    _check(isinstance(calls, list), all(isinstance(o, dict) and isinstance(o.get('function'), dict|None) and isinstance(o.get('index'), int|None) for o in calls))
    def piece(i, o):
        f = o.get('function') or {}
        _check(_text(f.get('name')), _text(f.get('arguments')), _text(o.get('id')))
        return ToolCall(function=Function(arguments=f.get('arguments') or '', name=f.get('name')), id=o.get('id'), type='function', index=i if o.get('index') is None else o['index'])
    return [piece(i, o) for i,o in enumerate(calls)]

def _delta(d):
    _check(isinstance(d, dict))
    _check(_text(d.get('content')), not any(d.get(o) for o in _parts), _text(d.get('refusal')), d.get('role') in (None,'','assistant'), not d.get('provider_specific_fields'))
    thought = next((d[o] for o in ('reasoning_content','reasoning') if d.get(o)), None)
    _check(_text(thought))
    res = Delta(content=d.get('content'), role=d.get('role'), tool_calls=_pieces(d['tool_calls']) if d.get('tool_calls') else None)
    if thought is not None: res.reasoning_content = thought
    if d.get('refusal'): res.refusal = d['refusal']
    return res

@_odd_is_unsure
def chunk(
    o, # A chunk of a stream, decoded from JSON
): # With `choices[0].delta`; raises `Unsure`
    "One chunk of a stream"
    _check(isinstance(o, dict))
    choices = o.get('choices') or []
    _check(isinstance(choices, list), len(choices)<2, isinstance(o.get('usage'), dict|None), all(isinstance(c, dict) for c in choices))
    made = [Choices(finish_reason=c.get('finish_reason') or None, index=0, delta=_delta(c.get('delta') or {})) for c in choices]
    _check(all(c.finish_reason in (None,*_reasons) for c in made))
    res = ModelResponseStream(**{**_made(o), 'object': 'chat.completion.chunk', 'choices': made})
    if o.get('usage'): res.usage = usage(o['usage'])
    return res

def _whole_calls(deltas):
    calls = {}
    for p in (p for d in deltas for p in d.tool_calls or ()):
        call = calls.setdefault(p.index, dict(id=None, type='function', function=dict(name=None, arguments=[])))
        call['id'] = call['id'] or p.id
        call['function']['name'] = call['function']['name'] or p.function.name
        call['function']['arguments'].append(p.function.arguments)
    for o in calls.values(): o['function']['arguments'] = ''.join(o['function']['arguments'])
    return [o for _,o in sorted(calls.items())]

def joined(
    chunks, # Of one stream
): # As `reply` makes it; None for none; raises `Unsure`
    "The reply that chunks add up to"
    if not chunks: return
    deltas = [c.delta for o in chunks for c in o.choices]
    said = {k: ''.join(getattr(d, k, None) or '' for d in deltas) for k in ('content','reasoning_content','refusal')}
    calls,why = _whole_calls(deltas),next((c.finish_reason for o in reversed(chunks) for c in o.choices if c.finish_reason), None)
    m = dict(role='assistant', content=said['content'] or (None if calls else ''), **{k:said[k] for k in ('reasoning_content','refusal') if said[k]}, **dict(tool_calls=calls) if calls else {})
    u = next((o.usage for o in reversed(chunks) if getattr(o, 'usage', None)), None)
    first = chunks[0]
    model = next((o.model for o in chunks if o.model), None)
    return reply(dict(id=first.id, created=first.created, model=model, choices=[dict(index=0, message=m, finish_reason=why)],
        **dict(usage=u.model_dump(exclude_none=True)) if u else {}), True)

# Failures

class Refused(Exception):
    "A failure that a server told; `classify` reads its attributes, and the names of its classes, as those of litellm's"
    answered = True
    def __init__(self, status_code, message, body=None, headers=None):
        super().__init__(message)
        self.status_code,self.message,self.body,self.headers,self.litellm_response_headers = status_code,message,body,headers,headers
        self.request,self.response = None,None

class Timeout(Refused): pass
class ContextWindowExceededError(Refused): pass
class ContentPolicyViolationError(Refused): pass

_rate_limit = re.compile(r'rate[\s_\-]*limit|service tier capacity exceeded', re.I)
# what servers say, as litellm and its users have met it
_words = {Timeout: re.compile('Request Timeout Error|Request timed out|Timed out generating response|The read operation timed out|A timeout occurred'),
    ContextWindowExceededError: re.compile(r"(?i)exceed context limit|this model's maximum context length is|requested token count exceeds the model's maximum context length"
        r"|string too long\. expected a string with maximum length|model's maximum context limit|is longer than the model's context length|input tokens exceed the configured limit"
        r"|`inputs` tokens \+ `max_new_tokens` must be|exceeds the available context size|exceeds the maximum number of tokens allowed|prompt is too long"
        r"|current length is.{1,200}while limit is|maximum input length is.{1,200}tokens|input too long:.{1,200}input tokens, limit is"),
    ContentPolicyViolationError: re.compile('content_policy_violation|Invalid prompt.{1,400}violating our usage policy|(?i:request was rejected as a result of the safety system)')}

def told(
    e, # A `Refused`
): # The same, of a class that says more, where its words do
    "What kind of failure a server's words mean"
    said = e.message[:20_000]
    kinds = [k for k,o in _words.items() if o.search(said) and not (k is ContextWindowExceededError and 'string_above_max_length' in said)]
    if kinds and not (kinds[0] is not Timeout and (e.status_code==429 or _rate_limit.search(said))): kind = kinds[0]
    else: kind = Refused
    body = e.body.get('message') if isinstance(e.body, dict) else None
    res = kind(e.status_code, body if isinstance(body, str) and body else e.message, e.body, e.headers)
    res.__cause__ = e
    return res
