"What happened: a run as events, in memory and in a file; and the answers of earlier runs"
from rlm._faces import face

_lazy = dict(Event='events', Trace='events', read_trace='events', read_traces='events', trace_path='events', FORMAT='events')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
