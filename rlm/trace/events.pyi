# Made from events.py by tools/stubs.py: do not edit
from types import SimpleNamespace
from typing import Any
__all__ = ['Event', 'StoredEvent', 'Trace']

class Event(SimpleNamespace):
    """One thing that happened in a run: `kind` says what, `id`, `parent`, `depth` and `time` where and when, other attributes the rest"""

class StoredEvent(Event):
    def __init__(self, read: Any, at: int, event: Event) -> None: ...
    def __getattr__(self, k: Any) -> Any: ...

class Trace(list):
    """The events of a run and of all that it started, in order; written down as they happen too, where there is a file"""
    file: Any
    watch: Any
    path: Any
    header: Any
    read: Any
    def __init__(self) -> None: ...
    def add(self, kind: str, parent: int | None=None, depth: int=0, **more: Any) -> Event:
        """Keep an event, and write it down

        Parameters::

            name     type      default  meaning
            kind     str                What happened
            parent   int|None  None     `id` of the run or cell that it happened in
            depth    int       0        Level of the run
            **more                      All else that is to be known of it
            returns  Event              With an `id` of its own; long texts are cut where a file has them, and
                                        very long ones always
        """
    def held(self, event: Event, at: int | None=None) -> Event:
        """What memory keeps of an event

        Parameters::

            name     type      default  meaning
            event    Event              What is to be kept
            at       int|None  None     Where its line begins in the file, in bytes; None where there is none
                                        that can be read again
            returns  Event              The same, or where the file has many of its kind one that is read when
                                        it is asked
        """
    def write_to(self, file: Any) -> Trace:
        """Write each event to a file too: those that are there now, and each one that follows as it happens

        Parameters::

            name     type   default  meaning
            file                     A `TraceFile` of the room `files`, or anything with `path`, `header`,
                                     `problem`, `write(dict)` and `close()`
            returns  Trace           Itself
        """
    @property
    def problem(self) -> Exception | None:
        """What ended the file before the run ended"""
    def close(self) -> None:
        """Close the file; what happens later is kept in memory only"""
    def rows(self) -> list[dict]:
        """One row for each run, call, cell and note, its beginning and end together"""
    def df(self) -> Any:
        """The trace as a table"""
