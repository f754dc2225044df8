# Made from __init__.py by tools/stubs.py: do not edit
from rlm.trace import events as events, files as files, reading as reading, recording as recording
from rlm.trace.events import Event as Event, Trace as Trace
from rlm.trace.files import FORMAT as FORMAT, TraceFile as TraceFile, trace_path as trace_path
from rlm.trace.reading import read_trace as read_trace, read_traces as read_traces
from rlm.trace.recording import Recording as Recording
__all__ = ['Event', 'Trace', 'TraceFile', 'trace_path', 'FORMAT', 'read_trace', 'read_traces', 'Recording']
