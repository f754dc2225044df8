"Has a variable of the environment changed? What depends on some of them is found out once for many calls, and again when one has"
import itertools, os

_numbers = itertools.count(1)
_seen = None,0 # the environment as it was when it was last looked at, and its number

def environment_number():
    "A number that stays the same as long as no variable is set, changed or removed: to compare all of them takes less than to read one"
    global _seen
    now = getattr(os.environ, '_data', None) # what `os.environ` decodes anew at each look
    if now is None: return next(_numbers)
    if now!=_seen[0]: _seen = dict(now),next(_numbers)
    return _seen[1]
