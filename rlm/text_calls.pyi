# Made from text_calls.py by tools/stubs.py: do not edit
from collections.abc import Collection
from dataclasses import dataclass
__all__ = ['most_calls', 'most_tries', 'TextCall', 'Written', 'text_calls']
most_calls: int
most_tries: int

@dataclass
class TextCall:
    name: str
    arguments: dict

@dataclass
class Written:
    calls: list = ...
    outside: str = ...
    end: int = ...

def text_calls(text: str, tools: Collection[str] | tuple=..., untagged: bool=True, cut: bool=False) -> Written: ...
