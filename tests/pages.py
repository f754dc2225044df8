"Runs to look at in a browser, made by scripted models, and the browser that looks"
import shutil
from contextlib import contextmanager
import pytest
from rlm import RLM,Limits
from rlm.models.scripted import ScriptedLM,call_repl

browser_path = next(filter(None, map(shutil.which, ('chromium','google-chrome','chromium-browser'))), None)
flags = '--no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run'.split() # and headless, which playwright adds

@contextmanager
def open_browser(folder):
    "A Chromium of this machine, with a profile of its own in `folder`; skips where there is none"
    playwright = pytest.importorskip('playwright.sync_api', reason='these tests need playwright: pip install ".[dev]"')
    if not browser_path: pytest.skip('these tests need a browser: apt-get install chromium')
    with playwright.sync_playwright() as p:
        context = p.chromium.launch_persistent_context(folder, executable_path=browser_path, headless=True, timeout=120_000, args=flags, permissions=['clipboard-read','clipboard-write'])
        try: yield context
        finally: context.close()

# A letter book: what the run of the screenshots is about

places = 'Bergen Oslo Tromsø Stavanger Molde Bodø Narvik Kirkenes Florø Vardø'.split()
letters = '\n\n'.join(f'Letter {i}, {places[i%10]}, {1860+i%30}. The keeper writes of '
    + ('the lamp, which was lit on 3 October 1871 by Marta Lindqvist, who built the tower.' if i==137 else f'wind from the west, {i%7+1} ships and {i*37%90+10} barrels of oil.') for i in range(400))

# What the model of that run says and does, step by step
# chkstyle: ignore-node
steps = [('I look at how the text is built before I search in it.', "print(len(context))\nprint(context[:300])"),
    ('It is a book of letters. I count them.', "letters = context.split('\\n\\n')\nlen(letters)"),
    ('Which years are there?', "import re\nyears = sorted({int(o) for o in re.findall(r', (18\\d\\d)\\.', context)})\nyears[0], years[-1]"),
    ('A first search for the tower itself.', "hits = [o for o in letters if 'tower' in o]\nprint(len(hits))\nprint(*hits, sep='\\n')"),
    ('One letter names the builder. I ask a model about twenty more, in case others say something else.', """parts = ['\\n'.join(letters[i*20:i*20+20]) for i in range(20)]
said = llm_query_batched([f'Who built the tower? Say none if it is not told.\\n\\n{o}' for o in parts])
print([o for o in said if o!='none'])"""),
    ('Now the oil, which comes in tables of its own.', "table = {int(o['letter']): o['oil'] for o in letters}\nprint(sum(table.values()))"),
    ('The letters are text, not rows. I take the numbers out of them.', "oil = [int(m[1]) for o in letters if (m := re.search(r'(\\d+) barrels', o))]\nprint(len(oil), sum(oil))"),
    ('Now the weather, by place.', """by_place = {}
for o in letters: by_place.setdefault(o.split(', ')[1], []).append(o)
halves = [(k, v[i::2]) for k,v in by_place.items() for i in (0, 1)][:19]
weather = llm_query_batched([f'Sum up the weather at {k}.\\n\\n' + '\\n'.join(v) for k,v in halves])
print(weather[0])"""),
    ('A check of the date with a model.', "print(llm_query('When was the lamp lit? ' + hits[0]))"),
    ('The order of the letters says when she came.', "for i,o in enumerate(letters):\n    if 'Marta' in o: print(i, o[:40])"),
    ('All agree.', "answer = 'Marta Lindqvist built the tower; its lamp was lit on 3 October 1871.'\nprint(answer)")]

def _sub(prompt):
    if 'Who built' in prompt: return 'Marta Lindqvist' if 'Marta' in prompt else 'none'
    if 'When was' in prompt: return 'On 3 October 1871.'
    return 'Wind from the west through all seasons; few ships in winter, and oil was always short in March.'

def letters_model(messages):
    "The model of that run, and of its sub-calls"
    if messages[0]['role']!='system': return _sub(messages[-1]['content'])
    n = sum(m['role']=='assistant' for m in messages)
    return call_repl(steps[n][1], steps[n][0]) if n<len(steps) else 'FINAL_VAR(answer)'

def letters_run(path):
    "Twelve steps, forty sub-calls, one error; written to `path`"
    return RLM(ScriptedLM(letters_model, 'acme/large-2', cost=.0021), trace=path, sandbox='trusted')(letters, 'Who built the tower, and when was its lamp lit?')

def many_run(path, n_steps, n_calls, size=200):
    "A run of many steps that spread their sub-calls, with prompts of `size` characters; every 50th step fails, and every 100th sub-call has the word needle in its reply"
    each,rest = divmod(n_calls, n_steps-1)
    def model(messages):
        if messages[0]['role']!='system':
            i = int(messages[-1]['content'].split()[1])
            return f"reply {i}{' needle' if i%100==0 else ''}"
        n = sum(m['role']=='assistant' for m in messages)
        if n==n_steps-1: return 'FINAL(done)'
        first,count = n*each,each + (rest if n==n_steps-2 else 0)
        if not count: return call_repl('1/0' if n%50==49 else f'print({n})', f'Step {n}.')
        return call_repl(f"said = llm_query_batched([f'number {{i}} ' + 'x'*{size} for i in range({first}, {first+count})])\nprint(len(said))", f'Step {n}.')
    return RLM(ScriptedLM(model, cost=.0001), limits=Limits.none(), trace=path, sandbox='trusted')('A context.', 'How many?')

# Text that would do harm if a page took it for more than text; the last is what terminals and readers are deceived with
hostile = ['<script>window.bad=1</script>','</script><script>window.bad=1</script>','<!--<script>','<img src=x onerror=window.bad=1>','javascript:window.bad=1',
    '[a](javascript:window.bad=1)',"'\"><svg onload=window.bad=1>",']]>&lt;b&gt;&#60;','\x1b[31mred\x1b[0m\x1b]0;title\x07 \u202edesrever\u202c \u2066isolated \ud83d']

def hostile_run(path, size=10_000_000):
    "All of that as question, thought, code, output, prompt, reply, model's name and answer; and a prompt of `size` characters without a break"
    text = '\n'.join(hostile)
    def model(messages):
        if messages[0]['role']!='system': return text
        n = sum(m['role']=='assistant' for m in messages)
        return [call_repl(f'text = {text!r}\nprint(text)\nprint(llm_query(text))\nprint(llm_query("x"*{size}))', text), f'FINAL({text})'][min(n, 1)]
    return RLM(ScriptedLM(model, 'acme/<script>'), trace=path, sandbox='trusted', limits=Limits.none())(text, text)
