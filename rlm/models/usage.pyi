# Made from usage.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from typing import Any
__all__ = ['Usage', 'known_cost', 'usage_of', 'without_nonsense', 'nearest']

@dataclass(frozen=True)
class Usage:
    """What one or many model calls used; adds up with `+` and `sum`

    Fields::

        name               type        default  meaning
        prompt_tokens      int         0        Tokens sent, cached ones included
        completion_tokens  int         0        Tokens received, reasoning ones included
        cached_tokens      int         0        Part of `prompt_tokens` that the provider read from its prefix cache
        reasoning_tokens   int         0        Part of `completion_tokens` that was thinking
        calls              int         0        Model calls that were billed; requests that brought nothing are in
                                                `Budget.failed`
        cost               float|None  0.0      US dollars; None when the price of any call is unknown
        seconds            float       0.0      Seconds spent waiting, summed over calls (concurrent calls overlap)
        estimated          bool        False    Was any of these tokens counted here, because the provider sent no
                                                usage, or none that can be?
        hits               int         0        Calls that a cache on disk answered: not sent, not billed, and in none
                                                of the numbers above
        saved_tokens       int         0        Tokens that those would have taken
        saved              float|None  0.0      US dollars that they would have cost; None when the price of any is
                                                unknown
        parts              tuple       ()       `((depth, role, model), Usage)` of each part of a run; see `by`
    """
    prompt_tokens: int = ...
    completion_tokens: int = ...
    cached_tokens: int = ...
    reasoning_tokens: int = ...
    calls: int = ...
    cost: float | None = ...
    seconds: float = ...
    estimated: bool = ...
    hits: int = ...
    saved_tokens: int = ...
    saved: float | None = ...
    parts: tuple = ...
    @property
    def total_tokens(self) -> int:
        """Tokens sent and received"""
    def __add__(self, o: Any) -> Usage:
        """Field by field sum"""
    def __radd__(self, other: Any) -> Usage:
        """Lets `sum` start from 0"""
    def __sub__(self, o: Any) -> Usage:
        """What is left without a part of it; never less than nothing"""
    def by(self, *names: str) -> dict:
        """The same usage, split

        Parameters::

            name     type  default  meaning
            *names   str            `depth`, `role` or `model`, one or more
            returns  dict           Value of the name (a tuple for several) -> `Usage`; empty for a single
                                    call
        """

def known_cost(v: object) -> float | None: ...

def usage_of(response: Any, seconds: float=0.0) -> Usage: ...

def without_nonsense(body: dict) -> dict: ...

def nearest(name: str, names: list) -> str: ...
