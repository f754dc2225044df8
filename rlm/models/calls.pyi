# Made from calls.py by tools/stubs.py: do not edit
from collections.abc import Callable
from dataclasses import dataclass
from rlm.models.budget import Budget
from rlm.models.messages import Conversation
from typing import Any
__all__ = ['Scope', 'fingerprint', 'Call']

@dataclass(frozen=True)
class Scope:
    """What a run lends to the calls that are made for it; a model on its own has a budget without limits, and tells nobody

    Fields::

        name          type               default   meaning
        budget        Budget             Budget()  Where calls are counted
        depth         int                0         Of the run in its tree
        role          str                'root'    Who is asked: the `root` model, or a model for a sub-call, `sub`
        emit          Callable|None      None      `(kind, **facts) -> number`: told of each call, of its retries and of
                                                   its end
        memo          dict|None          None      Fingerprint -> what this run was answered, as `brief_reply` has it, or
                                                   a future while it is asked; None to ask again each time
        conversation  Conversation|None  None      What was found out of the messages of the calls before; None for calls
                                                   that have nothing to do with each other
        most          int|None           None      Tokens of one reply, where nobody has said
        enough        Callable|None      None      `text -> bool`: has a reply that comes as a stream said enough? Then
                                                   it is cut off there
        recorded      Callable|None      None      `(key, last, request) -> (reply or error, usage)`: the answer of an
                                                   earlier run; None where that has none
    """
    budget: Budget = ...
    depth: int = ...
    role: str = ...
    emit: Callable | None = ...
    memo: dict | None = ...
    conversation: Conversation | None = ...
    most: int | None = ...
    enough: Callable | None = ...
    recorded: Callable | None = ...
    def tell(self, kind: Any, model: Any, **facts: Any) -> int | None:
        """Report to the run, if there is one"""

def fingerprint(model: str, request: dict) -> str: ...

class Call:
    lm: Any
    scope: Any
    request: dict
    last: bool
    on_text: Callable | None
    key: str | None
    number: Any
    def __init__(self, lm: Any, request: dict, last: bool=False, on_text: Callable | None=None) -> None: ...
    async def paid(self, lm: Any) -> tuple: ...
    async def gated(self, lm: Any) -> tuple: ...
    async def with_retries(self, lm: Any) -> tuple: ...
    def from_cache(self, lm: Any, key: bytes) -> tuple | None: ...
    async def with_fallbacks(self) -> tuple: ...
    async def reported(self) -> Any: ...
    async def once(self) -> Any: ...
