# Made from magic.py by tools/stubs.py: do not edit
from typing import Any
__all__ = ['read_line', 'ask_cell', 'load_ipython_extension']

def read_line(line: str) -> dict: ...

def ask_cell(line: str, cell: str | None, names: dict) -> Any: ...

def load_ipython_extension(ip: Any) -> None:
    """Register `%rlm` and `%%rlm`

    Parameters::

        name  type  default  meaning
        ip                   IPython's shell
    """
