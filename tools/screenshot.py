"Makes the picture of a run's page that README.md shows: `python tools/screenshot.py [file] [width]`; needs playwright and Chromium"
import sys,tempfile
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(root),str(root/'tests')]
from pages import letters_run,open_browser

def shoot(dest, width):
    "A run of twelve steps, forty sub-calls and one error"
    with tempfile.TemporaryDirectory() as folder, open_browser(f'{folder}/profile') as context:
        letters_run(f'{folder}/run.jsonl').save_html(f'{folder}/run.html')
        tab = context.pages[0]
        tab.set_viewport_size(dict(width=width, height=1040))
        tab.goto(f'file://{folder}/run.html')
        tab.screenshot(path=dest)

if __name__=='__main__':
    dest,width = [*sys.argv[1:], *[root/'nbs'/'images'/'run.png', 1000][len(sys.argv)-1:]]
    shoot(dest, int(width))
