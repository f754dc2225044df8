# Made from sandbox.py by tools/stubs.py: do not edit
from collections.abc import Callable
from rlm.shell.base import Cell
from rlm.shell.bounds import Bounds
from rlm.shell.isolated import IsolatedShell
from typing import Any
__all__ = ['SandboxShell']

class SandboxShell(IsolatedShell):
    """The contract of a shell, with the cells in a worker process

    Parameters::

        name     type      default   meaning
        sandbox  str       'auto'    `auto` or `strict`
        helpers  str|None  None      `module:function` that makes the helpers which must be where the
                                     variables are
        bounds   Bounds    Bounds()  How much the worker may use
        secrets  list      ()        Values that are cut out of what comes back, besides keys in the
                                     environment
        models   list      ()        Models that code may name in its calls
        wait     bool      True      Until the worker is ready? Else whoever needs it first does
    """
    kind: Any
    backend: Any
    native: str | None
    final: Any
    def __init__(self, sandbox: str='auto', helpers: str | None=None, bounds: Bounds=..., secrets: list | tuple=..., models: list | tuple=..., wait: bool=True) -> None: ...
    def run(self, code: str, timeout: float | None=None, max_output: int=5000, on_write: Callable | None=None) -> Cell:
        """Run one cell in the worker

        Parameters::

            name        type           default  meaning
            code        str                     Python, as in a notebook cell: magics and `await` work
            timeout     float|None     None     Seconds; None for no limit but the one on processor time
            max_output  int            5000     Characters of output to keep
            on_write    Callable|None  None     Called with each piece of output as it comes
            returns     Cell                    Never raises for what the code does; `KeyboardInterrupt` passes
        """
    def variables(self) -> list[str]:
        """Names that cells made"""
    def restore(self) -> list[str]:
        """Send the helpers and the context to the worker"""
    def let_go(self) -> None:
        """End the worker although a cell still runs"""
    def close(self) -> None:
        """End the worker, remove its folder, let go of the context"""
