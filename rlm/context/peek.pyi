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

def peek(context: object, question: str='', size: int=700) -> Peek:
    """The first look at a context

    Parameters::

        name      type    default  meaning
        context   object           What a question is about
        question  str     ''       The question
        size      int     700      Characters to show, five parts of the beginning and two of the end; 0
                                   for none
        returns   Peek             Without text where nothing can be told
    """
