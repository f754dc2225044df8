"""Faces of packages: names that bring their module when they are asked for (PEP 562), so that an import stays light

`rlm/__init__.py` and the `__init__.py` of each wing hold a dict `_lazy` of what they offer, and nothing else."""
import difflib,sys
from importlib import import_module,util

def face(
    package, # Its full name
    lazy, # Names that it offers, and the module of the package that each comes from
): # What a package's `__getattr__` and `__dir__` should be
    "Make a package offer names that come from its modules"
    def __getattr__(nm):
        if nm in lazy: return getattr(import_module(f'{package}.{lazy[nm]}'), nm)
        if getattr(util.find_spec(f'{package}.{nm}'), 'origin', None): return import_module(f'{package}.{nm}') # a module, and no mere folder
        near = difflib.get_close_matches(nm, __dir__(), 1)
        hint = f': did you mean {near[0]!r}?' if near else ''
        # `from rlm import …` asks here first, and has a sentence without the hint for an AttributeError
        if sys._getframe(1).f_code.co_name=='_handle_fromlist':
            raise ImportError(f'cannot import name {nm!r} from {package!r}{hint}', name=package, path=sys.modules[package].__file__)
        raise AttributeError(f'module {package!r} has no attribute {nm!r}{hint}')
    def __dir__(): return sorted({*vars(sys.modules[package]), *lazy})
    return __getattr__,__dir__
