# Made from modes.py by tools/stubs.py: do not edit
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
__all__ = ['ToolCall', 'Turn', 'ToolsMode', 'tool_schema', 'run_tool', 'code_blocks', 'FenceMode']

@dataclass
class ToolCall:
    id: str
    name: str
    arguments: dict | None
    problem: str | None = ...

@dataclass
class Turn:
    text: str
    calls: list
    message: dict

class ToolsMode:
    name: str
    schemas: list | None
    def __init__(self, schemas: list | None=None) -> None: ...
    def tools(self, last: Any) -> Any: ...
    def read(self, m: Any, step: int, last: bool=False) -> Turn: ...
    def results(self, turn: Turn, results: list) -> list: ...

def tool_schema(f: Callable) -> dict: ...

def run_tool(call: ToolCall, ns: dict) -> tuple[str, bool]: ...

def code_blocks(text: str) -> tuple[list[str], str]: ...

class FenceMode:
    name: str
    schemas: Any
    def tools(self, last: Any) -> None: ...
    def read(self, m: Any, step: Any, last: Any=False) -> Turn: ...
    def results(self, turn: Any, results: Any) -> list: ...
