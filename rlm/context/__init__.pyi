# Made from __init__.py by tools/stubs.py: do not edit
from rlm.context import about as about, peek as peek, search as search, structure as structure
from rlm.context.about import context_facts as context_facts, describe as describe
from rlm.context.peek import peek as peek
from rlm.context.search import best_passages as best_passages
from rlm.context.structure import structure as structure
__all__ = ['describe', 'context_facts', 'best_passages', 'structure', 'peek']
