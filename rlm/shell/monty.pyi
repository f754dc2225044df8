# Made from monty.py by tools/stubs.py: do not edit
from collections.abc import Callable
from rlm.shell.base import Cell
from rlm.shell.bounds import Bounds
from rlm.shell.isolated import IsolatedShell
from typing import Any
__all__ = ['MontyShell']

class MontyShell(IsolatedShell):
    """The contract of a shell over a Monty session

    Parameters::

        name     type    default   meaning
        bounds   Bounds  Bounds()  `memory` and `cpu` hold here
        secrets  list    ()        Values that are cut out of what comes back
        models   list    ()        Models that code may name in its calls
    """
    monty: Any
    kind: str
    backend: str
    final: Any
    def __init__(self, bounds: Bounds=..., secrets: list | tuple=..., models: list | tuple=...) -> None: ...
    def run(self, code: str, timeout: float | None=None, max_output: int=5000, on_write: Callable | None=None) -> Cell:
        """Run one cell

        Parameters::

            name        type           default  meaning
            code        str                     Python that Monty knows
            timeout     float|None     None     Seconds; None for no limit but the one on processor time
            max_output  int            5000     Characters of output to keep
            on_write    Callable|None  None     Called with each piece of output as it comes
        """
    def variables(self) -> list: ...
    def restore(self) -> list: ...
    def let_go(self) -> None: ...
    def close(self) -> None:
        """End the session and its process"""
