"Ctrl-C, Kernel → Interrupt and a cancelled task: whatever the run was doing, it is over within a second, says `interrupted`, keeps what it had, and a loop over questions stops"
import asyncio,json,signal,subprocess,sys,time
from contextlib import suppress
import pytest
from forks import script
from kernels import begun, kernel, reply, result
from rlm.core import RLM
from rlm.models.scripted import ScriptedLM, call_repl

def bound():
    "Seconds that an interrupt may take: the aim is one, the rest is for a busy machine, by what starting Python takes there just now"
    start = time.monotonic()
    subprocess.run([sys.executable, '-S', '-c', ''], check=True)
    return 3+20*(time.monotonic()-start)

# what the second reply does while the interrupt comes; the first is a cell that ends well
cells = dict(sleep='import time\ntime.sleep(20)', busy='while True: pass', batch='llm_query_batched(["slow"]*32)', query='llm_query("slow")',
    stubborn='while True:\n    try: 1/0\n    except Exception: pass', awaits='import asyncio\nawait asyncio.sleep(20)')

# each case starts a process of its own: every door, and every place, but not every pair
slow = pytest.mark.slow

@pytest.mark.parametrize('door,where,limit', [('call','model',None), ('call','sleep',None), ('call','awaits',60), ('loop','batch',None), ('stream','sleep',None),
    pytest.param('call', 'busy', None, marks=slow), pytest.param('astream', 'busy', None, marks=slow), pytest.param('arun', 'batch', None, marks=slow)])
def test_ctrl_c_in_a_script(door, where, limit, tmp_path):
    "SIGINT ends the run with all that was known; what then happens, and the exit code, is up to the script"
    p = script('interrupted_run.py', json.dumps([door, where, cells.get(where), limit]), cwd=tmp_path)
    try:
        assert p.stdout.readline()=='READY\n', p.stderr.read()
        time.sleep(.3)
        start = time.monotonic()
        p.send_signal(signal.SIGINT)
        over = p.stdout.readline()
        took = time.monotonic()-start
        out,err = p.stdout.read(),p.stderr.read() # `communicate` would pass over what came together with the line before
        p.wait(60)
    finally: p.kill()
    last = out.strip().splitlines()[-1:]
    assert p.returncode==7 and over=='OVER\n', (p.returncode, over, out, err[-3000:])
    r = json.loads(last[0])
    print(f'{door} {where}: {took:.2f} s')
    assert took<bound() and r==dict(stop='interrupted', answer='', calls=1 if where=='model' else 2, same=True, steps=1 if where=='model' else 2, after=6, out=True)
    assert 'Traceback' not in err, err

# Cancelled tasks

class Slow(ScriptedLM):
    "Answers the first call at once and later ones after 20 seconds"
    async def send(self, request):
        if self.script.n: await asyncio.sleep(20)
        return await super().send(request)

async def cancelled(rlm, started):
    "The run of a task that is cancelled once `started()`, and the seconds that took"
    task = asyncio.create_task(rlm.arun('ctx', 'q'))
    while not started(): await asyncio.sleep(.02)
    await asyncio.sleep(.2)
    start = time.monotonic()
    task.cancel()
    try: await task
    except asyncio.CancelledError as e: return e.run,time.monotonic()-start
    raise AssertionError('it was not cancelled')

@pytest.mark.parametrize('code', [None, 'mark()\nwhile True: pass', 'mark()\nimport time\nfor _ in range(12): time.sleep(.5)', 'mark()\nimport time\ntime.sleep(4)', 'mark()\nllm_query_batched(["a"]*32)'])
def test_cancelled_task(code):
    marks,out = [],sys.stdout
    lm = Slow([call_repl(code, 'Looking.')] if code else [call_repl('mark()', 'Looking.'), 'late'])
    run,took = asyncio.run(cancelled(RLM(lm, tools=dict(mark=lambda: marks.append(1))), lambda: marks))
    assert run.stop=='interrupted' and run.answer=='' and run.usage.calls==1 and took<bound(), (run, took)
    end = time.monotonic()+6
    while sys.stdout is not out and time.monotonic()<end: time.sleep(.05) # a sleep in C code is left behind, and cleans up when it wakes
    assert sys.stdout is out
    assert RLM(ScriptedLM([call_repl('context'), 'FINAL(ok)']))('c', 'q').answer=='ok'

def test_timeout_of_a_task():
    "`asyncio.wait_for` is a cancellation like any other"
    async def main():
        start = time.monotonic()
        with pytest.raises(asyncio.TimeoutError): await asyncio.wait_for(RLM(Slow([call_repl('1'), 'late'])).arun('c', 'q'), .5)
        return time.monotonic()-start
    assert asyncio.run(main())<bound()

def test_others_go_on():
    "Cancelling one of two runs leaves the other alone"
    async def main():
        slow,quick = RLM(Slow([call_repl('1'), 'late'])),RLM(ScriptedLM([call_repl('import time; time.sleep(1); context'), 'FINAL_VAR(context)']))
        a,b = asyncio.create_task(slow.arun('a', 'q')),asyncio.create_task(quick.arun('b', 'q'))
        await asyncio.sleep(.5)
        a.cancel()
        with suppress(asyncio.CancelledError): await a
        return await b
    assert asyncio.run(main()).value=='b'

def test_stream_left_early():
    "Leaving the loop over a stream stops the run"
    lm = Slow([call_repl('1', 'Looking.'), 'late'])
    s,start = RLM(lm).stream('c', 'q'),time.monotonic()
    for e in (it:=iter(s)):
        if e.kind=='cell_ended': break
    it.close()
    assert s.run.stop=='interrupted' and s.run.answer=='' and time.monotonic()-start<bound()

# Kernel → Interrupt

KERNEL = '''
import sys,time
from rlm.core import RLM, advanced_toolloop
from rlm.models.scripted import Fault, ScriptedServer, call_repl
from rlm.tools import make_run_repl, prep_shell
def script(messages):
    n = sum(m['role']=='assistant' for m in messages)
    if len(messages)>1 and n==0: return call_repl('kept = 5', 'So far: 5.')
    if len(messages)>1 and n==1 and code: return call_repl(code)
    open(BEGUN, 'w').close()
    return Fault(delay=20, reply='late')
server = ScriptedServer(script).__enter__()
out = sys.stdout
def start():
    global sh
    sh = prep_shell('ctx', model='openai/m', base_url=server.url)
    return advanced_toolloop('q', tools=[make_run_repl(sh)], sh=sh, model='openai/m', base_url=server.url)
'''

def test_kernel_interrupt(tmp_path):
    "The final item comes, the cell ends well, and the kernel and the shell work in the next"
    with kernel() as kc:
        assert reply(kc, f"BEGUN = {str(tmp_path/'begun')!r}" + KERNEL + "code = '1'\nnext(start())", 60)['status']=='ok'
        for name in (None, 'sleep', 'busy', 'batch', 'awaits'):
            loop = 'n = 0\nrlm = RLM("openai/m", base_url=server.url, mode="tools")\nchat = rlm.chat("ctx"); sh = chat.sh\nfor q in "abc":\n    n += 1\n    chat(q)'
            for door in ('items = list(start()); r = items[-1]', loop):
                code = f"open({str(tmp_path/'begun')!r}, 'w').close()\n{cells[name]}" if name in ('sleep','busy','awaits') else cells.get(name)
                msg = kc.execute(f'code = {code!r}\n{door}', allow_stdin=False, stop_on_error=False)
                begun(tmp_path/'begun')
                kc.interrupt()
                start = time.monotonic()
                r = result(kc, msg)
                took = time.monotonic()-start
                assert r['status']==('error' if door is loop else 'ok') and r.get('ename') in (None, 'KeyboardInterrupt') and took<bound(), (name, door, took, r)
                if door is loop: assert reply(kc, 'r = vars(rlm.last)\nassert n==1')['status']=='ok'
                r = reply(kc, "assert (r['stop'], r['answer'])==('interrupted', ''), r\nassert sys.stdout is out and sh.run('kept + 1').value==6\nassert r['usage'].calls==r['steps']")
                assert r['status']=='ok', (name, door, r)

def test_kernel_interrupt_of_await(tmp_path):
    "Under `await` too, where Jupyter does not wake a loop in which nothing happens"
    with kernel() as kc:
        assert reply(kc, f"BEGUN = {str(tmp_path/'begun')!r}" + KERNEL + "from rlm.models.providers import load_litellm\nload_litellm()\ncode = '1'\nrlm = RLM('openai/m', base_url=server.url, mode='tools')", 60)['status']=='ok'
        msg = kc.execute("await rlm.arun('ctx', 'q')", allow_stdin=False, stop_on_error=False)
        begun(tmp_path/'begun')
        kc.interrupt()
        start = time.monotonic()
        assert result(kc, msg)['ename']=='CancelledError' and time.monotonic()-start<bound()
        assert reply(kc, "assert rlm.last.stop=='interrupted' and rlm.last.steps==2, rlm.last")['status']=='ok'
