# Made from __init__.py by tools/stubs.py: do not edit
from rlm import bench as bench, chat as chat, core as core, magic as magic, models as models, prompts as prompts, rerun as rerun, run as run, tools as tools
from rlm.bench.pair import benchmark_rlm as benchmark_rlm, benchmark_vanilla as benchmark_vanilla
from rlm.chat import Chat as Chat
from rlm.core import RLM as RLM, advanced_toolloop as advanced_toolloop
from rlm.magic import load_ipython_extension as load_ipython_extension
from rlm.models.budget import BudgetExceeded as BudgetExceeded, Limits as Limits
from rlm.models.cache import Cache as Cache
from rlm.models.lm import LM as LM
from rlm.models.providers import LMError as LMError
from rlm.models.usage import Usage as Usage
from rlm.prompts import REPL_SYSTEM_PROMPT as REPL_SYSTEM_PROMPT
from rlm.rerun import fork as fork, resume as resume
from rlm.run import Run as Run, RunWarning as RunWarning
from rlm.tools import make_run_repl as make_run_repl, prep_shell as prep_shell
__all__ = ['RLM', 'Run', 'RunWarning', 'Chat', 'advanced_toolloop', 'resume', 'fork', 'Limits', 'Usage', 'BudgetExceeded', 'LM', 'LMError', 'Cache', 'prep_shell', 'make_run_repl', 'REPL_SYSTEM_PROMPT', 'benchmark_vanilla', 'benchmark_rlm', 'load_ipython_extension']
__version__: str
