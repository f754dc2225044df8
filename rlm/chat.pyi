# Made from chat.py by tools/stubs.py: do not edit
from collections.abc import Callable
from rlm.config import RunConfig
from rlm.driver import Driver
from rlm.run import Run
from rlm.shell.ipython import ReplShell
from typing import Any, Iterator, Self, TextIO
__all__ = ['show_items', 'closed_messages', 'Chat']

def show_items(driver: Driver, verbose: bool | TextIO=False, stream: bool=False, progress: bool | None=False) -> Iterator[Any]: ...

def closed_messages(out: Any) -> list: ...

class Chat:
    """Several questions about one context: variables stay, and the model sees the earlier questions and answers; limits hold for each question

    Parameters::

        name       type           default  meaning
        rlm        RunConfig               Who answers: an `RLM`
        context    object                  What the questions are about
        messages   list           ()       What was said before, the system message first
        meanwhile  Callable|None  None     Called while the process of the REPL starts
    """
    sh: ReplShell
    messages: list[dict]
    history: list[dict]
    rlm: RunConfig
    asked: int
    def __init__(self, rlm: RunConfig, context: object, messages: list | tuple=..., meanwhile: Callable | None=None) -> None: ...
    def __call__(self, query: str, verbose: bool | TextIO=False, emit: Callable | None=None) -> Run:
        """Ask the next question

        Parameters::

            name     type           default  meaning
            query    str                     The next question
            verbose  bool|TextIO    False    Print each step?
            emit     Callable|None  None     Told of each `Event`
            returns  Run                     As for `RLM`; the chat goes on after an interrupt too
        """
    def close(self) -> None:
        """Let go of the context and the variables"""
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: Any) -> None: ...
    def start(self, query: Any, emit: Any=None, recording: Any=None, asked: Any=None, **facts: Any) -> Driver:
        """Get the next run ready; `facts` go into the header of its trace, `live=False` forbids calls that are not recorded"""
    def drive(self, driver: Any, verbose: Any=False) -> Run:
        """See a run through; an interrupt is raised when all is written down, with the run"""
    def finish(self, driver: Any) -> Run:
        """The run that was driven"""
