# Made from interrupt.py by tools/stubs.py: do not edit
import threading
from contextlib import contextmanager
from typing import Any, Iterator
__all__ = ['CellTimeout', 'interrupt_thread', 'timed_out', 'alarm', 'in_thread', 'parallel']

class CellTimeout(BaseException):
    """A cell went over its time; not an `Exception`, so that `except Exception` in the cell does not hold it up"""

def interrupt_thread(thread: threading.Thread, exc: type=...) -> None: ...

def timed_out(e: BaseException | None) -> bool: ...

@contextmanager
def alarm(seconds: float, ns: dict) -> Iterator[Any]: ...

def in_thread(fn: Any, timeout: float | None, stop: Any=None, ns: dict | None=None) -> Any: ...

def parallel(fns: list, most: int=8) -> list: ...
