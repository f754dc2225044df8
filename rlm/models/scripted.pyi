# Made from scripted.py by tools/stubs.py: do not edit
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from rlm.models.lm import LM
from rlm.models.usage import Usage
from typing import Any, Iterator, Self
__all__ = ['tool_call', 'say', 'call_repl', 'completion', 'ScriptedLM', 'Fault', 'ScriptedServer', 'no_live_calls']

def tool_call(name: str, arguments: dict | str | None=None, id: str | None=None) -> dict: ...

def say(text: str | None=None, *calls: Any, usage: dict | bool=True, finish_reason: str | None=None, **message: Any) -> dict: ...

def call_repl(code: str, text: str | None=None) -> dict: ...

def completion(reply: str | dict, messages: list, model: str='scripted', n: int=0) -> dict: ...

class ScriptedLM(LM):
    """A model that gives the replies of a script and remembers what it was asked

    Parameters::

        name     type               default     meaning
        replies  list|str|Callable              Replies in order, or a function `messages -> reply`
        model    str                'scripted'  Name to report
        cost     float|None         None        US dollars to report for each call; None for unknown
        **kw                                    As for `LM`: `budget`, `retries` …
    """
    calls_tools: bool
    window: Any
    script: Any
    cost: float | None
    asked: list
    def __init__(self, replies: list | str | Callable, model: str='scripted', cost: float | None=None, **kw: Any) -> None: ...
    async def send(self, request: Any) -> Any:
        """The next reply of the script"""
    async def stream(self, request: Any, on_text: Any) -> Any:
        """The same, its text in pieces of 8 characters"""
    def price(self, sent: Any, got: Any) -> Any: ...

@dataclass
class Fault:
    status: int = ...
    message: str = ...
    code: str | None = ...
    headers: dict = ...
    body: str | None = ...
    drop: str | None = ...
    delay: float = ...
    reply: str | dict | None = ...

class ScriptedServer:
    """An OpenAI-protocol server on 127.0.0.1 that gives the replies of a script: `with ScriptedServer([...]) as server: server.url`

    Parameters::

        name     type               default  meaning
        replies  list|str|Callable           Replies and `Fault`s in order, or a function `messages -> reply`
        latency  float              0.0      Seconds before each reply
    """
    script: Any
    latency: float
    asked: list
    billed: Usage
    loop: Any
    thread: Any
    runner: Any
    url: str
    def __init__(self, replies: list | str | Callable, latency: float=0.0) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: Any) -> None: ...

@contextmanager
def no_live_calls() -> Iterator[Any]:
    """Forbid calls to any model that is not on this machine, here and in child processes"""
