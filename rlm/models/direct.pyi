# Made from direct.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from typing import Any, AsyncIterator
__all__ = ['usable', 'Plan', 'plan_for', 'Chunks', 'complete', 'unstreamed']

def usable(request: dict, base_url: str | None=None) -> bool: ...

@dataclass
class Plan:
    url: str
    headers: dict
    rest: bytes
    params: dict
    model: str
    drops: bool

async def plan_for(request: dict, model: str, base_url: str | None=None, key: str | None=None) -> Plan | None: ...

class Chunks:
    plan: Any
    resp: Any
    received_finish_reason: str | None
    def __init__(self, plan: Any, resp: Any) -> None: ...
    def __aiter__(self) -> AsyncIterator[Any]: ...

async def complete(request: dict, model: str, base_url: str | None=None, key: str | None=None) -> Any: ...

async def unstreamed(source: Any) -> Any: ...
