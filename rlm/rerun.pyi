# Made from rerun.py by tools/stubs.py: do not edit
from pathlib import Path
from rlm.core import Run
from rlm.models.budget import Limits
from typing import Any, NamedTuple, TextIO
__all__ = ['RecordedRun', 'header_of', 'read_run', 'recorded_limits', 'resume', 'replay', 'fork']

class RecordedRun(NamedTuple):
    traces: list
    header: dict
    messages: list

def header_of(path: str | Path) -> dict: ...

def read_run(path: str | Path) -> RecordedRun: ...

def recorded_limits(header: dict, live: bool=True, **new: Any) -> Limits: ...

def resume(path: str | Path, context: object, verbose: bool | TextIO=False, **changes: Any) -> Run:
    """Go on with a run after a crash, an interrupt or a limit; nothing that was answered is asked again. Its cells run again, in a worker unless `sandbox='trusted'` says otherwise, and may ask models within the limits

    Parameters::

        name       type         default  meaning
        path       str|Path              Trace of the run
        context    object                The same context; another one is refused
        verbose    bool|TextIO  False    Print each step? A text stream to print to, True for stdout
        **changes                        What is to differ, as `RLM` takes it: `limits`, `model` …, and what no
                                         file may say: `base_url`, `api_key`, `tools`, `sandbox='trusted'`
        returns    Run                   Of the whole run; raises `ValueError` when it cannot be taken up
    """

def replay(path: str | Path, context: object=None, verbose: bool | TextIO=False, **changes: Any) -> Run: ...

def fork(path: str | Path, context: object=None, *, step: int, query: str | None=None, sp: str | None=None, **changes: Any) -> Run:
    """Go on from a step of a run with something changed. Its cells run again, in a worker unless `sandbox='trusted'` says otherwise

    Parameters::

        name       type      default  meaning
        path       str|Path           Trace of a run
        context    object    None     Its context; without it no cell of the past runs again, and later ones
                                      do not find it
        step       int                First step that is made anew; those before are taken over
        query      str|None  None     Another question; None for the same
        sp         str|None  None     Another system prompt; None for the same
        **changes                     What else is to differ, as `RLM` takes it: `model`, `limits`, `trace`
                                      …, and what no file may say, as for `resume`
        returns    Run                A run of its own
    """
