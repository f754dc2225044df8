"Temporary folders: nobody else reads them, and nothing of them is left, whatever the process dies of"
import signal,stat,sys,tempfile,time
from pathlib import Path

import pytest
from forks import run_script,script
from project import check,none
from rlm.shell.folders import sweep_folders

pytestmark = pytest.mark.skipif(sys.platform!='linux', reason='the sandboxes that are tested here are those of Linux')

def host(way, tmp):
    tmp.mkdir()
    p = script('host_with_sandbox.py', way, env=dict(TMPDIR=tmp))
    seen = []
    while (o:=p.stdout.readline()) not in ('READY\n',''): seen.append(o)
    assert o, p.stderr.read()[-2000:]
    return p,seen

def ours(tmp): return sorted(o.name for o in tmp.iterdir() if o.name.startswith('rlm-'))

slow = pytest.mark.slow

@pytest.mark.parametrize('way', ['idle','threads', pytest.param('cell', marks=slow), pytest.param('loop', marks=slow)])
def test_terminated(way, tmp_path):
    "After SIGTERM and SIGHUP nothing is left, and the exit status is that of the signal"
    for sig in (signal.SIGTERM,signal.SIGHUP)[:1 if way!='idle' else 2]:
        p,_ = host(way, tmp_path/sig.name)
        assert [o for o in ours(tmp_path/sig.name) if o.startswith('rlm-worker-')]
        p.send_signal(sig)
        p.communicate(timeout=20)
        assert p.returncode==-sig and not ours(tmp_path/sig.name)

@slow
@pytest.mark.parametrize('way', ['ignored','own'])
def test_polite(way, tmp_path):
    "Where the application has its own way with SIGTERM, that stays"
    p,_ = host(way, tmp_path/'tmp')
    p.send_signal(signal.SIGTERM)
    if way=='ignored':
        time.sleep(.3)
        assert p.poll() is None and ours(tmp_path/'tmp')
        p.send_signal(signal.SIGHUP)
    out = p.communicate(timeout=20)[0]
    assert (p.returncode,out)==((3,'OWN\n') if way=='own' else (-signal.SIGHUP,'')) and not ours(tmp_path/'tmp')

def test_forked(tmp_path):
    "A child that is terminated dies of it, and takes nothing of its parent's along"
    p,seen = host('forked', tmp_path/'tmp')
    assert seen==['CHILD 15 the document\n'] and ours(tmp_path/'tmp')
    p.terminate()
    p.communicate(timeout=20)
    assert not ours(tmp_path/'tmp')

def test_swept(tmp_path):
    "Folders are 0700 and files 0600, also those that cells write. After kill -9 the next start sweeps, and leaves alone what lives and what is not ours"
    d = tmp_path/'tmp'
    p,_ = host('idle', d)
    modes = {o: stat.S_IMODE(o.lstat().st_mode) for o in d.rglob('*') if not o.is_symlink()}
    assert any(o.name=='checkpoint' for o in modes)
    none(f'{o}: {oct(m)}' for o,m in modes.items() if m&0o077)
    left = ours(d)
    p.kill()
    p.communicate(timeout=20)
    assert ours(d)==left and any(o.is_file() and b'the document' in o.read_bytes() for o in d.rglob('*'))
    (d/'rlm-mine').mkdir()
    (d/'rlm-worker-notmine1').mkdir()
    (d/'rlm-worker-notmine1'/'file').touch()
    (tmp_path/'kept').mkdir()
    (tmp_path/'kept'/'lock').touch()
    (d/'rlm-worker-linked01').symlink_to(tmp_path/'kept')
    with script('folder_holder.py', env=dict(TMPDIR=d)) as alive:
        lives = Path(alive.stdout.readline().strip()).name # its start sweeps
        try: assert ours(d)==sorted(['rlm-mine','rlm-worker-notmine1','rlm-worker-linked01',lives]) and (tmp_path/'kept'/'lock').exists()
        finally: alive.kill()

def test_two_at_once(tmp_path):
    "Processes that sweep while others make folders never take one that is used"
    ps = [script('folders_at_once.py', env=dict(TMPDIR=tmp_path)) for _ in range(4)]
    none(o for p in ps if (o:=p.communicate(timeout=100)[1]))
    assert not ours(tmp_path)

def test_open_to_others(tmp_path, monkeypatch):
    "In a temporary folder where others can exchange one thing for another nothing is swept"
    monkeypatch.setattr(tempfile, 'tempdir', str(tmp_path))
    d = tmp_path/'rlm-worker-abcd1234'
    d.mkdir()
    tmp_path.chmod(0o777)
    assert sweep_folders()==[] and d.exists()
    tmp_path.chmod(0o1777)
    sweep_folders()
    assert not d.exists()

# Where bubblewrap is taken from

@pytest.mark.parametrize('where', ['dot','empty','relative','working','below','others','parent','missing'])
def test_bwrap_from(where, tmp_path):
    "Never from the working directory, from a relative folder, or from where others can write: a program there would run with one's own rights"
    d = tmp_path/'clone'
    bad = d/'bin' if where in ('relative','below','others','parent') else d
    bad.mkdir(parents=True)
    for o in ('bwrap','true'):
        (bad/o).write_text(f'#!/bin/sh\ntouch {tmp_path}/RAN\n')
        (bad/o).chmod(0o755)
    if where=='others': bad.chmod(0o777)
    if where=='parent': d.chmod(0o777)
    path = dict(dot='.', empty='', relative='bin', working=str(d), missing=str(tmp_path/'no')).get(where, str(bad))
    start = tmp_path if where in ('others','parent') else d
    out = check(run_script('where_bwrap.py', start, env=dict(PATH=f'{path}:/usr/bin:/bin'), quick=True)).splitlines()
    assert not (tmp_path/'RAN').exists() and out[0] in ('/usr/bin/bwrap','/bin/bwrap','None'), out
    alone = check(run_script('where_bwrap.py', start, env=dict(PATH=path), quick=True)).splitlines()
    assert not (tmp_path/'RAN').exists() and alone[0]=='None', alone
    if where!='missing': assert 'not used' in alone[1] or where in ('dot','empty','relative'), alone
