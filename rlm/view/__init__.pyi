# Made from __init__.py by tools/stubs.py: do not edit
from rlm.view import html as html, live as live, plot as plot, show as show, tree as tree
from rlm.view.html import save_html as save_html
from rlm.view.live import Progress as Progress, StatusLine as StatusLine, StepLines as StepLines, Watch as Watch
from rlm.view.plot import plot_run as plot_run
from rlm.view.show import run_html as run_html
from rlm.view.tree import RunTree as RunTree, trace_of as trace_of
__all__ = ['RunTree', 'trace_of', 'Progress', 'Watch', 'StatusLine', 'StepLines', 'run_html', 'plot_run', 'save_html']
