# Made from bench.py by tools/stubs.py: do not edit
from rlm.lm import LM
from typing import Any, TextIO
__all__ = ['VANILLA_PROMPT', 'benchmark_vanilla', 'benchmark_rlm']
VANILLA_PROMPT: str

def benchmark_vanilla(context: object, query: str, model: str | LM, base_url: str | None=None, **params: Any) -> dict:
    """Ask the question in one call that holds the whole context

    Parameters::

        name      type      default  meaning
        context   object             The input; anything but a str is put into the prompt as `str(context)`
        query     str                The question
        model     str|LM             Model to call
        base_url  str|None  None     Its OpenAI-protocol endpoint, if not the provider's own
        **params                     More for `LM`: api_key, temperature …
        returns   dict               `method`, `time` in seconds, `answer` (None when the call failed),
                                     `tokens`, `cost`, `calls`, `model`, `usage`, `error`
    """

def benchmark_rlm(context: object, query: str, model: str | LM, base_url: str | None=None, sub_model: str | LM | None=None, max_steps: int=50, mode: str='tools', verbose: bool | TextIO=False, **params: Any) -> dict:
    """Ask the question with the context in a REPL

    Parameters::

        name       type         default  meaning
        context    object                The input
        query      str                   The question
        model      str|LM                Root model
        base_url   str|None     None     OpenAI-protocol endpoint of both models
        sub_model  str|LM|None  None     Who answers sub-calls; None for the root model
        max_steps  int          50       Root model replies
        mode       str          'tools'  How code leaves a reply: `tools`, `fence` or `auto`
        verbose    bool|TextIO  False    Print each step? A text stream to print to, True for stdout
        **params                         More for `LM`: api_key, temperature …
        returns    dict                  As `benchmark_vanilla`; tokens and cost count sub-calls too; also
                                         `steps` and `stop`
    """
