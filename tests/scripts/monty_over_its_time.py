"A cell of Monty that is over its time in a call that goes on, and the end of the interpreter a second later"
import atexit,time
from rlm.models.background import get_background
from rlm.models.scripted import ScriptedLM
from rlm.tools import prep_shell

sh = prep_shell('ctx', model=ScriptedLM(lambda m: (time.sleep(20), 'x')[1]), sandbox='monty')
print(sh.run('llm_query("q")', timeout=.2).output[:11])
time.sleep(1)
atexit.unregister(get_background().end) # it would wait ten seconds for a model that sleeps
