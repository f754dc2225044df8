# Made from steps.py by tools/stubs.py: do not edit
from rlm.trace.events import Trace
__all__ = ['run_data', 'call_data']

def run_data(trace: Trace, run: object=None, written: bool=False, most: int=50000) -> dict: ...

def call_data(measured: dict, most: int=50000) -> dict: ...
