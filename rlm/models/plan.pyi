# Made from plan.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from typing import Any
__all__ = ['usable', 'Plan', 'plan_for', 'own_reply', 'listing', 'price_of', 'needs_litellm']

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

def own_reply(model: str, provider: str, request: dict) -> Any: ...

def listing(model: str) -> dict: ...

def price_of(model: str, base_url: str | None, sent: int, got: int) -> float | None: ...

def needs_litellm(model: str, base_url: str | None=None, tools: bool=False) -> bool: ...
