# Made from machine.py by tools/stubs.py: do not edit
__all__ = ['seatbelt', 'choices', 'SandboxError', 'hearing', 'usable_bwrap', 'facts', 'choose', 'doctor']

class SandboxError(ValueError):
    """A sandbox that cannot be had, with the choices"""

def hearing(cmd: list) -> list: ...

def usable_bwrap() -> tuple[str | None, str]: ...
seatbelt: str

def facts() -> dict: ...
choices: str

def choose(sandbox: str) -> tuple[str, str]: ...

def doctor() -> str:
    """What this machine offers for isolation, and what each `sandbox=` would use, for people"""
