"Imports all that is imported late: by a shell, a cell, a call over each transport, a notebook"
import os
from execnb.shell import CaptureShell
from rlm.core import RLM
from rlm.models.lm import LM
from rlm.models.scripted import ScriptedLM, ScriptedServer, call_repl

RLM(ScriptedLM([call_repl('llm_query_batched(["a", "b"])'), 'x', 'x', 'FINAL(1)']))('c', 'q')
for direct in '10':
    os.environ['RLM_DIRECT'] = direct
    with ScriptedServer(lambda m: 'FINAL(1)') as server: assert RLM(LM('openai/m', base_url=server.url, retries=0), mode='tools')('c', 'q').answer=='1'
CaptureShell().run('1')
