# Made from process.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from rlm.shell._wire import Link, Reader
from typing import Any, Self
__all__ = ['free_disk', 'SandboxError', 'facts', 'choose', 'doctor', 'MissingPackage', 'Bounds', 'WorkerProcess', 'take_worker', 'process_pids', 'process_use', 'folder_use']

class SandboxError(ValueError):
    """A sandbox that cannot be had, with the choices"""

def facts() -> dict: ...

def choose(sandbox: str) -> tuple[str, str]: ...

def doctor() -> str:
    """What this machine offers for isolation, and what each `sandbox=` would use, for people"""

class MissingPackage(SandboxError):
    ...

@dataclass(frozen=True)
class Bounds:
    """How much a worker may use

    Fields::

        name           type   default    meaning
        memory         int    2 << 30    Bytes of address space, above the context
        cpu            float  600.0      Seconds of processor time for one cell
        scratch        int    1 << 30    Bytes in its folder
        file           int    256 << 20  Bytes in one file
        scratch_files  int    20000      Files in its folder
        open_files     int    128        Files open at once
        threads        int    256        Threads
        calls          int    256        Calls to the host at once
        prompt         int    10000000   Characters that one call may send to a model
    """
    memory: int = ...
    cpu: float = ...
    scratch: int = ...
    file: int = ...
    scratch_files: int = ...
    open_files: int = ...
    threads: int = ...
    calls: int = ...
    prompt: int = ...
free_disk: Any

class WorkerProcess:
    kind: Any
    bounds: Any
    helpers: Any
    owner: Any
    alive: bool
    why: str
    sent: dict
    native: set | tuple
    folder: Any
    scratch: str
    boxes: dict
    opened: bool
    began: bool
    rest: Any
    read_error: Any
    pid: Any
    offered: set
    threads: set
    link: Link
    reader: Reader
    process: Any
    def __init__(self, kind: Any, bounds: Any, helpers: Any, folder: Any=None) -> None: ...
    def ready(self, timeout: Any=20.0) -> Self: ...
    def wait(self, box: Any, timeout: Any) -> Any: ...
    def ask(self, op: Any, timeout: Any=10.0, kill: Any=True, **kw: Any) -> Any: ...
    def cancel(self) -> None: ...
    def end(self) -> None: ...
    def remove(self) -> None: ...

def take_worker(kind: Any, bounds: Any, helpers: Any) -> Any: ...

def process_pids(pid: int) -> list[int]: ...

def process_use(pid: int) -> tuple[float, int] | None: ...

def folder_use(folder: str, most: int, deep: int=2000) -> tuple[int, int]: ...
