# Made from recording.py by tools/stubs.py: do not edit
from rlm.trace.events import Trace
from typing import Any
__all__ = ['Recording']

class _Answers:
    by_key: dict
    by_words: Any
    loose: Any
    seen: bool
    taken: set
    lock: Any
    def __init__(self, traces: Any, loose: Any) -> None: ...
    def take(self, key: Any, request: Any=None) -> Any: ...
    def drop(self, begin: Any, end: Any) -> None: ...

class Recording:
    """What an earlier run was answered, to be served again

    Parameters::

        name     type           default   meaning
        traces   list[Trace]              Of the run, and of each time that it was taken up again
        runs     list|None      None      `id` of a child run in each; None for the run itself
        steps    float          math.inf  Root model replies to serve at most
        rerun    bool           True      Are cells to run again? Else what they gave is served
        retry    bool           True      Is the failure that ended the run tried again?
        limits   dict|None      None      Those of now: where they are others, the budget decides anew; None to
                                          leave it at what it decided
        answers  _Answers|None  None      To the sub-calls of the whole tree
        loose    bool           False     Is another model asked, so that only the words of a sub-call count?
    """
    steps: float
    rerun: bool
    retry: bool
    limits: dict | None
    top: bool
    answers: Any
    widened: Any
    root: Any
    cells: Any
    children: Any
    def __init__(self, traces: list[Trace], runs: list | None=None, steps: float=..., rerun: bool=True, retry: bool=True, limits: dict | None=None, answers: _Answers | None=None, loose: bool=False) -> None: ...
    def take_root(self, last: bool) -> tuple | None:
        """What the root model replied next

        Parameters::

            name     type        default  meaning
            last     bool                 Is it the last call of the run?
            returns  tuple|None           `call_started` and `call_ended`; None when the past is over
        """
    def end(self) -> None:
        """From here on all is new; sub-calls that were answered stay answered"""
    def take_cell(self) -> tuple | None:
        """What the next cell gave"""
    def take_sub(self, key: str, request: dict | None=None) -> tuple | None:
        """What this sub-call was answered

        Parameters::

            name     type        default  meaning
            key      str                  Fingerprint of the request
            request  dict|None   None     The request
            returns  tuple|None           `subcall_started` and `subcall_ended`
        """
    def take_child(self, key: str) -> tuple | None:
        """What this child run gave, or how far it came

        Parameters::

            name     type        default  meaning
            key      str                  Fingerprint of question and context
            returns  tuple|None           `child_ended`, None if it had not ended; the calls that it made; and
                                          its own `Recording`
        """
