"What a large context costs in the process: seconds of set-up and of a first step beyond loading it, and peak memory over its own size; each size in a fresh process: `python benchmarks/contexts.py [--trace]`"
import json,resource,subprocess,sys,tempfile,threading,time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

sizes = {'1 MB': 10**6, '100 MB': 10**8, '1 GB': 10**9}
aim_rss,aim_setup = 1.1,.2 # peak over size, seconds

def rss():
    "Bytes in memory now"
    return int(Path('/proc/self/statm').read_text().split()[1])*resource.getpagesize()

class Peak:
    "The highest `rss()` while it runs: `ru_maxrss` would begin with that of the process that started this one"
    def __enter__(self):
        self.top,self.over = rss(),threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()
        return self

    def watch(self):
        while not self.over.wait(.002): self.top = max(self.top, rss())

    def __exit__(self, *exc):
        self.over.set()
        self.thread.join()
        self.top = max(self.top, rss())

def make(kind, n):
    "A context of `n` characters, made without a second copy"
    line = 'The quick brown fox jumps over the lazy dog, once more and then again until it is tired. 0123456789\n'
    if kind=='text': return line*(n//100)
    if kind=='lines': return [f'{i:09d} {line[10:]}' for i in range(n//100)]
    return {f'file{i}.txt': f'{i:09d}' + line*(n//1000//100) for i in range(1000)}

def one(kind, n, trace):
    "Measure one size in this process"
    from rlm.core import RLM
    from rlm.models.scripted import ScriptedLM, call_repl
    from rlm.tools import prep_shell
    code = 'print(type(context), len(context))\nhead = context[:100] if isinstance(context, str) else next(iter(context))\nhead'
    def ask(context, **kw): return RLM(ScriptedLM([call_repl(code), 'FINAL(done)']), sandbox='trusted', **kw)(context, 'How long is it?')
    assert ask('warm').answer=='done' # imports and caches are not the context's
    base = rss()
    context = make(kind, n)
    loaded = rss()
    with Peak() as peak:
        start = time.perf_counter()
        sh = prep_shell(context, model='embedded/extractive')
        setup = time.perf_counter()-start
        sh.run(code)
        step = time.perf_counter()-start-setup
        sh.close()
        del sh
        start = time.perf_counter()
        run = ask(context, trace=trace) if trace else ask(context)
        whole = time.perf_counter()-start
    assert run.answer=='done' and run.steps==2, run
    print(json.dumps(dict(base=base, loaded=loaded-base, peak=peak.top-base, setup=setup, step=step, whole=whole)))

def main():
    "Print a row for each kind and size"
    print(f'Python {sys.version.split()[0]}; memory beyond the process before loading (aim at 1 GB: peak under {aim_rss} x size), set-up (aim: under {aim_setup} s), first cell, and a whole run of two steps')
    kinds = [('text', False), ('text', True), ('lines', False), ('lines', True), ('files', True)] if '--trace' in sys.argv else [('text', False)]
    for kind,trace in kinds:
        for nm,n in sizes.items():
            if kind!='text' and n>10**8: continue # Python's own objects take more than the text
            with tempfile.TemporaryDirectory() as d:
                args = [sys.executable, __file__, '--one', kind, str(n), f'{d}/t.jsonl' if trace else '']
                r = json.loads(subprocess.run(args, capture_output=True, text=True, check=True).stdout)
            print(f"{kind:>5}{' + trace' if trace else '':8} {nm:>6}: loaded {r['loaded']/1e6:8,.1f} MB   peak {r['peak']/1e6:8,.1f} MB = {r['peak']/n:6.3f} x size, {(r['peak'])/max(1, r['loaded']):6.3f} x loaded   "
                f"set-up {1000*r['setup']:6.1f} ms   first cell {1000*r['step']:5.1f} ms   run {1000*r['whole']:8.1f} ms", flush=True)

if __name__=='__main__': one(sys.argv[2], int(sys.argv[3]), sys.argv[4]) if '--one' in sys.argv else main()
