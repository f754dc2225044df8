# Made from recording.py by tools/stubs.py: do not edit
from rlm.models.usage import Usage
from rlm.trace.events import Event, Trace
from typing import Any, NamedTuple
__all__ = ['CallRecord', 'CellRecord', 'ChildRecord', 'SubcallAnswers', 'Recording']

class CallRecord(NamedTuple):
    begin: Event
    end: Event

class CellRecord(NamedTuple):
    begin: Event
    end: Event
    usage: list

class ChildRecord(NamedTuple):
    end: Event | None
    calls: list
    recording: object

class SubcallAnswers:
    any_model: bool
    in_recorded_cell: bool
    by_request: dict
    by_messages: Any
    def __init__(self, traces: list[Trace], any_model: bool=False) -> None: ...
    def take(self, key: str, request: dict | None=None) -> CallRecord | None: ...
    def drop(self, call: CallRecord) -> bool: ...

class Recording:
    """What a run was answered, to be served again

    Parameters::

        name       type                 default   meaning
        traces     list[Trace]                    Of the run, and of each time that it was taken up again
        runs       list|None            None      `id` of a child run in each; None for the run itself
        steps      float                math.inf  Root model replies to serve at most
        rerun      bool                 True      Are cells to run again? Else what they gave is served
        retry      bool                 True      Is the failure that ended the run tried again?
        limits     dict|None            None      Those of now: where they are others, the budget decides anew; None to
                                                  leave it at what it decided
        answers    SubcallAnswers|None  None      To the sub-calls of the whole tree; None for those of `traces`
        any_model  bool                 False     Is another model asked, so that only the messages of a sub-call count?
    """
    steps: float
    rerun: bool
    retry: bool
    limits: dict | None
    answers: SubcallAnswers
    is_child: bool
    new_limits: Any
    root: Any
    cells: Any
    children: Any
    answer: Any
    def __init__(self, traces: list[Trace], runs: list | None=None, steps: float=..., rerun: bool=True, retry: bool=True, limits: dict | None=None, answers: SubcallAnswers | None=None, any_model: bool=False) -> None: ...
    def take_root(self, last: bool) -> CallRecord | None:
        """What the root model replied next

        Parameters::

            name     type             default  meaning
            last     bool                      Is it the last call of the run?
            returns  CallRecord|None           None when the model has to be asked
        """
    def stop(self) -> None:
        """Serve no more replies and cells; sub-calls and child runs that were answered stay answered"""
    def take_cell(self) -> CellRecord | None:
        """What the next cell gave"""
    def take_sub(self, key: str, request: dict | None=None) -> CallRecord | None:
        """What this sub-call was answered

        Parameters::

            name     type             default  meaning
            key      str                       Fingerprint of the request
            request  dict|None        None     The request
            returns  CallRecord|None           None when it has to be asked
        """
    def take_child(self, key: str) -> ChildRecord | None:
        """What this child run gave, or how far it came

        Parameters::

            name     type              default  meaning
            key      str                        Fingerprint of question and context
            returns  ChildRecord|None           None when nothing is recorded of it
        """
    def usage_of(self, child: ChildRecord) -> Usage:
        """What a child run used; the answers to its sub-calls are not served to anybody from now on

        Parameters::

            name     type         default  meaning
            child    ChildRecord           A child run that is served whole
            returns  Usage                 Without what another run, which asked the same and was sooner this
                                           time, was served and has paid
        """
