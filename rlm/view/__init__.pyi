# Made from __init__.py by tools/stubs.py: do not edit
from rlm.view import coverage as coverage, evidence as evidence, export as export
from rlm.view.coverage import Coverage as Coverage, Reader as Reader, readings as readings, whole_trace as whole_trace
from rlm.view.evidence import Evidence as Evidence, Passage as Passage
from rlm.view.export import save_markdown as save_markdown, save_notebook as save_notebook
__all__ = ['Coverage', 'Reader', 'readings', 'whole_trace', 'Evidence', 'Passage', 'save_notebook', 'save_markdown']
