# Made from helpers.py by tools/stubs.py: do not edit
from rlm.shell.process import WorkerProcess
from typing import Any
__all__ = ['most_flying', 'send_helpers', 'bytes_of', 'HostCalls']

def send_helpers(w: WorkerProcess, helpers: dict, secrets: list | tuple=..., as_sent: Any=..., own: Any=...) -> None: ...

def bytes_of(v: Any) -> int: ...
most_flying: Any

class HostCalls:
    shell: Any
    w: Any
    flying: Any
    kept: list
    lock: Any
    def __init__(self, sh: Any, w: Any) -> None: ...
    def take(self, f: Any) -> Any: ...
    def close(self) -> None: ...
