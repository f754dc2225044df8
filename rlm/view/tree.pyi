# Made from tree.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from rlm.trace.events import Event, Trace
from typing import Any
__all__ = ['Call', 'Cell', 'Step', 'RunNode', 'text_of', 'calls_in', 'RunTree', 'note_of', 'trace_of', 'shown']

@dataclass
class Call:
    begun: Event
    end: Event | None = ...
    @property
    def prompt(self) -> str: ...
    @property
    def reply(self) -> str: ...
    @property
    def error(self) -> Any: ...
    @property
    def usage(self) -> Any: ...
    @property
    def seconds(self) -> float | None: ...

@dataclass
class Cell:
    begun: Event
    end: Event | None = ...
    inside: list = ...
    @property
    def code(self) -> str: ...
    @property
    def output(self) -> str: ...
    @property
    def failed(self) -> bool: ...
    @property
    def seconds(self) -> float | None: ...

@dataclass
class Step:
    number: int
    call: Call | None = ...
    cells: list = ...
    notes: list = ...
    @property
    def thought(self) -> str: ...
    @property
    def subcalls(self) -> list[Call]: ...
    @property
    def failed(self) -> bool: ...

@dataclass
class RunNode:
    begun: Event
    end: Event | None = ...
    steps: list = ...
    @property
    def query(self) -> str: ...
    @property
    def answer(self) -> str: ...

def text_of(content: Any) -> str: ...

def calls_in(cell: Cell) -> list[Call]: ...

class RunTree:
    """The runs, steps, cells and calls that events tell of

    Parameters::

        name    type  default  meaning
        events  list  ()       A `Trace`, or events as they come
    """
    root: RunNode | None
    def __init__(self, events: list | tuple=...) -> None: ...
    def add(self, e: Event) -> None:
        """Put an event where it belongs

        Parameters::

            name  type   default  meaning
            e     Event           The next one
        """

def note_of(e: Event) -> str: ...

def trace_of(run: Any) -> Trace:
    """The events of a run

    Parameters::

        name     type   default  meaning
        run                      A `Run`, a `Trace`, or the path of a trace file, whose last run is
                                 taken
        returns  Trace           Raises `ValueError` when a file is no trace
    """

def shown(text: Any, most: int=2000) -> str: ...
