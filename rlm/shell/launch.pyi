# Made from launch.py by tools/stubs.py: do not edit
from rlm.shell.bounds import Bounds
from rlm.shell.machine import SandboxError
__all__ = ['few_threads', 'learn_packages', 'MissingPackage', 'start_error', 'worker_command']

def learn_packages(helpers: str | None) -> bool: ...

class MissingPackage(SandboxError):
    ...

def start_error(text: str, python: str) -> tuple[type, str]: ...
few_threads: dict

def worker_command(kind: str, bounds: Bounds, helpers: str | None, folder: str, fd: int) -> list[str]: ...
