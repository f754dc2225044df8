"Makes README.md from nbs/index.ipynb (quarto, which `nbdev-readme` needs, is not asked for): `python tools/readme.py [--check]`"
import json,os,re,sys
from pathlib import Path

root = Path(__file__).resolve().parent.parent
note = '<!-- Made from nbs/index.ipynb by tools/readme.py: edit the notebook, not this file. -->'

def text(o): return o if isinstance(o, str) else ''.join(o)

def fence(code, lang=''):
    "`code` in a fence longer than any that it holds"
    ticks = '`'*max([3, *(len(o)+1 for o in re.findall('`{3,}', code))])
    return f'{ticks}{lang}\n{code}\n{ticks}'

def split_directives(src):
    "The `#|` directives that open a cell as a dict, and the rest of its source"
    lines,dirs = src.strip('\n').split('\n'),{}
    while lines and (m := re.match(r'#\|\s*([\w-]+):?\s*(.*)', lines[0])):
        dirs[m[1]] = m[2].strip()
        lines.pop(0)
    return dirs, '\n'.join(lines).strip('\n')

def output(o):
    "What an output says, as markdown; '' for what text cannot show"
    if o['output_type']=='stream': res = text(o['text']) if o['name']=='stdout' else ''
    else:
        data = o.get('data', {})
        if 'text/markdown' in data: return text(data['text/markdown']).strip()
        res = '' if any(k.startswith('image/') for k in data) else text(data.get('text/plain', ''))
    res = re.sub(r'\x1b\[[0-9;]*m', '', res).strip('\n')
    return fence(res, 'text') if res.strip() else ''

def relink(md):
    "Links that are relative to nbs/ made relative to the root, where README.md lies"
    def fix(m):
        path,_,anchor = m[1].partition('#')
        new = os.path.normpath(f'nbs/{path}')
        return f"]({new}{_}{anchor})" if path and (root/new).exists() else m[0]
    return re.sub(r'\]\(([^)\s:]+)\)', fix, md)

def cell_md(c):
    "A cell as markdown, '' where the docs hide it"
    dirs,src = split_directives(text(c['source']))
    if c['cell_type'] not in ('markdown','code') or 'hide' in dirs or dirs.get('include')=='false': return ''
    if c['cell_type']=='markdown': return relink(src)
    parts = [fence(src, 'python')] if src.strip() and dirs.get('echo')!='false' else []
    if dirs.get('output')!='false': parts += map(output, c['outputs'])
    return '\n\n'.join(filter(None, parts))

def readme():
    "The text of README.md"
    nb = json.loads((root/'nbs'/'index.ipynb').read_text(encoding='utf-8'))
    return '\n\n'.join(filter(None, [*map(cell_md, nb['cells']), note])) + '\n'

def main(args):
    fn = root/'README.md'
    if args not in ([], ['--check']): sys.exit('Usage: python tools/readme.py [--check]')
    if not args: fn.write_text(readme(), encoding='utf-8')
    elif not fn.exists() or fn.read_text(encoding='utf-8')!=readme():
        sys.exit('README.md is stale: run `python tools/readme.py`, which makes it from nbs/index.ipynb.')

if __name__=='__main__': main(sys.argv[1:])
