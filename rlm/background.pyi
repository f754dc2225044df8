# Made from background.py by tools/stubs.py: do not edit
from typing import Any
__all__ = ['concurrency', 'Gate', 'Background', 'get_background', 'run_sync']

def concurrency() -> int: ...

class Gate:
    limit: Any
    busy: int
    lowered: Any
    queue: dict
    def __init__(self) -> None: ...
    async def enter(self, most: int, who: object=None) -> float: ...
    def leave(self, entered: float=0.0, limited: bool | None=None) -> None: ...

class Background:
    pid: Any
    loop: Any
    thread: Any
    gates: Any
    def __init__(self) -> None: ...

def get_background() -> Background: ...

def run_sync(coro: Any) -> Any: ...
