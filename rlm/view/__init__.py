"Looking at a run: what happened, as people want to see it"
from rlm._faces import face

_lazy = dict(save_html='html')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
