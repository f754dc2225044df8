# Made from evidence.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from typing import Any
__all__ = ['Passage', 'Evidence', 'evidence']

@dataclass
class Passage:
    """Something that the answer says, and where the context says it

    Fields::

        name      type      default  meaning
        kind      str                `quote`, `date`, `number`, `name`, or `answer` for all of a short one
        claim     str                As the answer has it
        method    str                How it was found: `exact`; `evened`, but for case, blanks and marks;
                                     `other form` of a date or number; `near`, with a few letters changed;
                                     `misquoted`, with other figures; or `missing`
        start     int|None  None     Where it begins in `flat.text` of the coverage: of a text, the offset
                                     in it; None when it is missing
        end       int|None  None     Where it ends
        text      str       ''       As the context has it
        where     str       ''       How code gets at it
        readers   list      list()   The cells, messages and sub-calls that read it, in order; empty when
                                     no model did
        likeness  float     1.0      Which part of it the context has
        times     int       0        How often it stands there, 200 at most
    """
    kind: str
    claim: str
    method: str
    start: int | None = ...
    end: int | None = ...
    text: str = ...
    where: str = ...
    readers: list = ...
    likeness: float = ...
    times: int = ...

class Evidence(list):
    """The `Passage`s that an answer can be checked by"""
    coverage: Any
    def __init__(self, passages: Any, coverage: Any) -> None: ...
    @property
    def missing(self) -> list[Passage]:
        """What the answer says and the context does not; a number may have been computed"""
    @property
    def unread(self) -> list[Passage]:
        """What stands in the context and was read by no model: code found it, or the model knew it"""

def evidence(run: Any, context: object=None) -> Evidence: ...
