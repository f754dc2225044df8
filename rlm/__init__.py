"""Recursive Language Models: ask questions about inputs far larger than a model's window

    from rlm import RLM, Limits
    rlm = RLM('openai/gpt-5-mini', limits=Limits(cost=1)) # US dollars at most, for each question
    run = rlm(open('book.txt').read(), 'Who built the lighthouse?')
    print(run.answer, run.usage)

`help(rlm.RLM)` lists its parameters; `rlm.prep_shell`, `rlm.make_run_repl` and `rlm.advanced_toolloop` are the parts it is made of."""
__version__ = "0.0.1"

from rlm._faces import face

_lazy = dict(RLM='core', Run='run', RunWarning='run', Chat='chat', advanced_toolloop='core', resume='rerun', fork='rerun', Limits='models.budget',
    Usage='models.usage', BudgetExceeded='models.budget', LM='models.lm', LMError='models.providers', Cache='models.cache', prep_shell='tools', make_run_repl='tools',
    REPL_SYSTEM_PROMPT='prompts', benchmark_vanilla='bench.pair', benchmark_rlm='bench.pair',
    load_ipython_extension='magic')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
