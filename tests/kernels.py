"Jupyter kernels, forked like scripts: one for all tests of a worker, put back after each and looked at, for it must be as it was; or one of a test's own"
import atexit,os,signal,subprocess,tempfile,time
from contextlib import contextmanager

import nbformat
from forks import here,script
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file
from project import root

first = f'''import sys
sys.path.append({str(here/'scripts')!r})
import kernel_state
sys.path.pop()
kernel_state.warm()'''
note = 'import kernel_state\nkernel_state.put_back()\nimport kernel_state\nkernel_state.before = kernel_state.state()\ndel kernel_state'
look = 'import kernel_state\nkernel_state.put_back()\nimport kernel_state\nassert not (_bad:=kernel_state.changed()), _bad\ndel kernel_state'

class Kernel:
    "A running kernel, and its client as `kc`"
    def __init__(self):
        self.dir = tempfile.TemporaryDirectory()
        fn,_ = write_connection_file(f'{self.dir.name}/kernel.json')
        self.p = script('kernel.py', fn, cwd=root, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self.p.stdout.readline()=='READY\n', 'the kernel did not start'
        self.kc = BlockingKernelClient(connection_file=fn)
        self.kc.load_connection_file()
        self.kc.start_channels()
        self.kc.interrupt = lambda: os.kill(self.p.pid, signal.SIGINT)
        self.kc.wait_for_ready(timeout=60)

    def close(self):
        self.kc.stop_channels()
        self.p.kill()
        self.p.wait(20)
        self.p.close()
        self.dir.cleanup()

shared = [] # one, or none yet

def begin():
    "The kernel of this worker"
    if not shared:
        shared.append(Kernel())
        atexit.register(end)
        ok(shared[0].kc, first, 60)
        reply(shared[0].kc, '1/0') # the first error loads what shows it
        ok(shared[0].kc, note)
    return shared[0]

def end():
    while shared: shared.pop().close()

@contextmanager
def kernel(own=False):
    "The client of a running kernel; an interrupt is its `interrupt()`"
    k,whole = Kernel() if own else begin(),False
    try:
        yield k.kc
        if not own: ok(k.kc, look)
        whole = True
    finally:
        if own: k.close()
        elif not whole: end() # the next test has a new one

def result(kc, msg, timeout=30):
    "The kernel's reply to message `msg`"
    until = time.monotonic()+timeout
    while True:
        r = kc.get_shell_msg(timeout=max(.1, until-time.monotonic()))
        if r['parent_header'].get('msg_id')==msg: return r['content']

def reply(kc, code, timeout=30):
    "The kernel's reply to `code`"
    return result(kc, kc.execute(code, allow_stdin=False, stop_on_error=False), timeout)

def ok(kc, code, timeout=30):
    r = reply(kc, code, timeout)
    assert r['status']=='ok', '\n'.join(r['traceback'])

def execute(*cells, own=False):
    "What each of the cells shows; an error in one is this test's"
    with kernel(own) as kc: return [run_cell(kc, o.strip()) for o in cells]

def run_cell(kc, code):
    "The outputs of a cell as in a notebook; one that is updated counts as another"
    outputs = []
    def hear(msg):
        kind = msg['msg_type']
        if kind=='update_display_data': msg = dict(msg, msg_type='display_data', header=dict(msg['header'], msg_type='display_data'))
        if kind in ('stream','display_data','execute_result','error','update_display_data'): outputs.append(nbformat.v4.output_from_msg(msg))
    r = kc.execute_interactive(code, allow_stdin=False, stop_on_error=False, timeout=60, output_hook=hear)['content']
    assert r['status']=='ok', '\n'.join(r['traceback'])
    return outputs

def begun(path, seconds=20):
    "Returns when a cell has made the file `path`, and a little later: it is in the midst of what it does next"
    until = time.monotonic()+seconds
    while not path.exists():
        assert time.monotonic()<until, 'it never began'
        time.sleep(.02)
    time.sleep(.3)
    path.unlink()
