# Made from driver.py by tools/stubs.py: do not edit
from collections.abc import Callable, Generator
from dataclasses import dataclass
from rlm.models.budget import Budget
from rlm.models.lm import LM
from rlm.outcome import Outcome, Rules
from rlm.shell.ipython import ReplShell
from rlm.tools import ChildSlots
from rlm.trace.events import Event, Trace
from rlm.trace.playback import Playback
from rlm.trace.recording import Recording
from rlm.trace.reporter import Reporter
from typing import Any
__all__ = ['Shared', 'Driver']

@dataclass
class Shared:
    budget: Budget
    trace: Trace
    emit: Callable | None = ...
    memo: dict = ...
    child: Callable | None = ...
    live: bool = ...
    slots: ChildSlots = ...

class Driver:
    out: Outcome
    tools: dict
    sh: ReplShell | None
    recording: Recording | None
    shared: Shared
    budget: Any
    depth: Any
    report: Reporter
    tell: Any
    playback: Playback
    warned: bool
    cells: list
    item: dict | None
    rules: Any
    lm: Any
    def __init__(self, out: Outcome, rules: Rules, lm: LM, tools: dict | None=None, sh: ReplShell | None=None, shared: Shared | None=None, parent: Event | None=None, recording: Recording | None=None) -> None: ...
    def remember(self, calls: list) -> None: ...
    def items(self, stream: bool=False) -> Generator: ...
    def final(self) -> dict: ...
