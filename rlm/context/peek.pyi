# Made from peek.py by tools/stubs.py: do not edit
from typing import NamedTuple
__all__ = ['WHOLE', 'Peek', 'block', 'rarest_name', 'peek']

class Peek(NamedTuple):
    text: str
    is_whole: bool
    code: str
WHOLE: str

def block(code: str) -> str: ...

def rarest_name(question: str, text: str) -> str: ...

def peek(context: object, question: str='', size: int=700) -> Peek: ...
