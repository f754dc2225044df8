# Made from files.py by tools/stubs.py: do not edit
from pathlib import Path
from typing import Any
__all__ = ['FORMAT', 'trace_path', 'event_facts', 'Lines', 'TraceFile']

def trace_path(path: str | Path | None) -> Path | None:
    """Where a run is written down

    Parameters::

        name     type           default  meaning
        path     str|Path|None           A file with a suffix, or a folder in which each run gets a file of its
                                         own; None for the folder `RLM_TRACE`
        returns  Path|None               The file for one run, one that no other run of this process is
                                         writing; None to write none
    """

def event_facts(d: dict) -> dict: ...

class Lines:
    path: Any
    read: Any
    def __init__(self, path: str | Path) -> None: ...
FORMAT: int

class TraceFile:
    """A file that a run is written to, a line for each event, by this run alone until it is closed

    Parameters::

        name     type  default  meaning
        path     Path           Made for its owner alone if it is new; a trace that is there is
                                continued
        header   dict           What is to be known of the run, and of its context
        secrets  list  ()       Keys that may not appear in it, besides those of the environment
    """
    path: Path
    problem: Any
    read: Any
    header: dict
    def __init__(self, path: Path, header: dict, secrets: list | tuple=...) -> None: ...
    def write(self, d: dict) -> int | None:
        """Append a line; once that fails no more is written

        Parameters::

            name     type      default  meaning
            d        dict               The attributes of an event
            returns  int|None           Where it begins, in bytes; None where it is not written, or cannot be
                                        read again
        """
    def close(self) -> None:
        """Let others write to it; what is written to it later is written nowhere"""
