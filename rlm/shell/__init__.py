"Code that runs: a REPL in this process, in a worker that is locked in, or in Monty; and what stands between them. Knows no model"
from rlm._faces import face

_lazy = dict(Cell='base', Shell='base', ReplShell='ipython', SandboxShell='sandbox', MontyShell='monty', SandboxError='machine', doctor='machine', Bounds='bounds',
    CellTimeout='interrupt', MissingVariable='lookup', make_shell='open', default_sandbox='open', SANDBOXES='open')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
