# Made from __init__.py by tools/stubs.py: do not edit
from rlm.context import about as about, search as search
from rlm.context.about import context_facts as context_facts, describe as describe
from rlm.context.search import best_passages as best_passages
__all__ = ['describe', 'context_facts', 'best_passages']
