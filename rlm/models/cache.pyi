# Made from cache.py by tools/stubs.py: do not edit
from rlm.models import _cache
__all__ = ['Cache', 'CacheReport', 'seconds_of']
Cache = _cache.Cache
CacheReport = _cache.CacheReport

def seconds_of(text: str) -> float: ...
