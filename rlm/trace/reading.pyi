# Made from reading.py by tools/stubs.py: do not edit
from pathlib import Path
from rlm.trace.events import Trace
__all__ = ['read_traces', 'read_trace']

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
