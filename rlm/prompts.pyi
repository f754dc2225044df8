# Made from prompts.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from rlm.models.budget import Limits
from rlm.shell.ipython import ReplShell
from typing import Any
__all__ = ['REPL_SYSTEM_PROMPT', 'BY_FENCE', 'FENCE_SYSTEM_PROMPT', 'CHILDREN_NOTE', 'FINAL_PROMPT', 'EMPTY_NOTE', 'FENCE_NOTE', 'BARE_NOTE', 'CUT_NOTE', 'LANDING_PROMPT', 'SUMMARY_PROMPT', 'NO_OUTPUT', 'context_note', 'tools_note', 'limits_note', 'system_message', 'Prompts']
REPL_SYSTEM_PROMPT: str
BY_FENCE: str
FENCE_SYSTEM_PROMPT: Any

def context_note(sh: ReplShell | None) -> str: ...

def tools_note(own: dict) -> str: ...
CHILDREN_NOTE: str

def limits_note(limits: Limits) -> str: ...

def system_message(sp: str, sh: ReplShell | None=None, limits: Limits | None=None, depth: int=0) -> dict: ...
FINAL_PROMPT: str
EMPTY_NOTE: str
FENCE_NOTE: str
BARE_NOTE: str
CUT_NOTE: str
LANDING_PROMPT: str
SUMMARY_PROMPT: str
NO_OUTPUT: str

@dataclass(frozen=True)
class Prompts:
    system: str | None = ...
    final: str = ...
    landing: str = ...
    summary: str = ...
