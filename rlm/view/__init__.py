"Looking at a run: how far to trust its answer, and what to make of it elsewhere. Reads traces and contexts alone"
from rlm._faces import face

_lazy = dict(Coverage='coverage', Reader='coverage', readings='coverage', whole_trace='coverage', Evidence='evidence', Passage='evidence', save_notebook='export',
    save_markdown='export')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
