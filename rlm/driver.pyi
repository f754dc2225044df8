# Made from driver.py by tools/stubs.py: do not edit
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from rlm.loop import Outcome, Rules
from rlm.models.budget import Budget
from rlm.models.lm import LM
from rlm.shell.ipython import ReplShell
from rlm.trace.events import Event, Trace
from rlm.trace.recording import Recording
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
    room: threading.Semaphore = ...

class Driver:
    out: Outcome
    rules: Rules
    tools: dict
    sh: ReplShell | None
    recording: Recording | None
    shared: Shared
    budget: Any
    warned: bool
    depth: Any
    cell: Any
    told: Any
    id: Any
    item: dict | None
    left: list | None
    deaf: bool
    stopping: bool
    lm: Any
    def __init__(self, out: Outcome, rules: Rules, lm: LM, tools: dict | None=None, sh: ReplShell | None=None, shared: Shared | None=None, parent: Event | None=None, recording: Recording | None=None) -> None: ...
    def tell(self, kind: Any, parent: Any=None, **kw: Any) -> Any: ...
    def remember(self, calls: list) -> None: ...
    def items(self, stream: bool=False) -> Generator: ...
    def final(self) -> dict: ...
