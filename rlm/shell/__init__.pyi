# Made from __init__.py by tools/stubs.py: do not edit
from rlm.shell import interrupt as interrupt, ipython as ipython, lookup as lookup, monty as monty, open as open, process as process, sandbox as sandbox
from rlm.shell.interrupt import CellTimeout as CellTimeout
from rlm.shell.ipython import Cell as Cell, ReplShell as ReplShell
from rlm.shell.lookup import MissingVariable as MissingVariable
from rlm.shell.monty import MontyShell as MontyShell
from rlm.shell.open import SANDBOXES as SANDBOXES, default_sandbox as default_sandbox, make_shell as make_shell
from rlm.shell.process import Bounds as Bounds, SandboxError as SandboxError, doctor as doctor
from rlm.shell.sandbox import SandboxShell as SandboxShell
__all__ = ['Cell', 'ReplShell', 'SandboxShell', 'MontyShell', 'SandboxError', 'Bounds', 'doctor', 'CellTimeout', 'MissingVariable', 'make_shell', 'default_sandbox', 'SANDBOXES']
