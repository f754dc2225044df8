# Made from loop.py by tools/stubs.py: do not edit
from collections.abc import Generator
from rlm.outcome import Outcome, Rules
__all__ = ['GUESS', 'THIN', 'root_loop']
GUESS: str
THIN: str

def root_loop(out: Outcome, rules: Rules) -> Generator: ...
