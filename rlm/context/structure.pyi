# Made from structure.py by tools/stubs.py: do not edit
from typing import NamedTuple
__all__ = ['Structure', 'line_pattern', 'sample_lines', 'structure']

class Structure(NamedTuple):
    note: str
    code: str
    is_prose: bool = ...

def line_pattern(lines: list[str]) -> tuple | None: ...

def sample_lines(text: str, size: int=40000, most: int=120) -> list[str]: ...

def structure(text: str) -> Structure: ...
