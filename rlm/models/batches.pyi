# Made from batches.py by tools/stubs.py: do not edit
from collections.abc import Callable
from typing import Any, Self
__all__ = ['no_bars', 'FailedQuery', 'ask_all']

class FailedQuery(str):
    """Stands for the answer of a call that failed; starts with `[ERROR` and carries the exception as `.error`"""
    def __new__(cls, error: Any) -> Self: ...
no_bars: Any

def ask_all(ask: Callable, prompts: list, concurrency: int) -> list: ...
