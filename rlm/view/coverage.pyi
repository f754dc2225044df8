# Made from coverage.py by tools/stubs.py: do not edit
from collections.abc import Iterator
from dataclasses import dataclass
from rlm.context.flat import FlatContext
from rlm.trace.events import Trace
from typing import Any, NamedTuple
__all__ = ['whole_trace', 'context_of', 'Reader', 'readings', 'Coverage', 'coverage', 'code_span']

def whole_trace(run: Any) -> Trace:
    """All that happened in a run

    Parameters::

        name     type   default  meaning
        run                      A `Run`, its `Trace`, or the path of a trace file
        returns  Trace           With texts in full where its file is there; raises `ValueError` for
                                 what is no trace
    """

def context_of(run: Any, trace: Trace, context: object=None) -> object: ...

class Reader(NamedTuple):
    """A place in a run where a model has read something

    Fields::

        name    type  default  meaning
        kind    str            `cell`, `sub-call` or `message`
        number  int            Which one of its kind, from 1
        id      int            Of its event
        depth   int            Of the run; of a sub-call that of the run below
    """
    kind: str
    number: int
    id: int
    depth: int

def readings(trace: Trace) -> Iterator[tuple[Reader, str]]:
    """What the models of a run were told

    Parameters::

        name     type                          default  meaning
        trace    Trace                                  Of a run
        returns  Iterator[tuple[Reader, str]]           In order; a sub-call that failed has read nothing
    """

@dataclass
class Coverage:
    """Which part of a context was read

    Fields::

        name       type         default  meaning
        intervals  list                  Beginning and end of each part that was read, in `flat.text`: in
                                         order, none touching another; of a text they are the offsets in it
        seen       int                   Characters that were read
        size       int                   Characters of the context
        flat       FlatContext           The context as one text, and the names of its parts
        reads      list                  `(beginning, end, Reader)` of all that was read, in the order of the
                                         run
        least      int          20       Characters of a piece that is surely found
        unknown    int          0        Characters that were read, and that neither memory nor file holds
    """
    intervals: list
    seen: int
    size: int
    flat: FlatContext
    reads: list
    least: int = ...
    unknown: int = ...
    @property
    def share(self) -> float:
        """Which part of the context was read"""
    def unread(self, most: int=5) -> list[tuple[int, int]]:
        """What was never read

        Parameters::

            name     type                   default  meaning
            most     int                    5        How many
            returns  list[tuple[int, int]]           Beginning and end, the longest first
        """
    def readers(self, start: int, end: int) -> list[Reader]:
        """Who has read a piece, or some of it

        Parameters::

            name     type          default  meaning
            start    int                    Where a piece of `flat.text` begins
            end      int                    Where it ends
            returns  list[Reader]           In the order of the run
        """
    def strip(self, width: int=60) -> list[float]:
        """Which part of each piece of the context was read, for a drawing

        Parameters::

            name     type         default  meaning
            width    int          60       How many places
            returns  list[float]           From 0 to 1 for each
        """

def coverage(run: Any, context: object=None) -> Coverage: ...

def code_span(text: str) -> str: ...
