# Made from export.py by tools/stubs.py: do not edit
from pathlib import Path
from typing import Any
__all__ = ['unpacked', 'quoted', 'fenced', 'notebook', 'save_notebook', 'markdown', 'save_markdown', 'export']

def unpacked(text: str) -> object: ...

def quoted(text: str) -> str: ...

def fenced(text: str, kind: str='text', most: int=20000) -> str: ...

def notebook(run: Any, context: object=None) -> Any: ...

def save_notebook(run: Any, path: str | Path, context: object=None) -> Path:
    """Write a run down as a notebook that runs offline

    Parameters::

        name     type      default  meaning
        run                         A `Run`, its `Trace`, or the path of a trace file
        path     str|Path           File to write, `.ipynb`
        context  object    None     Its context; None for the one that the run holds
        returns  Path               The same path; raises `ValueError` for another context than the run's
    """

def markdown(run: Any) -> str: ...

def save_markdown(run: Any, path: str | Path) -> Path:
    """Write a run down as Markdown

    Parameters::

        name     type      default  meaning
        run                         A `Run`, its `Trace`, or the path of a trace file
        path     str|Path           File to write, `.md`
        returns  Path               The same path
    """

def export(run: Any, path: str | Path, context: object=None) -> Path: ...
