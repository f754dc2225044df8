# Made from core.py by tools/stubs.py: do not edit
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from rlm.driver import Driver
from rlm.models.budget import Limits
from rlm.models.lm import LM
from rlm.models.usage import Usage
from rlm.prompts import Prompts
from rlm.shell.ipython import ReplShell
from rlm.trace.events import Trace
from typing import Any, AsyncIterator, Iterator, Self, TextIO
__all__ = ['advanced_toolloop', 'Run', 'RunWarning', 'RLM', 'Chat', 'RunStream']

def advanced_toolloop(message: str | list, sp: str=..., tools: list | None=None, sh: ReplShell | None=None, model: str | LM | None=None, base_url: str | None=None, max_steps: int | None=None, final_prompt: str | None=None, verbose: bool | TextIO=False, final: Any=None, limits: Limits | None=None, stream: bool=False, trace: str | Path | None=None, **params: Any) -> Generator:
    """Run a root model with tools until it answers

    Parameters::

        name          type            default             meaning
        message       str|list                            The question, or messages that end with one
        sp            str             REPL_SYSTEM_PROMPT  System prompt
        tools         list|None       None                Annotated Python functions, `make_run_repl(sh)` among them as a rule
        sh            ReplShell|None  None                Made by `prep_shell`; without one, FINAL_VAR is reported back as
                                                          impossible
        model         str|LM|None     None                Root model; None for the one that answers sub-calls in `sh`
        base_url      str|None        None                Its OpenAI-protocol endpoint, if not the provider's own
        max_steps     int|None        None                Root model replies, the last of which is asked for without tools; None
                                                          for `limits.steps`
        final_prompt  str|None        None                What asks for the last reply; None for the one of `Prompts`
        verbose       bool|TextIO     False               Print each step? A text stream to print to, True for stdout
        final                         None                Custom answer pattern(s), `(reply, shell) -> answer or None`, a type,
                                                          or a check `value -> value`
        limits        Limits|None     None                How far the run may go; `max_steps` goes before its `steps`
        stream        bool            False               Yield `{\"type\": \"delta\", \"text\"}` too, as text comes?
        trace         str|Path|None   None                File, or folder, to write the trace to; None for the folder
                                                          `RLM_TRACE`, if that is set
        **params                                          More for `LM`: api_key, temperature …
        returns       Generator                           Yields each litellm `ModelResponse` and each tool result, and last one
                                                          `{\"type\": \"final\", …}`
    """

@dataclass
class Run:
    """One question answered

    Fields::

        name      type            default  meaning
        answer    str                      The answer; '' when there is none
        value     object                   The object that was given as the answer
        stop      str                      How the run ended: `final`, `final_var`, `repl`, `last_message`,
                                           `max_steps`, `budget`, `check`, `error` or `interrupted`
        usage     Usage                    Root calls and sub-calls; `usage.by('depth')`, `by('role')` and
                                           `by('model')` split it
        steps     int                      Root model replies
        limit     str|None        None     Which limit ended it
        error     Exception|None  None     What failed, if anything did; `str` of it is one sentence
        messages  list            list()   The whole history
        trace     Trace           Trace()  Every `Event` of the run and what it started, pieces of text aside;
                                           `run.trace.df()` is a table
    """
    answer: str
    value: object
    stop: str
    usage: Usage
    steps: int
    limit: str | None = ...
    error: Exception | None = ...
    messages: list = ...
    trace: Trace = ...
    @property
    def cost(self) -> float | None:
        """US dollars; None when a price is unknown"""
    @property
    def problem(self) -> str:
        """Why a run has no answer, or not the one it was to have"""
    def raise_for_stop(self) -> Run:
        """Raise what ended the run, if it was an error, an answer that did not pass its check, a limit or an interrupt"""
    def access(self) -> list[dict]:
        """What code of the run tried to touch besides its context: files, the network, processes"""
    def __bool__(self) -> bool: ...
    @classmethod
    def load(cls, path: str | Path) -> Run:
        """Read a run back from its trace

        Parameters::

            name     type      default  meaning
            path     str|Path           A trace file
            returns  Run                Of the last run in it, as far as it came; raises `ValueError` when it
                                        is no trace
        """

class RunWarning(UserWarning):
    ...

class RLM:
    """A recursive language model: `rlm = RLM('openai/gpt-5'); run = rlm(context, 'How many …?')`

    Parameters::

        name       type            default  meaning
        model      str|LM                   Root model
        sub_model  str|LM|None     None     Who answers `llm_query`; None for the root model
        base_url   str|None        None     OpenAI-protocol endpoint for both
        limits     Limits|None     None     How far a run may go; None for `Limits()`
        mode       str             'auto'   `tools`, `fence`, or `auto`: tools if litellm says that the model can
                                            call them
        shell      Callable|None   None     `(context, model=…, tools=…) -> shell`: makes the REPL; None for
                                            `prep_shell`
        final                      None     Custom answer pattern(s), `(reply, shell) -> answer or None`, a type
                                            or pydantic model, or a check `value -> value`
        prompts    Prompts|None    None     What the root model is told; None for `Prompts()`
        tools      dict|list|None  None     More functions or values for the REPL
        trace      str|Path|None   None     File that runs are written to, or folder where each gets its own; None
                                            for the folder `RLM_TRACE`, if that is set
        sandbox    str|None        None     Where cells run, as `prep_shell` takes it; None for `RLM_SANDBOX`,
                                            else `auto`, in a notebook `trusted`
        **params                            More for `LM`: api_key, temperature, fallbacks …
    """
    lm: LM
    sub_lm: LM
    shell: Callable
    last: Run | None = ...
    limits: Limits
    mode: str
    final: Any
    prompts: Prompts
    tools: dict | list | None
    trace: Path | str | None
    sandbox: str | None
    def __init__(self, model: str | LM, sub_model: str | LM | None=None, *, base_url: str | None=None, limits: Limits | None=None, mode: str='auto', shell: Callable | None=None, final: Any=None, prompts: Prompts | None=None, tools: dict | list | None=None, trace: str | Path | None=None, sandbox: str | None=None, **params: Any) -> None: ...
    def __call__(self, context: object, query: str, verbose: bool | TextIO=False) -> Run:
        """Ask one question about one context

        Parameters::

            name     type         default  meaning
            context  object                What the question is about
            query    str                   The question
            verbose  bool|TextIO  False    Print each step? A text stream to print to, True for stdout
            returns  Run                   Whatever happened on the way: see `stop`, `limit` and `error`. Ctrl-C
                                           raises `KeyboardInterrupt` with the run as `.run`, which is `rlm.last`
                                           too
        """
    def chat(self, context: object) -> Chat:
        """Ask several questions about one context

        Parameters::

            name     type    default  meaning
            context  object           What the questions will be about
            returns  Chat             Call it with each question; close it, or use it in a `with`
        """
    def stream(self, context: object, query: str, verbose: bool | TextIO=False) -> RunStream:
        """Ask one question and see everything as it happens

        Parameters::

            name     type         default  meaning
            context  object                What the question is about
            query    str                   The question
            verbose  bool|TextIO  False    Print each step too? A text stream to print to, True for stdout
            returns  RunStream             Iterate it with `for` or `async for`, once; afterwards `.run`
        """
    async def arun(self, context: object, query: str, verbose: bool | TextIO=False) -> Run:
        """Ask one question without blocking the event loop

        Parameters::

            name     type         default  meaning
            context  object                What the question is about
            query    str                   The question
            verbose  bool|TextIO  False    Print each step? A text stream to print to, True for stdout
            returns  Run                   Cancelling the task interrupts the run; the `CancelledError` carries
                                           it as `.run`, and it is `rlm.last`
        """

class Chat:
    """Several questions about one context: variables stay, and the model sees the earlier questions and answers; limits hold for each question

    Parameters::

        name     type    default  meaning
        rlm      RLM              Who answers
        context  object           What the questions are about
    """
    sh: ReplShell
    messages: list[dict]
    history: list[dict]
    rlm: RLM
    asked: int
    def __init__(self, rlm: RLM, context: object) -> None: ...
    def __call__(self, query: str, verbose: bool | TextIO=False, emit: Callable | None=None) -> Run:
        """Ask the next question

        Parameters::

            name     type           default  meaning
            query    str                     The next question
            verbose  bool|TextIO    False    Print each step?
            emit     Callable|None  None     Told of each `Event`
            returns  Run                     As for `RLM`; the chat goes on after an interrupt too
        """
    def start(self, query: Any, emit: Any=None, recording: Any=None, **facts: Any) -> Driver:
        """Get the next run ready; `facts` go into the header of its trace"""
    def drive(self, driver: Any, verbose: Any=False) -> Run:
        """See a run through; an interrupt is raised when all is written down, with the run"""
    def finish(self, driver: Any) -> Run:
        """The run that was driven"""
    def close(self) -> None:
        """Let go of the context and the variables"""
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: Any) -> None: ...

class RunStream:
    run: Run | None = ...
    driver: Driver | None = ...
    thread: threading.Thread | None = ...
    failed: BaseException | None = ...
    chat: Chat
    query: str
    closes: bool
    verbose: TextIO | bool
    listens: bool
    def __init__(self, chat: Chat, query: str, closes: bool, verbose: bool | TextIO=False, listens: bool=True) -> None: ...
    def stop(self) -> None: ...
    def __iter__(self) -> Iterator[Any]: ...
    def __aiter__(self) -> AsyncIterator[Any]: ...
