"`timeout`: what cells say that are interrupted, and the shell after them, with and without a running event loop"
import asyncio,json,os,signal,sys,threading
from rlm.tools import make_run_repl,prep_shell

timeout,codes = json.loads(sys.argv[1])

def go(code):
    sh,out = prep_shell('c'),sys.stdout
    run = make_run_repl(sh, timeout=timeout)
    run('kept = 1')
    if 'os.kill' not in code: threading.Timer(.25, os.kill, (os.getpid(), signal.SIGINT)).start()
    try: res = run(code)
    except KeyboardInterrupt: res = 'KeyboardInterrupt'
    return [res, run('kept'), run('import asyncio; await asyncio.sleep(0, 7)'), sys.stdout is out]

async def main(code): return go(code) # asyncio.run would take the first SIGINT for itself

def in_loop(code): return asyncio.new_event_loop().run_until_complete(main(code))

print(json.dumps([f(o) for o in codes for f in (go, in_loop)]))
