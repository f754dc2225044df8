# Made from show.py by tools/stubs.py: do not edit
from typing import Any
__all__ = ['code_html', 'answer_html', 'run_html']

def code_html(code: str) -> str: ...

def answer_html(text: str) -> str: ...

def run_html(trace: Any, answer: str, notes: str='', facts: str='', size: int=170000) -> str:
    """A run as HTML: all that came from a model or a document is escaped, and inert

    Parameters::

        name    type  default  meaning
        trace                  Events of the run
        answer  str            What stands first; '' for none
        notes   str   ''       What should be known of it: why there is none, that it is a guess
        facts   str   ''       How it ended and what it used
        size    int   170000   Bytes of HTML, about
    """
