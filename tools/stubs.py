"""Makes a stub (`rlm/core.pyi`) for each exported module: `python tools/stubs.py [--check]`

Type checkers and editors read stubs. They cannot know the methods that `@patch` adds, nor the names that an `__init__.py` brings
when they are asked for, so this puts both where they are looked for. It reads the source alone: nothing is imported, and the result
is the same everywhere. (`fastcore.py2pyi` imports the module, knows `@patch` without options only, and no attributes.)

A stub holds the public names of a module: types as written, `Any` where there is none (or no type: an annotation may be anything), or
what plainly follows from the code; defaults that are short constants; docstrings with their tables of parameters."""
import ast,builtins,copy,sys,textwrap
from pathlib import Path

root = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(root))
from rlm._docs import parameters,with_table

funcs = ast.FunctionDef,ast.AsyncFunctionDef
# What a stub may speak of besides what its module imports
also = dict(dict.fromkeys(['Any','AsyncIterator','Iterator','Self'], 'typing'), field='dataclasses')
# Decorators that say something about types; others are left out, and so are methods that every object has
kept = set('''abstractmethod asynccontextmanager cached_property classmethod contextmanager dataclass final overload override property
    runtime_checkable setter staticmethod total_ordering'''.split())
patch_kinds = dict(as_prop='property', cls_method='classmethod', static_method='staticmethod')
makes_type = 'NamedTuple','NewType','ParamSpec','TypeVar','namedtuple'
known_returns = dict(__init__='None', __new__='Self', __bool__='bool', __contains__='bool', __len__='int')
literals = {ast.List:'list', ast.ListComp:'list', ast.Dict:'dict', ast.DictComp:'dict', ast.Set:'set', ast.SetComp:'set', ast.Tuple:'tuple',
    ast.JoinedStr:'str', ast.Compare:'bool'}
plain_types = 'bool','bytes','dict','float','frozenset','int','list','set','str','tuple'

def expr(s): return ast.parse(s, mode='eval').body

def names(node): return {o.id for o in ast.walk(node) if isinstance(o, ast.Name)}

def _is_none(node): return isinstance(node, ast.Constant) and node.value is None

def last_name(node):
    "`setter` for `@x.setter`, `cached_property` for `@functools.cached_property`"
    if isinstance(node, ast.Call): node = node.func
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, 'id', '')

def decorator(node, *nms): return next((d for d in node.decorator_list if last_name(d) in nms), None)

def union(types):
    "The union of types as text; None when one of them is not known, or when there is nothing but `None`"
    parts = {p for t in types for p in (t or 'Any').split(' | ')}
    return None if 'Any' in parts or parts<={'None'} else ' | '.join(sorted(parts, key=lambda o: (o=='None', o)))

def flat(body):
    "The statements of a module or class, those under `if`, `try` and `with` too"
    for o in body:
        if not isinstance(o, (ast.If, ast.Try, ast.With)): yield o
        else:
            for nm in ('body','handlers','orelse','finalbody'):
                for part in getattr(o, nm, []): yield from flat(part.body if isinstance(part, ast.ExceptHandler) else [part])

def own_nodes(fn):
    "The nodes of a function, without those of the functions in it"
    for o in fn.body if isinstance(fn, funcs) else ast.iter_child_nodes(fn):
        yield o
        if not isinstance(o, (*funcs, ast.Lambda, ast.ClassDef)): yield from own_nodes(o)

def assigned(nodes, kind):
    "Target (of the type `kind`), value (None where it cannot be told) and annotation of each assignment among `nodes`"
    for o in nodes:
        if isinstance(o, ast.AnnAssign) and isinstance(o.target, kind): yield o.target,o.value,o.annotation
        for t in o.targets if isinstance(o, ast.Assign) else ():
            many,values = isinstance(t, (ast.Tuple, ast.List)),getattr(o.value, 'elts', [])
            found = [(t, o.value)] if not many else zip(t.elts, values if len(values)==len(t.elts) else [None]*len(t.elts))
            yield from ((a, v, None) for a,v in found if isinstance(a, kind))

class Module:
    "A module of rlm, read"
    def __init__(self, path, package):
        self.path,self.package,self.lines = path,package,path.read_text(encoding='utf-8').splitlines()
        self.name = '.'.join(path.relative_to(root).with_suffix('').parts)
        self.body = list(flat(ast.parse('\n'.join(self.lines)).body))
        self.defs = {o.name:o for o in self.body if isinstance(o, (*funcs, ast.ClassDef)) and not decorator(o, 'patch', 'patch_to')}
        self.values = {t.id:v for t,v,_ in assigned(self.body, ast.Name)}
        self.imports = {a.asname or a.name.split('.')[0]: (o, a) for o in self.body if isinstance(o, (ast.Import, ast.ImportFrom)) for a in o.names}
        self.wanted = set(ast.literal_eval(self.values['__all__'])) if '__all__' in self.values and '_lazy' not in self.values else set()
        self.offered = set() # by a face of the package
        self.patches = {} # class -> what is added to it, by this module or another: `(module, function, decorator)`

    def source(self, node):
        "The absolute name of the module that an `ImportFrom` names"
        if not node.level: return node.module
        return '.'.join([*self.name.split('.')[:-node.level], *filter(None, [node.module])])

    def lazy(self):
        "The names that a face brings when they are asked for, and the module that each comes from"
        return {k.arg: f"{self.name.removesuffix('__init__')}{k.value.value}" for k in self.values['_lazy'].keywords} if '_lazy' in self.values else {}

    def find(self, nm):
        "The module that defines `nm`, and the definition; Nones for what is not rlm's"
        if nm in self.defs: return self,self.defs[nm]
        node,alias = self.imports.get(nm, (None, None))
        home = self.package.get(self.source(node)) if isinstance(node, ast.ImportFrom) else None
        return home.find(alias.name) if home else (None, None)

    def hand_out(self):
        "Give each function that `@patch` adds to a class to the module of that class"
        for fn in self.body:
            if not isinstance(fn, funcs) or not (deco := decorator(fn, 'patch', 'patch_to')): continue
            to = deco.args[0] if last_name(deco)=='patch_to' else parameters(fn)[0][1].annotation
            for home,cls in map(self.find, sorted(names(to))):
                if isinstance(cls, ast.ClassDef): home.patches.setdefault(cls.name, []).append((self, fn, deco))

    def methods(self, cls):
        "The functions of a class as `(module, function, decorator)`, with those that `@patch` adds"
        return [(self, o, None) for o in flat(cls.body) if isinstance(o, funcs)] + self.patches.get(cls.name, [])

    def is_type(self, o):
        "Is this annotation a type?"
        if isinstance(o, ast.Constant): return o.value in (None, ...)
        if isinstance(o, ast.Name): return o.id in {*self.defs, *self.values, *self.imports} or hasattr(builtins, o.id)
        if isinstance(o, ast.Attribute): return self.is_type(o.value)
        if isinstance(o, ast.BinOp): return isinstance(o.op, ast.BitOr) and self.is_type(o.left) and self.is_type(o.right)
        if isinstance(o, ast.Subscript): return self.is_type(o.value) and (last_name(o.value)=='Literal' or self.is_type(o.slice))
        return isinstance(o, (ast.Tuple, ast.List)) and all(map(self.is_type, o.elts))

    def type_of(self, ann):
        "The text of the type that an annotation is, None when it is none"
        if isinstance(ann, ast.Constant) and isinstance(ann.value, str):
            try: ann = expr(ann.value)
            except SyntaxError: return None
        return ast.unparse(ann) if ann and not isinstance(ann, (ast.Tuple, ast.List)) and self.is_type(ann) else None

    def param_type(self, node, default):
        "The type of a parameter, with that of a default `None` or `()`"
        t = self.type_of(node.annotation)
        more = 'None' if _is_none(default) else 'tuple' if isinstance(default, ast.Tuple) else ''
        return f'{t} | {more}' if t and more and not any(o in t for o in (more,'Any','Iterable','Optional','Sequence','object')) else t

    def scope(self, fn):
        "The types of the parameters of a function, as far as it leaves them alone"
        changed = {o.id for o in own_nodes(fn) if isinstance(o, ast.Name) and isinstance(o.ctx, ast.Store)}
        return {nm: self.param_type(o, d) for nm,o,d in parameters(fn) if nm not in changed}

    def value_type(self, o, scope):
        "The type of an expression as far as it is plain, else None; `scope` holds types of names"
        if isinstance(o, ast.Constant): return 'None' if o.value is None else type(o.value).__name__
        if type(o) in literals: return literals[type(o)]
        if isinstance(o, (ast.Name, ast.Attribute)): return scope.get(ast.unparse(o))
        if isinstance(o, ast.IfExp): return union([self.value_type(o.body, scope), self.value_type(o.orelse, scope)])
        if isinstance(o, ast.BoolOp) and isinstance(o.op, ast.Or): # what stands before `or` is not None when it is the result
            *first,last = [self.value_type(v, scope) for v in o.values]
            return union([*(t and t.removesuffix(' | None') for t in first), last])
        if not isinstance(o, ast.Call) or not isinstance(o.func, ast.Name): return None
        home,node = self.find(o.func.id)
        if isinstance(node, ast.ClassDef): return None if node.name[0]=='_' else o.func.id
        if node and (t := home.type_of(node.returns)): return t if self.type_of(expr(t)) else None
        return o.func.id if o.func.id in plain_types and o.func.id not in self.imports else None

    def return_type(self, fn):
        "The type of what a function returns"
        if fn.name in known_returns or fn.returns: return known_returns.get(fn.name) or self.type_of(fn.returns) or 'Any'
        found = list(own_nodes(fn))
        if any(isinstance(o, (ast.Yield, ast.YieldFrom)) for o in found): return f"{'Async'*isinstance(fn, ast.AsyncFunctionDef)}Iterator[Any]"
        values = [o.value for o in found if isinstance(o, ast.Return)]
        scope = self.scope(fn) | dict(self='Self')
        if any(v and not _is_none(v) for v in values): return union([self.value_type(v, scope) if v else 'None' for v in values]) or 'Any'
        return 'Any' if isinstance(fn.body[-1], ast.Raise) else 'None'

class Stub:
    "The stub of one module"
    def __init__(self, mod): self.mod,self.need,self.told = mod,{},False # `need`: name -> the module in which it means something

    def says(self, text, mod=None):
        "`text`, an expression of the stub; its names are needed"
        self.need.update({nm: mod or self.mod for nm in names(expr(text))})
        return text

    def doc(self, node, mod, pad):
        "The lines of a docstring with its table, for what a face of the package offers; editors find others in the source"
        if not self.told: return []
        doc = (with_table(ast.get_docstring(node), node, mod.lines) or '').strip().replace('\\', '\\\\').replace('"', '\\"')
        return textwrap.indent(f'"""{doc}\n"""' if '\n' in doc else f'"""{doc}"""', pad).split('\n') if doc else []

    def decorators(self, node, mod, pad=''):
        return [f'{pad}@{self.says(ast.unparse(d), mod)}' for d in node.decorator_list if last_name(d) in kept]

    def function(self, fn, mod, pad='', deco=None):
        "The lines of a function; `deco` is the `@patch` that makes it a method"
        new,kw = copy.deepcopy(fn),{k.arg for k in getattr(deco, 'keywords', [])}
        bound = pad and not decorator(fn, 'staticmethod') and 'static_method' not in kw
        for i,(_,o,d) in enumerate(parameters(new)): o.annotation = None if bound and not i else expr(self.says(mod.param_type(o, d) or 'Any', mod))
        def default(o): return o if o is None or isinstance(o, ast.Constant) and len(repr(o.value))<=30 else ast.Constant(...)
        new.args.defaults,new.args.kw_defaults = list(map(default, fn.args.defaults)),list(map(default, fn.args.kw_defaults))
        ret = self.says(mod.return_type(fn), mod)
        lead = 'async ' if isinstance(fn, ast.AsyncFunctionDef) and not ret.startswith('AsyncIterator') else ''
        more = [v for k,v in patch_kinds.items() if k in kw] + [f'{fn.name}.setter']*('set_prop' in kw)
        head,doc = f'{pad}{lead}def {fn.name}({ast.unparse(new.args)}) -> {ret}:',self.doc(fn, mod, pad+' '*4)
        return [*self.decorators(fn, mod, pad), *(f'{pad}@{o}' for o in more), *([head, *doc] if doc else [f'{head} ...'])]

    def field(self, target, value, ann):
        "The line for a class variable with a type, such as a field of a dataclass"
        v = '' if value is None else ' = ...'
        if isinstance(value, ast.Call) and last_name(value)=='field':
            kw = {k.arg for k in value.keywords}
            v = f' = {self.says(ast.unparse(value))}' if kw&{'init','kw_only'} else ' = ...'*bool(kw&{'default','default_factory'})
        return f"{target.id}: {self.says(self.mod.type_of(ann) or 'Any')}{v}"

    def variables(self, cls):
        "The lines for what a class body assigns, by name; other names of methods aside"
        res,methods = {},{o.name for o in flat(cls.body) if isinstance(o, funcs)}
        same = any('Enum' in ast.unparse(o) for o in cls.bases)
        for t,v,ann in assigned(flat(cls.body), ast.Name):
            if ann: res[t.id] = self.field(t, v, ann)
            elif t.id[0]!='_' and getattr(v, 'id', None) not in methods:
                res[t.id] = f'{t.id} = {self.says(ast.unparse(v))}' if same else self.typed(t.id, self.mod.value_type(v, {}))
        return res

    def typed(self, nm, t, mod=None): return f"{nm}: {self.says(t if t and t!='None' else 'Any', mod)}"

    def attributes(self, cls, taken):
        "The lines for the public attributes that methods give to `self`, and the module to the class, by name"
        found,where,mine = {},{},{}
        for mod,fn,_ in self.mod.methods(cls):
            args = parameters(fn)
            scope = mod.scope(fn) | mine
            for t,v,ann in assigned(own_nodes(fn), ast.Attribute):
                if not args or ast.unparse(t.value)!=args[0][0] or t.attr[0]=='_': continue
                found.setdefault(t.attr, []).append(mod.type_of(ann) or mod.value_type(v, scope))
                where[t.attr],scope[ast.unparse(t)] = mod,union(found[t.attr])
            mine = {k:v for k,v in scope.items() if k.startswith('self.')}
        for t,v,_ in assigned(self.mod.body, ast.Attribute):
            if ast.unparse(t.value)==cls.name and t.attr[0]!='_': found.setdefault(t.attr, []).append(self.mod.value_type(v, {}))
        found = {nm:ts for nm,ts in found.items() if nm not in taken}
        end = f" = {self.says('field(init=False)')}" if found and decorator(cls, 'dataclass') else '' # or `__init__` would take it
        return {nm: self.typed(nm, union(ts), where.get(nm))+end for nm,ts in found.items()}

    def methods(self, cls):
        "The lines of each method that is public or special, `@patch`ed ones too, by name; a property's setter stands with it"
        res = {}
        for mod,fn,deco in self.mod.methods(cls):
            special = fn.name in ('__init__','__new__') or fn.name[:2]=='__' and fn.name not in {*vars(object), '__dict__'}
            if fn.name[0]=='_' and not special: continue
            lines = self.function(fn, mod, ' '*4, deco)
            if fn.name in res and any(o.endswith('.setter') for o in lines): res[fn.name] += lines
            else: res[fn.name] = lines
        for t,v,_ in assigned(flat(cls.body), ast.Name):
            if getattr(v, 'id', None) in res and t.id[0]!='_': res[t.id] = [f'    {t.id} = {v.id}']
        return res

    def cls(self, node):
        "The lines of a class"
        methods,lines = self.methods(node),self.variables(node) # variables first, since the order of a dataclass's fields counts
        lines |= self.attributes(node, {*lines, *methods})
        bases = [ast.unparse(o) if self.mod.is_type(o) else 'Any' for o in node.bases]
        bases = ', '.join(bases + [f'{k.arg}={ast.unparse(k.value)}' for k in node.keywords if self.mod.is_type(k.value)])
        if bases: self.says(f'_({bases})')
        body = [*self.doc(node, self.mod, ' '*4), *(f'    {o}' for o in lines.values()), *(o for f in methods.values() for o in f)]
        return [*self.decorators(node, self.mod), f"class {node.name}{bases and f'({bases})'}:", *(body or ['    ...'])]

    def body(self):
        "The lines of all that is wanted of the module, in the order of the source"
        res = []
        for o in self.mod.body:
            nm = getattr(o, 'name', None)
            self.told = nm in self.mod.offered
            if nm in self.mod.wanted and self.mod.defs.get(nm) is o: res += ['', *(self.cls(o) if isinstance(o, ast.ClassDef) else self.function(o, self.mod))]
            for t,v,ann in assigned([o], ast.Name):
                if t.id not in self.mod.wanted: continue
                same = last_name(v) in makes_type or not isinstance(v, (ast.Constant, ast.Tuple, ast.List, ast.Name)) and self.mod.is_type(v)
                res.append(f'{t.id} = {self.says(ast.unparse(v))}' if same else self.typed(t.id, self.mod.type_of(ann) or self.mod.value_type(v, {})))
        return res

    def imports(self):
        "`(module, name)` of what the stub speaks of, None for the name where a module is meant; what rlm defines is wanted from now on"
        if lazy := self.mod.lazy():
            own = self.mod.name.removesuffix('.__init__')
            rooms = {home.removeprefix(f'{own}.').split('.')[0] for home in lazy.values()}
            return {*((home, f'{nm} as {nm}') for nm,home in lazy.items()), *((own, f'{o} as {o}') for o in rooms)}
        res = set()
        for nm,mod in self.need.items():
            node,alias = mod.imports.get(nm, (None, None))
            renamed = f' as {alias.asname}' if alias and alias.asname else ''
            if nm in {*mod.defs, *mod.values}:
                mod.wanted.add(nm)
                if mod is not self.mod: res.add((mod.name, nm))
            elif isinstance(node, ast.Import): res.add((alias.name+renamed, None))
            elif node:
                home = self.mod.package.get(mod.source(node))
                if home and alias.name in {*home.defs, *home.values}: home.wanted.add(alias.name)
                res.add((mod.source(node), alias.name+renamed))
            elif nm in also: res.add((also[nm], nm))
        return res

    def text(self):
        "The whole stub"
        lazy = list(self.mod.lazy())
        body = ['__version__: str']*('__version__' in self.mod.values) if lazy else self.body()
        body.insert(0, f"__all__ = {lazy or ast.unparse(self.mod.values['__all__'])}")
        for nm in [] if lazy else ast.literal_eval(self.mod.values['__all__']):
            if nm in self.mod.imports: self.says(nm) # made elsewhere, and offered here
        found = self.imports()
        lines = [f'# Made from {self.mod.path.name} by tools/stubs.py: do not edit', *sorted(f'import {o}' for o,nm in found if not nm)]
        for o in sorted({o for o,nm in found if nm}): lines.append(f"from {o} import {', '.join(sorted(nm for mod,nm in found if mod==o and nm))}")
        return '\n'.join(lines+body) + '\n'

def stubs():
    "Path and text of each stub"
    package = {}
    for p in sorted((root/'rlm').rglob('*.py')):
        mod = Module(p, package)
        package[mod.name.removesuffix('.__init__')] = mod
    for mod in package.values():
        mod.hand_out()
        for nm,home in mod.lazy().items(): package[home].offered.add(nm)
    made = [o for o in package.values() if {'__all__','_lazy'}&set(o.values)] # the hand-written ones are private
    before = None
    while before!=(before := [set(o.wanted) for o in made]): res = {o.path.with_suffix('.pyi'): Stub(o).text() for o in made}
    return res

def main(args):
    if args not in ([], ['--check']): sys.exit('Usage: python tools/stubs.py [--check]')
    new,old = stubs(),{p: p.read_text(encoding='utf-8') for p in (root/'rlm').rglob('*.pyi')}
    if args:
        stale = sorted(p.relative_to(root).as_posix() for p in {*new, *old} if new.get(p)!=old.get(p))
        if stale: sys.exit(f"{', '.join(stale)}: stale, run `python tools/stubs.py`, which makes them from the modules.")
        return
    for p in set(old)-set(new): p.unlink()
    for p,text in new.items(): p.write_text(text, encoding='utf-8')

if __name__=='__main__': main(sys.argv[1:])
