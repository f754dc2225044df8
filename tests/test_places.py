"Where packages lie on other people's machines: a worker starts there, finds them, and reads nothing that lies beside them"
import functools,os,shutil,subprocess,sys,sysconfig,tempfile,zipfile
from pathlib import Path

import pytest
from machine import no_bwrap
from project import root

pytestmark = pytest.mark.skipif(sys.platform!='linux', reason='the sandboxes that are tested here are those of Linux')

SCRIPT = (root/'tests'/'scripts'/'worker_starts.py').read_text() # run by other interpreters

@functools.cache
def needed():
    "What a process needs that starts a worker, where it lies here: names and paths of packages and modules, without the standard library and without rlm"
    code = SCRIPT.replace('sh.close()', "print('\\n'.join({str(getattr(m, '__file__', None) or list(m.__path__)[0]) for k,m in sys.modules.items() if '.' not in k and hasattr(m, '__path__')|hasattr(m, '__file__')}))")
    out = subprocess.run([sys.executable, '-c', code, 'trusted'], capture_output=True, text=True, check=True).stdout.splitlines()
    lib = {sysconfig.get_path('purelib'),sysconfig.get_path('platlib')}
    tops = {Path(d, Path(o).relative_to(d).parts[0]) for o in out for d in lib if o.startswith(d+'/')}
    return sorted(o for o in tops if not o.name.startswith('__editable__'))

def put(names, folder, records=False):
    "Packages in `folder`, with the records of an installer or without"
    folder.mkdir(parents=True, exist_ok=True)
    for o in names:
        if o.is_dir(): shutil.copytree(o, folder/o.name, ignore=shutil.ignore_patterns('__pycache__','tests','test'), dirs_exist_ok=True)
        else: shutil.copy(o, folder/o.name)
    if not records: return folder
    d = folder/'all-1.dist-info'
    d.mkdir()
    files = [p.relative_to(folder).as_posix() for o in names for p in ([folder/o.name] if o.is_file() else (folder/o.name).rglob('*.*'))]
    (d/'RECORD').write_text(''.join(f'{o},,\n' for o in files))
    (d/'METADATA').write_text('Name: all\nVersion: 1\n')
    return folder

# One function for each place: it builds it below `d` and gives the command, variables of the environment, and the working directory

def venv(d):
    "The Python of a new virtual environment without packages"
    subprocess.run([sys.executable, '-m', 'venv', '--without-pip', d], check=True)
    return d/'bin'/'python'

def site_packages(d): return next((d/'lib').glob('python3*'))/'site-packages'

def rlm(folder):
    "A copy of this package in `folder`"
    shutil.copytree(root/'rlm', folder/'rlm', ignore=shutil.ignore_patterns('__pycache__'))
    return folder

def in_venv(d):
    "All in a virtual environment"
    p = venv(d/'env')
    put(needed(), rlm(site_packages(d/'env')))
    return [p],{},d/'work'

def linked_venv(d):
    "A virtual environment behind a link"
    in_venv(d)
    (d/'env').rename(d/'real')
    (d/'env').symlink_to(d/'real')
    return [d/'env'/'bin'/'python'],{},d/'work'

def target(d):
    "`pip install --target` over PYTHONPATH"
    put(needed(), rlm(d/'work'), records=True)
    return [venv(d/'env')],dict(PYTHONPATH=d/'work'),d

def script_folder(d):
    "`pip install --target .`, started from there: the folder of the script, the working directory and the packages are one"
    put(needed(), rlm(d/'work'), records=True)
    return [venv(d/'env')],{},d/'work'

def sources(d):
    "A project folder on PYTHONPATH, with packages that no installer put there"
    put(needed(), rlm(d/'work'))
    return [venv(d/'env')],dict(PYTHONPATH=d/'work'),d

def pth(d):
    "A .pth file that names a folder"
    p = venv(d/'env')
    put(needed(), rlm(d/'work'))
    (site_packages(d/'env')/'x.pth').write_text(f"{d/'work'}\n")
    return [p],{},d

FINDER = """
import sys
from importlib.machinery import PathFinder,ModuleSpec
from importlib.util import spec_from_file_location
class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name=='fastcore': return spec_from_file_location(name, {place!r}+'/__init__.py', submodule_search_locations=[{place!r}])
sys.meta_path.append(Finder)
"""

def editable(d):
    "A clone that is installed as editable, by a finder"
    p = venv(d/'env')
    lib = rlm(site_packages(d/'env'))
    put([o for o in needed() if o.name!='fastcore'], lib)
    put([o for o in needed() if o.name=='fastcore'], d/'work'/'clone')
    (lib/'__editable___fastcore_finder.py').write_text(FINDER.format(place=str(d/'work'/'clone'/'fastcore')))
    (lib/'__editable__.fastcore.pth').write_text('import __editable___fastcore_finder\n')
    return [p],{},d

def zipped(d):
    "A package in a zip on PYTHONPATH"
    p = venv(d/'env')
    put([o for o in needed() if o.name!='fastcore'], rlm(site_packages(d/'env')))
    fc = next(o for o in needed() if o.name=='fastcore')
    with zipfile.ZipFile(d/'lib.zip', 'w') as z:
        for o in fc.rglob('*.py'): z.write(o, o.relative_to(fc.parent))
    return [p],dict(PYTHONPATH=d/'lib.zip'),d

def user_site(d):
    "`pip install --user`"
    base = Path(sys.base_prefix)/'bin'/f'python3.{sys.version_info[1]}'
    put(needed(), rlm(d/'user'/'lib'/f'python3.{sys.version_info[1]}'/'site-packages'))
    return [base],dict(PYTHONUSERBASE=d/'user', HOME=d),d

def odd_path(d):
    "Spaces and letters that are not ASCII, for temporary files too"
    (tmp:=d/'mémoire 記').mkdir()
    return *target(tmp)[:1],dict(PYTHONPATH=tmp/'work', TMPDIR=tmp),tmp

def safe_path(d):
    "python -P"
    cmd,env,cwd = target(d)
    return [*cmd, '-P'],env,cwd

def overlay(d):
    "The site-packages of another environment on PYTHONPATH"
    _,_,cwd = in_venv(d)
    return [venv(d/'other')],dict(PYTHONPATH=site_packages(d/'env')),cwd

mount,umount,setpriv = (shutil.which(o) or o for o in ('mount','umount','setpriv'))

def after(code, *cmd, ns='-m'):
    "`cmd` in namespaces of its own, after the shell has run `code` there"
    return [shutil.which('unshare'), *ns.split(), '/bin/sh', '-c', f'{code} && exec "$0" "$@"', *cmd]

def read_only(d):
    "Packages on a read-only file system"
    cmd,env,cwd = target(d)
    return after(f'{mount} --bind {d}/work {d}/work && {mount} -o remount,bind,ro {d}/work', *cmd),env,cwd

def no_shared_memory(d):
    "No /dev/shm"
    cmd,env,cwd = in_venv(d)
    return after(f'{umount} /dev/shm', *cmd),env,cwd

def other_user(d):
    "Not root; the interpreter lies where that user can read it"
    base = Path(sys.base_prefix)
    put(needed(), rlm(d/'work'), records=True)
    (d/'py').mkdir()
    (d/'tmp').mkdir()
    (d/'tmp').chmod(0o777|0o1000)
    cmd = [setpriv, '--reuid', '12345', '--regid', '12345', '--clear-groups', '--', d/'py'/'bin'/f'python3.{sys.version_info[1]}']
    return after(f'{mount} --bind {base} {d}/py', *cmd),dict(PYTHONPATH=d/'work', TMPDIR=d/'tmp', HOME=d/'tmp'),d

def no_namespaces(d):
    "A container that may make no namespaces: bubblewrap is there, and cannot work"
    cmd,env,cwd = in_venv(d)
    return after('for o in user mnt pid net; do echo 0 > /proc/sys/user/max_${o}_namespaces; done', *cmd, ns='-U --map-root-user'),env,cwd

plain = dict(target='bwrap', sources='landlock', editable='bwrap')
places = {o.__name__: o for o in (in_venv, linked_venv, target, script_folder, sources, pth, editable, zipped, user_site, odd_path, safe_path, overlay,
    read_only, no_shared_memory, other_user, no_namespaces)}

@pytest.fixture
def d():
    "A folder that every user may enter"
    with tempfile.TemporaryDirectory() as d:
        os.chmod(d, 0o755)
        yield Path(d)

def started(place, backend, d):
    "What the script says when it is started from `place`"
    work = d/'work'
    (work/'data').mkdir(parents=True)
    for o in ('.env','mine.py','data/secret.txt'): (work/o).write_text('KEY="of mine"')
    cmd,env,cwd = place(d)
    if 'unshare' in str(cmd[0]) and (os.getuid()!=0 or subprocess.run(['unshare', '-m', 'true'], capture_output=True).returncode): pytest.skip('needs the rights to mount')
    (script:=(work if place is script_folder else d)/'script.py').write_text(SCRIPT)
    mine = {k: v for k,v in os.environ.items() if k not in ('PYTHONPATH','RLM_SANDBOX')}
    hidden = [str(o) for o in (work/'.env', work/'mine.py', work/'data'/'secret.txt', work, d, script)]
    env = {**mine, 'PATH': '/nowhere' if backend=='landlock' else '/usr/bin:/bin', **{k: str(v) for k,v in env.items()}}
    res = subprocess.run([*map(str, cmd), str(script), 'auto', *hidden], env=env, cwd=cwd, capture_output=True, text=True, timeout=100)
    return res.stdout.splitlines(),(res.stdout+res.stderr)[-3000:],len(hidden)

def holds(place, backend, d):
    lines,said,n = started(place, backend, d)
    assert len(lines)==2+n and lines[1:]==['4 [1]']+['closed']*n, said
    assert ('bubblewrap, with' in lines[0])==(backend=='bwrap' and place is not no_namespaces), said

def skip(backend):
    if backend=='bwrap' and (why:=no_bwrap()): pytest.skip(why)

@pytest.mark.parametrize('name,backend', [pytest.param(k, o, marks=[] if plain.get(k)==o else pytest.mark.slow) for o in ('landlock','bwrap') for k in places])
def test_starts(name, backend, d):
    "In each place, with each kind of wall, a worker starts and imports what it needs; and what lies beside the packages cannot be read"
    skip(backend)
    holds(places[name], backend, d)

def test_clone(d):
    "A clone that one works in opens nothing by records of its own making"
    (d/'fastcore').mkdir()
    (d/'fastcore'/'__init__.py').write_text('print("RAN")')
    (d/'notes').mkdir()
    (d/'notes'/'private.txt').write_text('mine')
    (d/'x-1.dist-info').mkdir()
    (d/'x-1.dist-info'/'RECORD').write_text('notes/x.py,,\nfastcore/__init__.py,,\n')
    code = "import sys; sys.path.append(''); from rlm.shell.ipython import ReplShell; from rlm.shell.places import link_packages; print(link_packages(sys.argv[1], {}))"
    res = subprocess.run([sys.executable, '-P', '-c', code, d/'links'], cwd=d, capture_output=True, text=True, env={**os.environ, 'PYTHONPATH': f'{root}'})
    assert res.returncode==0 and str(d) not in res.stdout and 'RAN' not in res.stdout, res

NO_FILE = """
import sys
from importlib.machinery import ModuleSpec
class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition('.')[0]=='fastcore': return ModuleSpec(name, cls, is_package=name=='fastcore')
    @classmethod
    def create_module(cls, spec): return None
    @classmethod
    def exec_module(cls, mod):
        with open(HERE+'/'+mod.__name__.replace('.', '/')+('/__init__.py' if mod.__name__=='fastcore' else '.py')) as f: exec(f.read(), vars(mod))
sys.meta_path.insert(0, Finder)
"""

@pytest.mark.slow
def test_says_why(d):
    "Where it cannot start, one sentence says what is missing, where it was looked for and what to do"
    in_venv(d)
    lib = site_packages(d/'env')
    (lib/'fastcore').rename(d/'fastcore')
    (lib/'finder.py').write_text(NO_FILE.replace('HERE', repr(str(d))))
    (lib/'finder.pth').write_text('import finder\n')
    (d/'script.py').write_text(SCRIPT)
    def said(cwd, **env):
        mine = {k: v for k,v in os.environ.items() if k not in ('PYTHONPATH','RLM_SANDBOX')}
        res = subprocess.run([d/'env'/'bin'/'python', d/'script.py', 'auto'], env={**mine, **env}, cwd=cwd, capture_output=True, text=True, timeout=60)
        return res.stderr.splitlines()[-1]
    memory = said('/')
    assert 'SandboxError' in memory or 'MissingPackage' in memory
    assert 'the worker cannot import fastcore: fastcore was not imported from a file' in memory and 'Install it with pip' in memory and 'Nothing was run' in memory, memory
    (lib/'finder.pth').unlink()
    (lib/'x.pth').write_text(f'{d}\n')
    inside = said(d/'fastcore')
    assert f"fastcore lies in {d/'fastcore'}, which a worker may not read, since your home or your working directory lies in it" in inside, inside
