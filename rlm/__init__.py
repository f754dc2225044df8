"""Recursive Language Models: ask questions about inputs far larger than a model's window

    from rlm import RLM, Limits
    rlm = RLM('openai/gpt-5-mini', limits=Limits(cost=1)) # US dollars at most, for each question
    run = rlm(open('book.txt').read(), 'Who built the lighthouse?')
    print(run.answer, run.usage)

`help(rlm.RLM)` lists its parameters; `rlm.prep_shell`, `rlm.make_run_repl` and `rlm.advanced_toolloop` are the parts it is made of."""
__version__ = "0.0.1"

_lazy = dict(RLM='core', Run='core', Chat='core', advanced_toolloop='core', resume='rerun', fork='rerun', Limits='usage', Usage='usage',
    BudgetExceeded='usage', LM='lm', LMError='providers', prep_shell='tools', make_run_repl='tools', REPL_SYSTEM_PROMPT='prompts',
    benchmark_vanilla='bench', benchmark_rlm='bench')
__all__ = list(_lazy)

def __getattr__(nm): # PEP 562: `import rlm` stays light, a name brings its module
    from importlib import import_module,util
    if nm in _lazy: return getattr(import_module(f'rlm.{_lazy[nm]}'), nm)
    if getattr(util.find_spec(f'rlm.{nm}'), 'origin', None): return import_module(f'rlm.{nm}') # a module, and no mere folder
    import difflib,sys
    near = difflib.get_close_matches(nm, __dir__(), 1)
    hint = f': did you mean {near[0]!r}?' if near else ''
    # `from rlm import …` asks here first, and has a sentence without the hint for an AttributeError
    if sys._getframe(1).f_code.co_name=='_handle_fromlist': raise ImportError(f"cannot import name {nm!r} from 'rlm'{hint}", name='rlm', path=__file__)
    raise AttributeError(f"module 'rlm' has no attribute {nm!r}{hint}")

def __dir__(): return sorted({*globals(), *_lazy})
