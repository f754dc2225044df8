"What type checkers, editors and `help` are told: stubs made from the modules, and docstrings with tables made from comments"
import ast,functools,inspect,json,pydoc,re,shutil,sys

import pytest
from forks import run_script
from project import check,mod_name,modules,none,root,run
import rlm
from rlm._docs import documented
from rlm.shell.ipython import ReplShell

def test_stubs_fresh(): check(run_script(root/'tools'/'stubs.py', '--check', cwd=root, quick=True))

# Modules as fast.ai style writes them, and the stub that the first gets; the second adds a method to its class
odd = r'''
import enum, functools
from collections import namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field
from fastcore.all import *
from fastcore.basics import patch, patch_to
try: import numpy as np
except ImportError: np = None
__all__ = ['Names','Colour','LEVELS','Pair','Point','Base','Shelf','lines','opened','odd','Many']
Names = list[str]
class Colour(enum.Enum): red,blue = 1,2
LEVELS,_hidden = 3,4
Pair = namedtuple('Pair', 'a b')
class _Cell: pass
@dataclass(frozen=True)
class Point:
    x:int # Across
    tags:list=field(default_factory=list)
    y:float=field(init=False, default=0.)
    def __post_init__(self): self.norm = str(self.x)
    @functools.cached_property
    def cell(self)->_Cell: return _Cell()
class Base(L, metaclass=PrePostInitMeta):
    size,depth = 1,None
    if np:
        def grow(self, by:'how much'=2): return self
    def __init__(self, n:int=None, *args, key:str='a'*3, parent=None, **kw):
        self.n,self.parent,self._own = n or 0,parent,1
        self.kids:Names = []
        self.first = self.last = Point(1) if n else None
        for self.i in range(3): self.where = kw
    def __len__(self): return 3
    def __call__(self): pass
    def __repr__(self): return 'x'
    @property
    def total(self): return self.n
    @total.setter
    def total(self, v): self.n = v
    more = grow
class Shelf(Base): pass
Base.late = 'x'
@patch
def walk(self:Base|Shelf, *, deep:bool=True, note:str='a long default that nobody wants to read'): yield 1
@patch(as_prop=True)
def kind(self:Base)->'Colour': "Its kind"
@patch(cls_method=True)
def make(cls:Base, o)->'Base': return cls()
@patch_to(Base, static_method=True)
def plain(o:int): return o
@patch(set_prop=True)
def kind(self:(Base,), v): pass
@patch_to(Shelf)
async def items(self):
    yield 1
@patch
def _private(self:Base): pass
@delegates(Base)
def lines(
    path:Path|str, # A """ or \\
    n:Param('how many', int)=3, # More
    **kw
): # Lines
    'A "doc"'
    return list(path)
@contextmanager
def opened(path): yield path
def odd(a, b:str=None, /, *c:int):
    if a: raise ValueError
    a = str(a)
    return a if b else None
async def _never(): pass
async def Many(n:float=-1.): return
'''
adds = '''
from .odd import Shelf
__all__ = []
class Note: pass
@patch
def note(self:Shelf, n:int)->Note: return Note()
'''
odd_stub = r'''# Made from odd.py by tools/stubs.py: do not edit
import enum
import functools
from collections import namedtuple
from contextlib import contextmanager
from dataclasses import dataclass, field
from rlm.adds import Note
from typing import Any, AsyncIterator, Iterator, Self
__all__ = ['Names', 'Colour', 'LEVELS', 'Pair', 'Point', 'Base', 'Shelf', 'lines', 'opened', 'odd', 'Many']
Names = list[str]

class Colour(enum.Enum):
    red = 1
    blue = 2
LEVELS: int
Pair = namedtuple('Pair', 'a b')

class _Cell:
    ...

@dataclass(frozen=True)
class Point:
    x: int
    tags: list = ...
    y: float = field(init=False, default=0.0)
    norm: str = field(init=False)
    def __post_init__(self) -> None: ...
    @functools.cached_property
    def cell(self) -> _Cell: ...

class Base(Any):
    size: int
    depth: Any
    n: Any
    parent: Any
    kids: Names
    first: Point | None
    last: Point | None
    where: Any
    late: str
    def grow(self, by: Any=2) -> Self: ...
    def __init__(self, n: int | None=None, *args: Any, key: str=..., parent: Any=None, **kw: Any) -> None: ...
    def __len__(self) -> int: ...
    def __call__(self) -> None: ...
    @property
    def total(self) -> Any: ...
    @total.setter
    def total(self, v: Any) -> None: ...
    def walk(self, *, deep: bool=True, note: str=...) -> Iterator[Any]: ...
    @property
    def kind(self) -> Colour: ...
    @kind.setter
    def kind(self, v: Any) -> None: ...
    @classmethod
    def make(cls, o: Any) -> Base: ...
    @staticmethod
    def plain(o: int) -> int: ...
    more = grow

class Shelf(Base):
    def note(self, n: int) -> Note: ...
    def walk(self, *, deep: bool=True, note: str=...) -> Iterator[Any]: ...
    def items(self) -> AsyncIterator[Any]: ...

def lines(path: Any, n: Any=3, **kw: Any) -> list:
    """A \"doc\"

    Parameters::

        name     type                    default  meaning
        path     Path|str                         A \"\"\" or \\\\
        n        Param('how many', int)  3        More
        **kw
        returns                                   Lines
    """

@contextmanager
def opened(path: Any) -> Iterator[Any]: ...

def odd(a: Any, b: str | None=None, /, *c: int) -> Any: ...

async def Many(n: float=...) -> None: ...
'''

def test_odd_code(tmp_path):
    "What the style of the house does with classes comes out as a type checker wants it; a stale stub, or one too many, is named"
    pkg = tmp_path/'rlm'
    pkg.mkdir()
    for o in ('tools/stubs.py','rlm/_docs.py'):
        (tmp_path/o).parent.mkdir(exist_ok=True)
        shutil.copy2(root/o, tmp_path/o)
    for nm,text in dict(odd=odd, adds=adds, __init__="_lazy = dict(lines='odd', Point='odd')").items(): (pkg/f'{nm}.py').write_text(text)
    (pkg/'gone.pyi').write_text('')
    res = run_script(tmp_path/'tools'/'stubs.py', '--check', cwd=tmp_path, quick=True)
    assert res.returncode and 'rlm/__init__.pyi, rlm/adds.pyi, rlm/gone.pyi, rlm/odd.pyi: stale' in res.stderr
    check(run_script(tmp_path/'tools'/'stubs.py', cwd=tmp_path, quick=True))
    assert (pkg/'odd.pyi').read_text()==odd_stub
    assert {o.name for o in pkg.glob('*.pyi')}=={'__init__.pyi','odd.pyi','adds.pyi'}
    check(run_script(tmp_path/'tools'/'stubs.py', '--check', cwd=tmp_path, quick=True))

# A program as users write them: a line that ends with `# no` is an error, and no other is
program = '''
import asyncio
from pathlib import Path
import rlm as package
from rlm import LM, RLM, BudgetExceeded, Chat, Limits, LMError, Run, Usage, advanced_toolloop, benchmark_rlm, fork, make_run_repl, prep_shell, resume
from rlm import Limts # no
from rlm.models.scripted import ScriptedLM
from rlm.rerun import replay
from rlm.trace.events import Trace

ask = RLM(ScriptedLM(['FINAL(1)']), limits=Limits(steps=3, cost=0.5), trace=Path('runs'), temperature=0.)
run: Run = ask('context', 'question')
answer: str = run.answer
cost: float | None = run.cost
tokens: int = run.usage.total_tokens + (run.usage + Usage(calls=1)).calls
parts: dict[str, Usage] = run.usage.by('model')
again: Run = Run.load('a.jsonl').raise_for_stop()
trace: Trace = run.trace
print(run.answr) # no
print(run.usage.totl_tokens) # no
number: int = run.answer # no
Limits(stepz=3) # no
Limits(steps='3') # no
ask.chatt('context') # no
RLM() # no
RLM(3) # no
RLM('openai/gpt-5', limits=3) # no
run.cost() # no
print(package.RML) # no
print(package.RLM, package.__version__)
with ask.chat('context') as chat:
    first: Run = chat('one')
    chat.clse() # no
kept: Chat = ask.chat('context')
kept.close()
if ask.last: print(ask.last.cost, ask.last.answr) # no
print(ask.last.answer, ask.lm.model) # no
print(ask.lm.modle) # no
going = ask.stream('context', 'question')
if going.run: print(going.run.stop, going.run.stopp) # no
lm = LM('openai/gpt-5', retries=1, fallbacks=['openai/gpt-5-mini'])
text: str = lm.text('Hello')
texts: list[str] = lm.map(['a', 'b'])
known: bool = lm.calls_tools
lm.calls_tools = 'yes' # no
lm.using('other').txt('x') # no
sh = prep_shell('context', model=lm)
sh.run('1+1').output.upper()
make_run_repl(sh, max_outputs=3) # no
for item in advanced_toolloop('question', sh=sh, max_steps=3): print(item)
resume('a.jsonl', 'context', limits=Limits(steps=4)).answer.upper()
fork('a.jsonl', 'context') # no
replay('a.jsonl').stop.upper()
package.rerun.replay('a.jsonl').stop.upper()
package.rerun.repaly('a.jsonl') # no
try: benchmark_rlm('context', 'question', lm)['tokens']
except (BudgetExceeded, LMError) as e: print(e)

async def several() -> Run:
    async for event in ask.stream('context', 'question'): print(event)
    await ask.arun('context') # no
    return await ask.arun('context', 'question')
asyncio.run(several())
'''

def expected(): return {i for i,o in enumerate(program.splitlines(), 1) if o.endswith('# no')}

def test_mypy(tmp_path):
    "mypy --strict finds in a program what is wrong and nothing else, and the stubs in order; litellm and IPython are left out, for speed"
    (tmp_path/'program.py').write_text(program)
    (tmp_path/'mypy.ini').write_text('[mypy]\nstrict=True\ndisallow_any_generics=False\ndisallow_subclassing_any=False\nfollow_imports=silent\n'
        '[mypy-IPython.*,traitlets.*,litellm.*,fastcore.*]\nfollow_imports=skip\n')
    stubs = sorted((root/'rlm').rglob('*.pyi'))
    res = run(sys.executable, '-m', 'mypy', '--config-file', 'mypy.ini', '--cache-dir', tmp_path/'cache', 'program.py', *stubs, cwd=tmp_path, MYPYPATH=root)
    found = re.findall(r'^program\.py:(\d+): error', res.stdout, re.M)
    none((o for o in res.stdout.splitlines() if ': error' in o and not o.startswith('program.py')), 'The stubs are not in order:')
    assert {*map(int, found)}==expected(), res.stdout+res.stderr

config = """[mypy]
ignore_missing_imports=True
[mypy-IPython.*,traitlets.*,litellm.*,fastcore.*,openai.*,pydantic.*,httpx.*,aiohttp.*]
follow_imports=skip
"""
# What is hand-written has no stub; fastcore has a class method of its own; the metaclass is IPython's, which is left out here; of an event all attributes are read alike
differs = r'rlm\.(\w+\.)?_\w+.*|rlm\.run\.Run\.load|rlm\.trace\.events\.StoredEvent\.\w+|rlm\.prompts\.Prompts\.(small|strong)|rlm\.shell(\.ipython)?\.ReplShell'

@pytest.mark.slow
def test_stubs_are_true(tmp_path):
    "mypy's stubtest finds that the stubs say what is there at run time"
    hand_written = ''.join(f'[mypy-{mod_name(p)}]\nignore_errors=true\n' for p in modules if p.name.startswith('_'))
    (tmp_path/'mypy.ini').write_text(config+hand_written)
    (tmp_path/'allow').write_text(differs)
    args = '--concise','--ignore-unused-allowlist','--mypy-config-file','mypy.ini','--allowlist','allow'
    check(run(sys.executable, '-m', 'mypy.stubtest', 'rlm', *args, cwd=tmp_path, MYPYPATH=root))

@pytest.mark.slow
@pytest.mark.skipif(not shutil.which('node'), reason='pyright runs on node')
def test_pyright(tmp_path):
    "pyright finds in the same program what is wrong and nothing else"
    (tmp_path/'program.py').write_text(program)
    (tmp_path/'pyrightconfig.json').write_text(json.dumps(dict(extraPaths=[str(root)], include=['program.py'], reportMissingModuleSource=False)))
    res = run(sys.executable, '-m', 'pyright', '--pythonpath', sys.executable, '--outputjson', cwd=tmp_path)
    found = [o for o in json.loads(res.stdout)['generalDiagnostics'] if o['severity']=='error']
    assert {o['range']['start']['line']+1 for o in found}==expected(), '\n'.join(f"{o['range']['start']['line']+1}: {o['message']}" for o in found)

public = 'RLM LM Limits Usage Run Chat prep_shell make_run_repl advanced_toolloop benchmark_vanilla benchmark_rlm resume fork'.split()

def table(doc):
    "Name, type, default and meaning of each row of a docstring's table"
    lines = re.split(r'\n\n(?:Parameters|Fields)::\n\n', doc)[1].split('\n')
    at = [lines[0].index(o) for o in ('name','type','default','meaning')]
    rows = [[o[i:j].strip() for i,j in zip(at, [*at[1:], None])] for o in lines[1:] if o.strip()]
    whole = []
    for row in rows:
        if row[0]: whole.append(row)
        else: whole[-1][3] += ' '+row[3]
    return {row[0]: row[1:] for row in whole}

@pytest.mark.parametrize('nm', [*public, 'rerun.replay'])
def test_help(nm):
    "help has a row for each parameter: its type, a default of at most 30 characters, and what it means"
    o = functools.reduce(getattr, nm.split('.'), rlm)
    rows = table(inspect.getdoc(o))
    params = {k: v for k,v in inspect.signature(o).parameters.items() if k!='self'}
    assert [k.strip('*') for k in rows if k!='returns']==list(params)
    for k,(kind,default,meaning) in rows.items():
        assert meaning and len(default)<=30
        if k!='returns' and k[0]!='*': assert bool(default)==(params[k].default is not inspect.Parameter.empty), k
    assert re.search('name +type +default +meaning', pydoc.render_doc(o, renderer=pydoc.plaintext))

def test_shift_tab():
    "What Jupyter shows for a name is the same text"
    sh = ReplShell()
    try:
        sh.user_ns['RLM'] = rlm.RLM
        assert inspect.getdoc(rlm.RLM).splitlines()[-1] in sh.object_inspect_text('RLM')
    finally: sh.close()

def test_without_source():
    "Where there is no source the docstring stays as it is"
    ns = {}
    exec("class A:\n    'An A'\n    def __init__(self, x): pass # What\ndef f(x): 'An f'", ns)
    assert documented(ns['A']).__doc__=='An A' and documented(ns['f']).__doc__=='An f'

def test_one_text():
    "Editors read in the stubs what help says"
    for nm in public:
        o = getattr(rlm, nm)
        stub = ast.parse((root/o.__module__.replace('.', '/')).with_suffix('.pyi').read_text())
        node = next(d for d in stub.body if getattr(d, 'name', '')==nm)
        assert ast.get_docstring(node)==inspect.getdoc(o)
