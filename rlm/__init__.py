__version__ = "0.0.1"

_lazy = dict(RLM='core', Run='core', advanced_toolloop='core', resume='rerun', fork='rerun', Limits='usage', Usage='usage', LM='lm', LMError='lm',
    prep_shell='tools', make_run_repl='tools', REPL_SYSTEM_PROMPT='prompts', benchmark_vanilla='bench', benchmark_rlm='bench')
__all__ = list(_lazy)

def __getattr__(nm): # PEP 562: `import rlm` stays light, a name brings its module
    if nm not in _lazy: raise AttributeError(f"module 'rlm' has no attribute {nm!r}")
    from importlib import import_module
    return getattr(import_module(f'rlm.{_lazy[nm]}'), nm)

def __dir__(): return sorted([*globals(), *_lazy])
