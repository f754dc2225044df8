# Made from events.py by tools/stubs.py: do not edit
from pathlib import Path
from types import SimpleNamespace
from typing import Any
__all__ = ['FORMAT', 'Event', 'Trace', 'trace_path', 'read_traces', 'read_trace']

class Event(SimpleNamespace):
    """One thing that happened in a run: `kind` says what, `id`, `parent`, `depth` and `time` where and when, other attributes the rest"""
FORMAT: int

class Trace(list):
    """The events of a run and of all that it started, in order; also written to `path`, if there is one"""
    path: Path | None
    header: dict | None
    problem: Any
    numbers: Any
    def __init__(self) -> None: ...
    def add(self, kind: str, parent: int | None=None, depth: int=0, **more: Any) -> Event:
        """Keep an event and write it down

        Parameters::

            name     type      default  meaning
            kind     str                What happened
            parent   int|None  None     `id` of the run or cell that it happened in
            depth    int       0        Level of the run
            **more                      All else that is to be known of it
            returns  Event              With an `id` of its own; long texts are cut where a file has them, and
                                        very long ones always
        """
    def close(self) -> None:
        """Close the file"""
    def open(self, path: Path, header: dict | None=None, secrets: list | tuple=...) -> Trace:
        """Write what is kept to a file too

        Parameters::

            name     type       default  meaning
            path     Path                File to write to, for its owner alone if it is new; an existing one is
                                         continued
            header   dict|None  None     Facts about the run; None when a run that is in the file goes on
            secrets  list       ()       Keys that may not appear in it
            returns  Trace               Itself; raises `ValueError` when the file cannot be written, or
                                         another process is writing to it
        """
    def rows(self) -> list[dict]:
        """One row for each run, call, cell and note, its beginning and end together"""
    def df(self) -> Any:
        """The trace as a table"""

def trace_path(path: str | Path | None) -> Path | None:
    """Where a run is written down

    Parameters::

        name     type           default  meaning
        path     str|Path|None           A file with a suffix, or a folder in which each run gets a file of its
                                         own; None for the folder `RLM_TRACE`
        returns  Path|None               The file for one run, one that no other run of this process is
                                         writing; None to write none
    """

def read_traces(path: str | Path) -> list[Trace]:
    """Read a trace file, which may be anybody's; the half line that a crash leaves is passed over

    Parameters::

        name     type         default  meaning
        path     str|Path              A file that one or more runs wrote
        returns  list[Trace]           One for each time that a run began or was taken up again; raises
                                       `ValueError` when it is no trace
    """

def read_trace(path: str | Path) -> Trace:
    """Read one run back

    Parameters::

        name     type      default  meaning
        path     str|Path           A file that a run wrote
        returns  Trace              Of the last run in it; raises `ValueError` when it is none
    """
