# Made from plot.py by tools/stubs.py: do not edit
from rlm.trace.events import Trace
from typing import Any
__all__ = ['spans', 'rows_of', 'by_step', 'plot_run']

def spans(trace: Trace) -> list: ...

def rows_of(bars: list) -> list[int]: ...

def by_step(run: Any) -> list: ...

def plot_run(run: Any) -> Any:
    """The time line of a run, and its tokens and cost by step

    Parameters::

        name     type  default  meaning
        run                     A `Run`, its trace, or the path of one
        returns                 A matplotlib `Figure`
    """
