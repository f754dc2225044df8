"""The page of a run of 2,000 sub-calls: `python benchmarks/page.py`

How long it takes to make, and how large it is beside its trace; and until a browser has painted it, and has found a word in it. The floor is an empty page in the same browser, its first
load left out. Needs playwright and Chromium."""
import statistics,sys,tempfile,time
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(root),str(root/'tests')]
from pages import many_run,open_browser
from rlm.view import save_html

repeats = 5
runs = {'50 steps, 2,000 calls': (51, 2000, 200), '1 step, 2,000 calls': (2, 2000, 200), '50 steps, 2,000 calls of 4,000 characters': (51, 2000, 4000)}
find = """async () => {
    const start = performance.now(), field = document.querySelector('input'), found = document.querySelector('.found')
    field.value = 'needle'
    field.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter'}))
    field.dispatchEvent(new Event('input'))
    while (!found.textContent) await new Promise(requestAnimationFrame)
    return performance.now()-start
}"""

paint = """async () => {
    let seen = []
    while (!(seen = performance.getEntriesByName('first-contentful-paint')).length) await new Promise(requestAnimationFrame)
    return seen[0].startTime
}"""

def painted(tab, url):
    "Milliseconds until the first paint with something in it"
    tab.goto('about:blank')
    tab.goto(url)
    return tab.evaluate(paint)

def main():
    "Print a line for each run"
    with tempfile.TemporaryDirectory() as tmp, open_browser(f'{tmp}/profile') as context:
        tab,empty = context.pages[0],Path(tmp)/'empty.html'
        empty.write_text('<!doctype html><title>x</title><p>x')
        def median(url): return statistics.median([painted(tab, url) for _ in range(repeats+1)][1:])
        floor = median(empty.as_uri())
        print(f'Chromium {context.browser.version if context.browser else ""}, median of {repeats}; an empty page is painted after {floor:.0f} ms')
        for name,(n_steps,n_calls,size) in runs.items():
            trace,page = Path(tmp)/'t.jsonl',Path(tmp)/'page.html'
            trace.unlink(missing_ok=True)
            many_run(trace, n_steps, n_calls, size)
            start = time.process_time()
            save_html(trace, page)
            made,mb = time.process_time()-start,page.stat().st_size/1e6
            ms = median(page.as_uri())
            print(f'{name:<42}{made:5.2f} s CPU to make  {mb:5.1f} MB, {page.stat().st_size/trace.stat().st_size:.2f} of its trace  painted after {ms:5.0f} ms (floor + {ms-floor:.0f}; aim: 1000)  '
                f'a word found in {tab.evaluate(find):.0f} ms')

if __name__=='__main__': main()
