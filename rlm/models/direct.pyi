# Made from direct.py by tools/stubs.py: do not edit
from typing import Any, AsyncIterator
__all__ = ['Chunks', 'complete', 'unstreamed']

class Chunks:
    plan: Any
    resp: Any
    received_finish_reason: str | None
    def __init__(self, plan: Any, resp: Any) -> None: ...
    def __aiter__(self) -> AsyncIterator[Any]: ...

async def complete(request: dict, model: str, base_url: str | None=None, key: str | None=None) -> Any: ...

async def unstreamed(source: Any) -> Any: ...
