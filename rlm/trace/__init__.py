"What happened: a run as events, in memory and in a file, written and read; and what is served again of an earlier run"
from rlm._faces import face

_lazy = dict(Event='events', Trace='events', TraceFile='files', trace_path='files', FORMAT='files', read_trace='reading', read_traces='reading',
    Recording='recording')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
