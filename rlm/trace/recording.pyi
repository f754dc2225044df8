# Made from recording.py by tools/stubs.py: do not edit
from rlm.trace.events import Trace
from typing import Any
__all__ = ['Recording']

class _Answers:
    by_key: dict
    by_words: Any
    loose: Any
    seen: bool
    taken: set
    lock: Any
    def __init__(self, traces: Any, loose: Any) -> None: ...
    def take(self, key: Any, request: Any=None) -> Any: ...
    def drop(self, begin: Any, end: Any) -> None: ...

class Recording:
    steps: float
    rerun: bool
    retry: bool
    limits: dict | None
    top: bool
    answers: Any
    widened: Any
    root: Any
    cells: Any
    children: Any
    def __init__(self, traces: list[Trace], runs: list | None=None, steps: float=..., rerun: bool=True, retry: bool=True, limits: dict | None=None, answers: _Answers | None=None, loose: bool=False) -> None: ...
    def take_root(self, last: bool) -> tuple | None: ...
    def end(self) -> None: ...
    def take_cell(self) -> tuple | None: ...
    def take_sub(self, key: str, request: dict | None=None) -> tuple | None: ...
    def take_child(self, key: str) -> tuple | None: ...
