# Made from matching.py by tools/stubs.py: do not edit
from typing import Any, NamedTuple
__all__ = ['FlatContext', 'Match', 'Matcher', 'pieces', 'Finder', 'merged']

class FlatContext:
    is_plain: Any
    names: list
    starts: Any
    text: Any
    size: Any
    def __init__(self, context: object) -> None: ...
    def length(self, start: int, end: int) -> int: ...
    def where(self, start: int, end: int) -> str: ...

class Match(NamedTuple):
    start: int
    end: int
    at: int
    @property
    def until(self) -> int: ...

class Matcher:
    lines: str
    text: Any
    step: Any
    mask: Any
    heads: Any
    nexts: Any
    left: int
    least: Any
    def __init__(self, text: str) -> None: ...

def pieces(matcher: Matcher, text: str) -> list[Match]: ...

class Finder:
    flat: FlatContext
    matcher: Matcher
    def __init__(self, context: object) -> None: ...
    def intervals(self, text: str) -> list[tuple[int, int]]: ...

def merged(intervals: list, text: str='') -> list[tuple[int, int]]: ...
