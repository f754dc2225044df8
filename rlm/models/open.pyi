# Made from open.py by tools/stubs.py: do not edit
from collections.abc import Callable
from rlm.models.lm import LM
from typing import Any
__all__ = ['as_lm', 'as_lms']

def as_lm(model: str | LM, base_url: str | None=None, caller: Callable | None=None, **params: Any) -> LM: ...

def as_lms(model: str | LM, sub_model: str | LM | None=None, base_url: str | None=None, caller: Callable | None=None, **params: Any) -> tuple[LM, LM]: ...
