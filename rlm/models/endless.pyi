# Made from endless.py by tools/stubs.py: do not edit
from typing import Any
__all__ = ['most_looked', 'least_repeated', 'least_times', 'CUT_MARK', 'usual_bound', 'repeats', 'cut_repeats', 'reply_bound']
most_looked: int
least_repeated: int
least_times: int

def repeats(text: str) -> bool: ...
CUT_MARK: str

def cut_repeats(text: str) -> str: ...
usual_bound: int

def reply_bound(lm: Any) -> int | None: ...
