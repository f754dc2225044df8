# Made from lookup.py by tools/stubs.py: do not edit
import ast
from collections.abc import Callable
from typing import Any
__all__ = ['retry_ast', 'parse_var', 'MissingVariable', 'variables', 'brief', 'Clipped', 'find_var', 'answer_text']

def retry_ast(f: Callable, *args: Any, **kw: Any) -> Any: ...

def parse_var(expr: str) -> ast.Expression | None: ...

class MissingVariable(NameError):
    """A look-up that failed, with what to tell the model"""

def variables(ns: dict, hidden: Any=...) -> list[str]: ...

def brief(o: Any, n: Any=500) -> Any: ...

class Clipped(str):
    note: Any

def find_var(expr: str, ns: dict, names: list[str] | None=None) -> object: ...

def answer_text(value: object) -> str: ...
