"A run with a trace, or one that is taken up again, as the JSON argument says: path, url, go, concurrency; what came of it is in `path.done`"
import json,os,sys
from rlm.core import RLM
from rlm.models.lm import LM
from rlm.rerun import resume

context = 'Sing, goddess, of the anger of Achilles. ' * 50
d = json.loads(sys.argv[1])
m = LM('openai/m', base_url=d['url'], concurrency=d['concurrency'], timeout=30)
if d['go']=='run': run = RLM(m, mode='tools', trace=d['path'])(context, 'How many?')
else: run = resume(d['path'], context, model=m)
with open(d['path'] + '.done', 'w') as f: json.dump(dict(answer=run.answer, stop=run.stop, calls=run.usage.calls, error=str(run.error)), f)
os._exit(0)
