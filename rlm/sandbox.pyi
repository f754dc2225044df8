# Made from sandbox.py by tools/stubs.py: do not edit
from rlm.isolation import Bounds
from rlm.shell import Cell, ReplShell
from typing import Any
__all__ = ['most_tools', 'most_flying', 'SANDBOXES', 'WorkerDied', 'SandboxShell', 'default_sandbox', 'make_shell']

class WorkerDied(RuntimeError):
    ...
most_tools: int
most_flying: Any

class SandboxShell:
    kind: Any
    backend: Any
    native: str | None
    bounds: Any
    secrets: list
    models: list
    helpers: dict
    user_ns: Any
    tools: Any
    on_write: Any
    images: list
    def __init__(self, sandbox: str='auto', helpers: str | None=None, bounds: Bounds=..., secrets: list | tuple=..., models: list | tuple=...) -> None: ...
    def run(self, code: str, timeout: float | None=None, max_output: int=5000) -> Cell: ...
    def variables(self) -> list[str]: ...
    def restore(self) -> list[str]: ...
    def let_go(self) -> None: ...
    def close(self) -> None: ...
    def access(self) -> list[dict]: ...
SANDBOXES: tuple

def default_sandbox() -> str: ...

def make_shell(sandbox: str | None=None, helpers: str | None=None, bounds: Bounds=..., secrets: list | tuple=..., models: list | tuple=...) -> ReplShell | SandboxShell: ...
