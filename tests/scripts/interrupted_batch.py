"Says READY when calls are under way, for Ctrl-C, and then what is left of them: a batch, one call, a gather"
import asyncio,json,os,sys,threading,time
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from doubles import Door, calls, lm, names, wait
from rlm.models.scripted import Fault

def ready(server, n):
    wait(lambda: server.now>=n, 20)
    time.sleep(.2)
    os.write(1, b'READY\n')

async def go(m): return await asyncio.gather(*[m.atext(o) for o in names(70, 'slow')])

for how in ('map','text','gather'):
    with Door(lambda m: Fault(delay=20, reply='late') if 'slow' in m[-1]['content'] else 'ok') as server:
        m = lm(server)
        m.text('warm')
        threading.Thread(target=ready, args=(server, 1 if how=='text' else 32), daemon=True).start()
        try: m.map(names(70, 'slow')) if how=='map' else m.text('slow') if how=='text' else asyncio.run(go(m))
        except KeyboardInterrupt: took = wait(lambda: not calls(), 20)
        print(json.dumps([how, took<2, m.map(names(70))==['ok']*70, m.usage.calls, server.billed.calls]), flush=True)
