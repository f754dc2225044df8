# Made from __init__.py by tools/stubs.py: do not edit
from rlm.view import coverage as coverage
from rlm.view.coverage import Coverage as Coverage, Reader as Reader, readings as readings, whole_trace as whole_trace
__all__ = ['Coverage', 'Reader', 'readings', 'whole_trace']
