# Made from __init__.py by tools/stubs.py: do not edit
from rlm.shell import base as base, bounds as bounds, interrupt as interrupt, ipython as ipython, lookup as lookup, machine as machine, monty as monty, open as open, sandbox as sandbox
from rlm.shell.base import Cell as Cell, Shell as Shell
from rlm.shell.bounds import Bounds as Bounds
from rlm.shell.interrupt import CellTimeout as CellTimeout
from rlm.shell.ipython import ReplShell as ReplShell
from rlm.shell.lookup import MissingVariable as MissingVariable
from rlm.shell.machine import SandboxError as SandboxError, doctor as doctor
from rlm.shell.monty import MontyShell as MontyShell
from rlm.shell.open import SANDBOXES as SANDBOXES, default_sandbox as default_sandbox, make_shell as make_shell
from rlm.shell.sandbox import SandboxShell as SandboxShell
__all__ = ['Cell', 'Shell', 'ReplShell', 'SandboxShell', 'MontyShell', 'SandboxError', 'doctor', 'Bounds', 'CellTimeout', 'MissingVariable', 'make_shell', 'default_sandbox', 'SANDBOXES']
