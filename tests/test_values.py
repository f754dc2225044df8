"Values of arguments: whatever comes in at the door of a model, in limits and budgets is taken or refused in one sentence, before anything is sent"
import math,pytest
from rlm.bench import benchmark_rlm, benchmark_vanilla
from rlm.core import RLM, advanced_toolloop
from rlm.models.budget import Budget, Limits
from rlm.models.lm import LM
from rlm.models.open import as_lm
from rlm.models.params import chat_params
from rlm.models.scripted import ScriptedLM
from rlm.models.usage import Usage
from rlm.tools import prep_shell

nan,inf,name = math.nan,math.inf,'openai/some-model'

def refused(make, *said):
    "`make` raises one sentence with all of `said` in it"
    with pytest.raises((TypeError, ValueError)) as e: make()
    s = str(e.value)
    for o in said: assert o in s
    assert '\n' not in s and len(s)<300 and s.endswith(('.','?'))

# Each row: keyword arguments, and what the sentence says

door = [(dict(max_tokens=o), 'max_tokens=', 'whole number from 1 to 10,000,000') for o in (nan, -10**9, inf, -inf, True, 2.5, '100', 0, 10**12, [5])]
door += [(dict(max_completion_tokens=o), 'max_completion_tokens=', 'whole number') for o in (nan, -1, '7', False)]
door += [(dict(n=o), 'n=', 'from 1 to 128') for o in (0, -1, nan, 1.5, 10**9, True)]
door += (dict(temperature=nan), 'temperature=nan', 'finite'),(dict(top_p=-inf), 'top_p=', 'finite')
door += [(dict(retries=o), 'retries=', 'whole number of at least 0') for o in (-1, True, 1.5, nan, '3', None)]
door += [(dict(timeout=o), 'timeout=', 'seconds above 0') for o in (0, -1, nan, inf, '5', True, None)]
door += [(dict(concurrency=o), 'concurrency=', 'of at least 1') for o in (2.5, True, nan, '3')]
door += (dict(fallbacks='openai/gpt-5-mini'), "give a list of model names, such as fallbacks=['openai/gpt-5-mini']"),(dict(fallbacks=None), 'list')
door += (dict(fallbacks=[3]), 'name'),(dict(fallbacks=['']), 'name'),(dict(base_url=5), 'base_url=', 'address'),(dict(api_key=b'key'), 'api_key=', 'text')
door += (dict(budget=Limits(calls=3)), 'budget=Budget(limits)'),(dict(budget=5), 'Budget'),(dict(params='api_version'), 'dict'),(dict(params=dict(base_url='http://x')), 'base_url=')
door += (dict(params=dict(stream=True)), 'on_text'),(dict(params=dict(max_tokens=nan)), 'max_tokens=nan'),(dict(stream=True), 'on_text')
door += (dict(temprature=0), "'temprature'", 'temperature='),(dict(sand_box='strict'), "'sand_box'"),(dict(max_retries=2), 'here that is retries='),(dict(api_base='http://x'), 'base_url=')
door += (dict(api_version='1'), 'params=dict(api_version=…)', 'extra_body=dict(api_version=…)'),

@pytest.mark.parametrize('row', door, ids=lambda o: str(o[0]))
def test_door(row): refused(lambda: LM(name, **row[0]), *row[1:])

limits = [(dict(steps=o), f'Limits(steps={o!r})', 'whole number of at least 1') for o in ('5', 2.5, True, nan, inf)]
limits += [(dict(calls=o), 'Limits(calls=', 'whole number') for o in (1.5, True, nan, '9', [1])]
limits += [(dict(tokens=o), 'Limits(tokens=', 'whole number') for o in (nan, inf, 1e6, '1')]
limits += [(dict(cost=o), 'Limits(cost=', 'number of US dollars above 0') for o in (nan, inf, -inf, True, '1', 1j)]
limits += [(dict(time=o), 'Limits(time=', 'seconds above 0') for o in (nan, inf, True, '60')]
limits += (dict(errors=1.5), 'Limits(errors=', 'whole'),(dict(depth=None), 'Limits(depth=', 'whole'),(dict(depth=1.5), 'Limits(depth=', 'whole'),(dict(cell_time=nan), 'Limits(cell_time=', 'seconds')
limits += [(dict(history=o), 'Limits(history=', 'share above 0 and up to 1') for o in (2, 0, nan, -1, True, None, '1')]
limits += (dict(stepz=3), "'stepz'", 'did you mean steps=?'),(dict(max_tokens=3), "'max_tokens'", 'tokens='),(dict(colour=3), "no field 'colour'", 'steps, calls')

@pytest.mark.parametrize('row', limits, ids=lambda o: str(o[0]))
def test_limits(row): refused(lambda: Limits(**row[0]), *row[1:])

budget = dict(nan=lambda b: b.reserve(nan), below=lambda b: b.reserve(-5), endless=lambda b: b.reserve(inf),
    text=lambda b: b.reserve('3'), cost_nan=lambda b: b.reserve(cost=nan), cost_below=lambda b: b.reserve(cost=-1e-9), cost_endless=lambda b: b.reserve(cost=inf),
    keep_nan=lambda b: b.keep(nan), keep_below=lambda b: b.keep(0, -1.))

@pytest.mark.parametrize('act', budget.values(), ids=budget)
def test_budget(act):
    "Refused, and the budget is as it was"
    b = Budget(Limits(tokens=1000, cost=1., calls=10))
    refused(lambda: act(b), 'finite and not below 0')
    assert b.left()==dict(calls=10, tokens=1000, cost=1.)

@pytest.mark.parametrize('given', [5, dict(steps=3), 'steps=3', [Limits()]], ids=str)
def test_what_is_no_limits(given): refused(lambda: Budget(given), 'limits=', 'given as Limits(')

hostile = [dict(prompt_tokens=-10**9, calls=1), dict(completion_tokens=nan, calls=1), dict(prompt_tokens='many', calls=1),
    dict(prompt_tokens=10, calls=1, cost=nan), dict(prompt_tokens=10, calls=1, cost=-5.), dict(calls=-3)]

@pytest.mark.parametrize('usage', hostile, ids=str)
def test_usage_takes_nothing_back(usage):
    "What a trace or a double says of usage never gives a budget more room, and never makes it forget"
    b = Budget(Limits(tokens=1000, cost=1., calls=10))
    b.add(Usage(prompt_tokens=400, calls=2, cost=.4))
    before = b.left()
    b.add(Usage(**usage))
    assert all(b.left()[k]<=v for k,v in before.items()) and b.left()['tokens']>=500
    with pytest.raises(Exception, match='no room'): b.reserve(cost=.7)

# Keywords that nobody takes, at every place where they enter; and what is given beside a model that is made already

def bound(): return LM(name, budget=Budget(Limits(calls=5)))

keywords = dict(rlm=(lambda: RLM(name, sand_box='strict'), "RLM() has no keyword 'sand_box': did you mean sandbox=?"), rlm_steps=(lambda: RLM(name, max_steps=3), 'here that is limits=Limits(steps=…)'),
    rlm_limit=(lambda: RLM(name, limit=Limits(steps=3)), 'limits='), rlm_sub=(lambda: RLM(name, submodel='x'), 'sub_model='), rlm_verbose=(lambda: RLM(name, verbose=True), 'of the call'),
    rlm_url=(lambda: RLM(LM(name), base_url='http://127.0.0.1:9'), 'give base_url= to LM(…)'), rlm_param=(lambda: RLM(LM(name), temperature=0), 'temperature='),
    rlm_both=(lambda: RLM(LM(name), LM(name), temperature=0), 'temperature='), shell=(lambda: prep_shell('c', name, tool=[max]), "prep_shell() has no keyword 'tool': did you mean tools=?"),
    shell_lm=(lambda: prep_shell('c', LM(name), base_url='http://127.0.0.1:9'), 'base_url='), shell_none=(lambda: prep_shell('c', temprature=0), 'temperature='),
    shell_url=(lambda: prep_shell('c', base_url='http://127.0.0.1:9'), 'model='), loop=(lambda: advanced_toolloop('q', model=name, max_step=3), 'did you mean max_steps=?'),
    loop_lm=(lambda: list(advanced_toolloop('q', model=LM(name), temperature=0)), 'temperature='), bench=(lambda: benchmark_vanilla('c', 'q', name, temprature=0), 'benchmark_vanilla()'),
    bench_lm=(lambda: benchmark_vanilla('c', 'q', LM(name), temperature=0), 'temperature='), as_lm=(lambda: as_lm(LM(name), seed=1), 'seed='),
    using=(lambda: LM(name).using(buget=Budget()), "'buget'", 'budget='), using_param=(lambda: LM(name).using(temperature=0), 'params=dict(lm.params, temperature=…)'),
    using_value=(lambda: LM(name).using(retries=-1), 'retries=-1'), using_params=(lambda: LM(name).using(params=dict(max_tokens=nan)), 'max_tokens=nan'),
    double=(lambda: ScriptedLM('x', costs=1), 'cost='),
    body=(lambda: LM(name, extra_body=dict(max_tokens=10**9)), 'extra_body=dict(max_tokens=…)'), body_many=(lambda: RLM(name, extra_body=dict(n=100)), 'extra_body=dict(n=…)'),
    body_params=(lambda: LM(name, params=dict(extra_body=dict(messages=[]))), 'messages'), body_text=(lambda: LM(name, extra_body='x'), 'a dict'),
    using_body=(lambda: LM(name).using(params=dict(extra_body=dict(stream=True))), 'stream'), using_none=(lambda: LM(name).using(params='x'), 'params=', 'dict'),
    bench_rlm=(lambda: benchmark_rlm('c', 'q', name, max_step=3), 'benchmark_rlm()', 'did you mean max_steps=?'), bench_rlm_lm=(lambda: benchmark_rlm('c', 'q', LM(name), seed=1), 'benchmark_rlm()', 'seed='),
    lm_sandbox=(lambda: LM(name, sand_box='strict'), 'sandbox= is for RLM(…)'), loop_sandbox=(lambda: advanced_toolloop('q', model=name, sandbox='strict'), 'sandbox= is for RLM(…)'),
    call_timeout=(lambda: LM(name)('q', timeout=5), 'timeout= is for LM(…) itself'), call_stream=(lambda: LM(name)('q', stream=True), 'here that is on_text='), rlm_stream=(lambda: RLM(name, stream=True), 'RLM.stream'),
    rlm_budget=(lambda: RLM(name, budget=Budget()), 'limits=Limits(…)'), rlm_bound=(lambda: RLM(bound()), 'RLM() counts each run', 'limits='), rlm_bound_sub=(lambda: RLM(name, bound()), 'limits='),
    loop_bound=(lambda: advanced_toolloop('q', model=bound()), 'advanced_toolloop()'), loop_budget=(lambda: advanced_toolloop('q', model=name, budget=Budget()), 'limits='),
    bench_bound=(lambda: benchmark_rlm('c', 'q', bound()), 'benchmark_rlm()'), shell_budget=(lambda: prep_shell('c', name, budget=Budget()), 'budget= is for LM(…) itself'),
    usage=(lambda: Usage().by('roles'), "did you mean 'role'?"), usage_other=(lambda: Usage().by('step'), "choose 'depth', 'role' or 'model'"))

@pytest.mark.parametrize('make,said', [(o[0], o[1:]) for o in keywords.values()], ids=keywords)
def test_keywords(make, said): refused(make, *said)

calls = dict(call=lambda lm: lm('q', temprature=0), text=lambda lm: lm.text('q', max_token=5), map=lambda lm: lm.map(['q']*3, maxtokens=5),
    pieces=lambda lm: list(lm.pieces('q', temprature=0)), nan=lambda lm: lm('q', max_tokens=nan), below=lambda lm: lm.text('q', max_tokens=-10**9),
    body=lambda lm: lm('q', extra_body=dict(max_completion_tokens=10**9)), later_body=lambda lm: lm.text('q', params=dict(extra_body=5)),
    map_nan=lambda lm: lm.map(['q']*3, max_tokens=nan), many=lambda lm: lm('q', n=0),
    concurrency=lambda lm: lm.map(['q'], concurrency=2.5), later=lambda lm: (lm.params.update(max_tokens=-1), lm('q')))

@pytest.mark.parametrize('act', calls.values(), ids=calls)
def test_calls(act):
    "Refused at once, a batch as a whole; nothing is sent"
    lm = ScriptedLM(lambda m: 'ok')
    refused(lambda: act(lm))
    assert not lm.asked and not lm.usage.calls and not lm.budget.failed

def test_right_ones():
    "What is known, and what is given on purpose, arrives"
    lm = ScriptedLM(lambda m: 'ok', temperature=0, params=dict(aws_region_name='eu-1'), extra_body=dict(top_a=1))
    assert lm.text('q', max_tokens=5, seed=1, user=None)=='ok'
    assert {k:v for k,v in lm.asked[0].items() if k!='messages'}==dict(temperature=0, aws_region_name='eu-1', extra_body=dict(top_a=1), max_tokens=5, seed=1)
    assert RLM(name, sub_model=lm, temperature=0).lm.params==dict(temperature=0), 'for the one that is given by name'
    assert RLM(lm, sub_model=name, base_url='http://127.0.0.1:9/v1').sub_lm.base_url and RLM(name, retries=0).lm.retries==0

def test_the_list_is_litellms():
    "A parameter that litellm adds to OpenAI's is taken here too"
    from litellm.constants import DEFAULT_CHAT_COMPLETION_PARAM_VALUES as theirs
    assert not theirs.keys()-chat_params-set('stream stream_options model messages tools custom_llm_provider max_retries api_version'.split())
