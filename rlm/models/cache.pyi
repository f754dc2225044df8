# Made from cache.py by tools/stubs.py: do not edit
from rlm.models._cache import Cache, CacheReport
__all__ = ['seconds_of', 'Cache', 'CacheReport']

def seconds_of(text: str) -> float: ...
