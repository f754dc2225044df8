# Made from base.py by tools/stubs.py: do not edit
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable
__all__ = ['Cell', 'Shell', 'held', 'running_ipython', 'show_value', 'is_quiet']

@dataclass
class Cell:
    """What happened when a cell ran

    Fields::

        name      type                default  meaning
        output    str                          What the model sees: stdout and stderr, then the last value, then the
                                               error; clipped
        value     object              None     Value of the last expression
        error     BaseException|None  None     What the code raised
        seconds   float               0.0      How long it took
        left_out  int                 0        Characters of the output that were dropped
        final     tuple|None          None     `(value,)` if the code called FINAL
    """
    output: str
    value: object = ...
    error: BaseException | None = ...
    seconds: float = ...
    left_out: int = ...
    final: tuple | None = ...

@runtime_checkable
class Shell(Protocol):
    """What runs the cells of a model

    Fields::

        name     type        default  meaning
        user_ns  Mapping              What the cells see as their variables
        helpers  dict                 Names that are put back before each cell: the context, and the
                                      functions that code may call
        final    tuple|None           What FINAL was given, until the cell that called it has ended
    """
    user_ns: Mapping
    helpers: dict
    final: tuple | None
    def run(self, code: str, timeout: float | None=None, max_output: int=5000, on_write: Callable | None=None) -> Cell:
        """Run one cell; never raises for what the code does"""
    def variables(self) -> list[str]:
        """Names that cells made, in the order of their first assignment"""
    def restore(self) -> list[str]:
        """Put the helpers back; the names of those that had been changed"""
    def let_go(self) -> None:
        """Leave a cell that still runs, and cannot be stopped, to itself"""
    def close(self) -> None:
        """Let go of the context and all variables"""

def held(context: object) -> str: ...

def running_ipython() -> Any: ...

def show_value(value: object, out: Any, limit: int=5000) -> None: ...

def is_quiet(code: str) -> bool: ...
