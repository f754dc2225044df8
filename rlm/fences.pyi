# Made from fences.py by tools/stubs.py: do not edit
import ast
from dataclasses import dataclass
from typing import Any
__all__ = ['most_closings', 'OUTPUT_LABEL', 'parse_cell', 'Block', 'block_at', 'blank', 'code_blocks', 'is_code', 'is_output', 'strip_fence']

def parse_cell(code: str) -> ast.Module | None: ...
most_closings: int

@dataclass
class Block:
    tag: str
    code: str
    start: int
    end: int
    closed: bool
    @property
    def is_code(self) -> Any: ...

def block_at(text: str, start: int) -> Block | None: ...

def blank(text: str) -> str: ...

def code_blocks(text: str, whole: bool=False) -> tuple[list[str], str]: ...

def is_code(text: str) -> bool: ...
OUTPUT_LABEL: str

def is_output(block: Block) -> bool: ...

def strip_fence(code: str) -> str: ...
