"""Docstrings with a table of parameters, made from the comments beside them: for `help`, Shift-Tab and the stubs

What a parameter means is written once, in the comment after it. fastcore reads that for schemas and nbdev for the documentation,
but `help(RLM)` and Shift-Tab show docstrings, and editors read stubs; so `documented` puts the comments there, in a form that is
plain text in a terminal and a literal block for editors. For a class this happens when somebody asks, for a function at
import (a millisecond each), since nothing but a `str` can be the docstring of a function. Where there is no source, the
docstring stays as it is.

Hand-written, with no imports but the standard library's: the package's modules and `tools/stubs.py` import it."""
import ast,inspect,linecache,re,textwrap

def _short(node, n=30):
    "A default or type as the source has it; `…` for one of more than `n` characters"
    text = ast.unparse(node).replace(' | ', '|') if node else ''
    return text if len(text)<=n else '…'

def _type(node):
    "A type, without the quotes of one that is imported only for type checkers"
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else _short(node, 60)

def _comment(lines, node):
    "The comment that follows `node` on its last line"
    rest = lines[node.end_lineno-1].encode()[node.end_col_offset:].decode()
    return m[1].strip() if (m := re.match(r'[\s,)]*#(.*)', rest)) else ''

def parameters(fn):
    "Each parameter of the function `fn`, of which `ast` made a node: its name with its stars, its node and its default"
    a = fn.args
    plain,named = a.posonlyargs+a.args,zip(a.kwonlyargs, a.kw_defaults)
    defaults = [None]*(len(plain)-len(a.defaults)) + a.defaults
    stars = [(s,o) for s,o in (('*',a.vararg), ('**',a.kwarg)) if o]
    return [(o.arg, o, d) for o,d in (*zip(plain, defaults), *named)] + [(s+o.arg, o, None) for s,o in stars]

def _field_default(node):
    "What a dataclass's field is at first"
    if not (isinstance(node, ast.Call) and ast.unparse(node.func).endswith('field')): return _short(node)
    kw = {k.arg:_short(k.value) for k in node.keywords}
    return kw.get('default', f"{kw['default_factory']}()" if 'default_factory' in kw else '')

def _init(node): return next((o for o in node.body if isinstance(o, ast.FunctionDef) and o.name=='__init__'), None)

def _rows(node, lines):
    "Name, type, default and meaning of each parameter of a function, or of each field of a dataclass"
    if isinstance(node, ast.ClassDef):
        if init := _init(node): return _rows(init, lines)
        return [(o.target.id, _type(o.annotation), _field_default(o.value), _comment(lines, o)) for o in node.body if isinstance(o, ast.AnnAssign)]
    rows = [(nm, _type(o.annotation), _short(d), _comment(lines, d or o)) for nm,o,d in parameters(node) if nm not in ('self','cls')]
    if node.name=='__init__' or node.body[0].lineno==node.lineno: return rows
    m = re.match(r'\s*\)?(?:\s*->.*?)?:\s*#(.*)', lines[node.body[0].lineno-2]) # beside the end of the head
    return rows + ([('returns', _type(node.returns), '', m[1].strip())] if m else [])

def with_table(
    doc, # The docstring; None for none
    node, # What `ast` made of the function or class
    lines, # The lines that it was made from
): # `doc` as it is, where no parameter has a comment
    "A docstring and its table: name, type, default and meaning"
    rows = _rows(node, lines)
    if not doc or not any(o[3] for o in rows): return doc
    rows = [('name','type','default','meaning'), *rows]
    widths = [max(map(len, o)) for o in list(zip(*rows))[:3]]
    def text(row): return '  '.join(o.ljust(n) for o,n in zip(row, widths)) + '  '
    def wrapped(row): return textwrap.fill(row[3], sum(widths)+76, initial_indent=text(row), subsequent_indent=' '*(sum(widths)+6)) or text(row).rstrip()
    title = 'Fields' if isinstance(node, ast.ClassDef) and not _init(node) else 'Parameters' # at the margin, or `inspect.cleandoc` would take the indent off
    return f'{doc}\n\n{title}::\n\n' + textwrap.indent('\n'.join(map(wrapped, rows)), ' '*4) + '\n'

def _described(o, doc):
    try:
        if isinstance(o, type): src = inspect.getsource(o)
        else: src = ''.join(inspect.getblock(linecache.getlines(o.__code__.co_filename, o.__globals__)[o.__code__.co_firstlineno-1:]))
        src = textwrap.dedent(src)
        return with_table(doc, ast.parse(src).body[0], src.splitlines())
    except (OSError, TypeError, SyntaxError, IndexError): return doc

class _WhenAsked:
    "The docstring of a class, made when somebody asks for it"
    def __init__(self, cls): self.cls,self.doc,self.made = cls,cls.__doc__,False
    def __get__(self, obj, cls):
        if not self.made: self.doc,self.made = _described(self.cls, self.doc),True
        return self.doc

def documented(o):
    "Decorator: adds the table of parameters to the docstring of a function or class"
    o.__doc__ = _WhenAsked(o) if isinstance(o, type) else _described(o, o.__doc__)
    return o
