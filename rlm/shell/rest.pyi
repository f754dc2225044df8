# Made from rest.py by tools/stubs.py: do not edit
from contextlib import contextmanager
from rlm.shell.process import WorkerProcess
from typing import Any, Iterator, Self
__all__ = ['pause', 'patience', 'Rest']
pause: float
patience: float

class Rest:
    w: WorkerProcess
    exceeds: Any
    users: int
    stopped: bool
    box: Any
    can: bool
    pid: Any
    fd: Any
    id: Any
    first: list
    since: Any
    def __init__(self, w: WorkerProcess, exceeds: Any=...) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *args: Any) -> None: ...
    def step(self, idle: Any) -> bool: ...
    def forget(self) -> None: ...
    @contextmanager
    def joined(self) -> Iterator[Any]: ...
