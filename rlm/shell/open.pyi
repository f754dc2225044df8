# Made from open.py by tools/stubs.py: do not edit
from rlm.shell.bounds import Bounds
from rlm.shell.ipython import ReplShell
from rlm.shell.monty import MontyShell
from rlm.shell.sandbox import SandboxShell
__all__ = ['SANDBOXES', 'default_sandbox', 'make_shell']
SANDBOXES: tuple

def default_sandbox() -> str:
    """Where cells run, if nobody says"""

def make_shell(sandbox: str | None=None, helpers: str | None=None, bounds: Bounds=..., secrets: list | tuple=..., models: list | tuple=..., wait: bool=True) -> ReplShell | SandboxShell | MontyShell:
    """A REPL, isolated as asked for

    Parameters::

        name     type                               default   meaning
        sandbox  str|None                           None      `trusted`, `auto`, `strict` or `monty`; None is `trusted`
        helpers  str|None                           None      `module:function` that makes the helpers which must be where the
                                                              variables are
        bounds   Bounds                             Bounds()  How much a worker may use
        secrets  list                               ()        Values to cut out of what comes back
        models   list                               ()        Models that code may name in its calls
        wait     bool                               True      Until it can run cells? Else whoever needs it first does, and raises
                                                              what this would have
        returns  ReplShell|SandboxShell|MontyShell            Its `backend` says in words what it is; raises `SandboxError` where it
                                                              cannot be had
    """
