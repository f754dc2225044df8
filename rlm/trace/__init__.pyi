# Made from __init__.py by tools/stubs.py: do not edit
from rlm.trace import events as events
from rlm.trace.events import Event as Event, FORMAT as FORMAT, Trace as Trace, read_trace as read_trace, read_traces as read_traces, trace_path as trace_path
__all__ = ['Event', 'Trace', 'read_trace', 'read_traces', 'trace_path', 'FORMAT']
