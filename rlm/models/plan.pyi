# Made from plan.py by tools/stubs.py: do not edit
from dataclasses import dataclass
__all__ = ['usable', 'Plan', 'plan_for']

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
