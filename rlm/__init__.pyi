# Made from __init__.py by tools/stubs.py: do not edit
from rlm import bench as bench, core as core, models as models, prompts as prompts, rerun as rerun, tools as tools
from rlm.bench.pair import benchmark_rlm as benchmark_rlm, benchmark_vanilla as benchmark_vanilla
from rlm.core import Chat as Chat, RLM as RLM, Run as Run, advanced_toolloop as advanced_toolloop
from rlm.models.budget import BudgetExceeded as BudgetExceeded, Limits as Limits
from rlm.models.lm import LM as LM
from rlm.models.providers import LMError as LMError
from rlm.models.usage import Usage as Usage
from rlm.prompts import REPL_SYSTEM_PROMPT as REPL_SYSTEM_PROMPT
from rlm.rerun import fork as fork, resume as resume
from rlm.tools import make_run_repl as make_run_repl, prep_shell as prep_shell
__all__ = ['RLM', 'Run', 'Chat', 'advanced_toolloop', 'resume', 'fork', 'Limits', 'Usage', 'BudgetExceeded', 'LM', 'LMError', 'prep_shell', 'make_run_repl', 'REPL_SYSTEM_PROMPT', 'benchmark_vanilla', 'benchmark_rlm']
__version__: str
