"`[door, where, code, limit]`: a run through a door, that says READY where it is to be interrupted, OVER when it has ended, and then how"
import asyncio,json,os,sys
from rlm.core import RLM, advanced_toolloop
from rlm.models.scripted import Fault, ScriptedServer, call_repl
from rlm.tools import make_run_repl, prep_shell
from rlm.models.budget import Limits

door,where,code,limit = json.loads(sys.argv[1])

def ready(): os.write(1, b'READY\n') # not `print`: a cell's text is captured

def script(messages):
    if len(messages)==1:
        ready()
        return Fault(delay=20, reply='late')
    n = sum(m['role']=='assistant' for m in messages)
    if n==0: return call_repl('kept = 5', 'So far: 5.')
    if n==1 and where!='model': return call_repl(f'ready()\n{code}' if where not in ('batch','query') else code)
    if n==1: ready()
    return Fault(delay=20, reply='late')

out = sys.stdout
with ScriptedServer(script) as server:
    rlm = RLM('openai/m', base_url=server.url, mode='tools', limits=Limits(cell_time=limit), tools=dict(ready=ready))
    if door=='call':
        with rlm.chat('ctx') as chat:
            try:
                for q in ('q','never asked','nor this'): chat(q)
            except KeyboardInterrupt as e: run = e.run
            assert run is rlm.last and chat.asked==1
            after = chat.sh.run('kept + 1').value
    elif door=='loop':
        sh = prep_shell('ctx', model=rlm.lm, tools=dict(ready=ready))
        items = list(advanced_toolloop('q', tools=[make_run_repl(sh, timeout=limit)], sh=sh))
        assert [o.get('type') for o in items if isinstance(o, dict)].count('final')==1
        run,after = items[-1],sh.run('kept + 1').value
    elif door=='stream':
        s = rlm.stream('ctx', 'q')
        try:
            for e in s: pass
        except KeyboardInterrupt as e: assert e.run is s.run
        run,after = s.run,6
    else:
        async def main():
            global s
            s = rlm.stream('ctx', 'q')
            if door=='astream':
                async for e in s: pass
            else:
                try: await rlm.arun('ctx', 'q')
                except asyncio.CancelledError as e:
                    s.run = e.run
                    raise
        try: asyncio.run(main())
        except KeyboardInterrupt: pass
        run,after = s.run,6
    print('OVER', flush=True)
    get = run.get if isinstance(run, dict) else lambda k: getattr(run, k)
    billed = server.billed.total_tokens
used,said = get('usage'),{k: get(k) for k in ('stop','answer','steps')}
print(json.dumps(dict(said, calls=used.calls, same=used.total_tokens==billed, after=after, out=sys.stdout is out)), flush=True)
sys.exit(7)
