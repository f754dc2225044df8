"""What is imported by name and not by an import statement, all in one place: the start of a worker, and providers

A worker process imports its shell and its helpers before it locks itself in, and a provider of models is imported when one of its models is
first used. `module:name` means a name in a module. The test of the import order reads these as imports of whom they are for."""

providers = dict(embedded='rlm.models.embedded') # provider -> module with a `register()`

worker = 'rlm.shell._worker' # the program of a worker
shell = 'rlm.shell.ipython:ReplShell' # what runs its cells
clip,find_var,answer_text = 'rlm.shell.capture:clip','rlm.shell.lookup:find_var','rlm.shell.lookup:answer_text' # what it does with variables
lock_down,limit_memory = 'rlm.shell._lockdown:lock_down','rlm.shell._lockdown:limit_memory'
helpers = 'rlm.tools:worker_helpers' # of `prep_shell`: those that must be where the variables are
