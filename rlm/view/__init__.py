"Looking at a run, while it goes on and when it is over: from its events alone, so that a trace file is shown without litellm and without IPython"
from rlm._faces import face

_lazy = dict(RunTree='tree', trace_of='tree', Progress='live', Watch='live', StatusLine='live', StepLines='live', run_html='show', plot_run='plot', save_html='html')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
