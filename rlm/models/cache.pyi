# Made from cache.py by tools/stubs.py: do not edit
from rlm.models import _caching
__all__ = ['Cache', 'CacheReport', 'seconds_of']
Cache = _caching.Cache
CacheReport = _caching.CacheReport

def seconds_of(text: str) -> float: ...
