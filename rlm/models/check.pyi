# Made from check.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from rlm.models.endpoints import Facts
__all__ = ['Checked', 'Report', 'check_model']

@dataclass
class Checked:
    name: str
    ok: bool | None
    said: str

@dataclass
class Report:
    model: str
    base_url: str | None
    facts: Facts
    window: int | None
    parameters_billion: float | None
    checks: list = ...
    settings: str = ...
    def __bool__(self) -> bool: ...

def check_model(model: str, base_url: str | None=None, api_key: str | None=None, timeout: float=120.0) -> Report:
    """Ask a model one question of each kind, ten short calls in all

    Parameters::

        name      type      default  meaning
        model     str                Name as litellm takes it
        base_url  str|None  None     OpenAI-protocol endpoint; None for the provider's own
        api_key   str|None  None     Key; None for the provider's environment variable
        timeout   float     120.0    Seconds for one question
        returns   Report             Raises `LMError`, in one sentence, where it does not answer at all
    """
