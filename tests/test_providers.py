"What goes over the wire to a provider with a protocol of its own: Claude's messages API, played by a server on this machine"
import json,threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler,ThreadingHTTPServer
from rlm.core import RLM
from rlm.usage import Limits

@contextmanager
def claude(*contents):
    "A server that gives `contents` in order; yields its address and the list of what it was asked"
    asked = []
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args): pass
        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers['content-length']))))
            usage = dict(input_tokens=10, output_tokens=3, cache_read_input_tokens=5, cache_creation_input_tokens=2)
            body = dict(id='m', type='message', role='assistant', model='claude', content=[contents[len(asked)-1]], stop_reason='end_turn', usage=usage)
            self.send_response(200)
            self.send_header('content-type', 'application/json')
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())
    server = ThreadingHTTPServer(('127.0.0.1', 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try: yield f'http://127.0.0.1:{server.server_port}',asked
    finally:
        server.shutdown()
        server.server_close()

def test_claude():
    "The prefix is marked for its cache, cached tokens are counted, and the last step passes although tools are withheld"
    cell = dict(type='tool_use', id='t1', name='run_repl', input=dict(python_code='6*7'))
    with claude(cell, dict(type='text', text='FINAL_VAR(_)'), dict(type='text', text='FINAL(42)')) as (url,asked):
        run = RLM('anthropic/claude-sonnet-4-5', base_url=url, api_key='k', limits=Limits(steps=3))('text', 'How much?')
    assert (run.answer,run.stop,run.steps)==('42', 'final_var', 2) and run.cost>0
    assert run.usage.cached_tokens==5*2 and run.usage.prompt_tokens==17*2
    assert asked[0]['system'][0]['cache_control']==dict(type='ephemeral')
    assert [m['content'][-1].get('cache_control') for m in asked[1]['messages'] if m['role']=='user'][-1]==dict(type='ephemeral')
    with claude(cell, dict(type='text', text='FINAL(42)')) as (url,asked):
        run = RLM('anthropic/claude-sonnet-4-5', base_url=url, api_key='k', limits=Limits(steps=2))('text', 'How much?')
    assert (run.answer,run.stop)==('42', 'final') and 'last step' in json.dumps(asked[1])
