# Made from text_calls.py by tools/stubs.py: do not edit
from collections.abc import Collection
from dataclasses import dataclass
__all__ = ['most_calls', 'most_tries', 'TextCall', 'text_calls']
most_calls: int
most_tries: int

@dataclass
class TextCall:
    name: str
    arguments: dict

def text_calls(text: str, tools: Collection[str] | tuple=..., untagged: bool=True, cut: bool=False) -> tuple[list[TextCall], str]: ...
