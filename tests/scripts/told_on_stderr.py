"What cells show of warnings, of logging without a set-up, and of an error in a thread"
import json
from rlm.tools import make_run_repl,prep_shell

run = make_run_repl(prep_shell('c'))
print(json.dumps([run(o) for o in ('import warnings; warnings.warn("hm")', 'import logging; logging.warning("careful")', 'logging.getLogger("x").error("worse")',
    'import threading\nt = threading.Thread(target=lambda: 1/0); t.start(); t.join()')]))
