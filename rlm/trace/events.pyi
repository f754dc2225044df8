# Made from events.py by tools/stubs.py: do not edit
from types import SimpleNamespace
from typing import Any
__all__ = ['Event', 'Trace']

class Event(SimpleNamespace):
    """One thing that happened in a run: `kind` says what, `id`, `parent`, `depth` and `time` where and when, other attributes the rest"""

class Trace(list):
    """The events of a run and of all that it started, in order; written down as they happen too, where there is a file"""
    file: Any
    watch: Any
    path: Any
    header: Any
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
