"What a `.env` file may say to `rlm`: keys and the name of a model, of the nearest file, and nothing that the environment has; everything else is passed by, and said"
import os,subprocess,sys,tempfile
from pathlib import Path
import pytest
from forks import run_script
from rlm.cli import main
from rlm.inputs import read_env
from rlm.trace import read_trace

@pytest.fixture
def folder(tmp_path, monkeypatch):
    "A working directory whose `.env` is the nearest, and an environment that is put back"
    before = dict(os.environ)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    for k in set(os.environ)-set(before): del os.environ[k]
    os.environ.update(before)

def taken(before): return {k:v for k,v in os.environ.items() if before.get(k)!=v}

# text of the file -> what is taken, what is named as ignored
rows = dict(
    key=('OPENAI_API_KEY=sk-1', dict(OPENAI_API_KEY='sk-1'), ''), model=('RLM_MODEL=openai/m', dict(RLM_MODEL='openai/m'), ''),
    quoted=('export ANTHROPIC_API_KEY="k-1"\n# a comment\n', dict(ANTHROPIC_API_KEY='k-1'), ''), mark=('\ufeffOPENAI_API_KEY=sk-1', dict(OPENAI_API_KEY='sk-1'), ''),
    sandbox=('RLM_SANDBOX=trusted', {}, 'RLM_SANDBOX'), base_url=('OPENAI_BASE_URL=http://evil.example/v1', {}, 'OPENAI_BASE_URL'), api_base=('OPENAI_API_BASE=http://evil.example/v1', {}, 'OPENAI_API_BASE'),
    other_base=('ANTHROPIC_BASE_URL=http://evil.example', {}, 'ANTHROPIC_BASE_URL'), trace=('RLM_TRACE=/no/such', {}, 'RLM_TRACE'), live=('RLM_LIVE=1', {}, 'RLM_LIVE'), direct=('RLM_DIRECT=0', {}, 'RLM_DIRECT'),
    small_letters=('rlm_sandbox=trusted\nopenai_api_key=k', {}, ''), path=('PATH=/evil', {}, ''), preload=('LD_PRELOAD=./x.so', {}, ''), python=('PYTHONPATH=.\nPYTHONSTARTUP=x.py', {}, ''),
    proxy=('HTTPS_PROXY=http://evil.example\nhttp_proxy=http://evil.example', {}, ''), mode=('LITELLM_MODE=DEV\nLITELLM_LOG=DEBUG', {}, ''), certificates=('SSL_CERT_FILE=./evil.pem\nSSL_VERIFY=False', {}, ''),
    model_is_a_url=('RLM_MODEL=huggingface/https://evil.example/x', {}, 'RLM_MODEL'), model_is_a_sentence=('RLM_MODEL="x; rm -rf /"', {}, 'RLM_MODEL'), empty_key=('OPENAI_API_KEY=', {}, ''),
    two_lines=('OPENAI_API_KEY="sk-1\nX-Evil: 1"', {}, ''), expanded=('OPENAI_API_KEY=${HOME}', dict(OPENAI_API_KEY='${HOME}'), ''), default=('OPENAI_API_KEY=${NONE:-sk-2}', dict(OPENAI_API_KEY='${NONE:-sk-2}'), ''),
    command=('OPENAI_API_KEY=$(id)', dict(OPENAI_API_KEY='$(id)'), ''), garbage=('=\n===\n"\n\x01\x02', {}, ''), all_at_once=('RLM_SANDBOX=trusted\nOPENAI_API_KEY=sk-1\nFOO=1', dict(OPENAI_API_KEY='sk-1'), 'RLM_SANDBOX'))

@pytest.mark.parametrize('name', rows)
def test_rows(name, folder, monkeypatch, capsys):
    text,want,ignored = rows[name]
    monkeypatch.delenv('RLM_SANDBOX')
    (folder/'.env').write_text(text, encoding='utf-8')
    before = dict(os.environ)
    assert main(['ask', 'Who?', 'no-such-file.txt'])==2
    err = capsys.readouterr().err
    assert taken(before)==want and not set(before)-set(os.environ)
    assert f'{folder}/.env was read' in err and all(k in err for k in want) and not any(v in err for k,v in want.items() if k.endswith('KEY'))
    assert (f'Ignored in it: {ignored}.' in err) if ignored else ('Ignored' not in err)

def test_the_environment_wins(folder, monkeypatch, capsys):
    monkeypatch.setenv('OPENAI_API_KEY', 'mine')
    monkeypatch.setenv('RLM_MODEL', '')
    (folder/'.env').write_text('OPENAI_API_KEY=theirs\nRLM_MODEL=openai/theirs')
    read_env()
    assert (os.environ['OPENAI_API_KEY'], os.environ['RLM_MODEL'])==('mine', '') and 'nothing taken' in capsys.readouterr().err

def test_the_nearest(folder, monkeypatch, capsys):
    "A folder called .env, as virtual environments sometimes are, is passed by; of two files the nearer one is read"
    (folder/'.env').write_text('A_API_KEY=far\nRLM_SANDBOX=trusted')
    (folder/'a'/'b'/'.env').mkdir(parents=True)
    monkeypatch.chdir(folder/'a'/'b')
    read_env()
    assert os.environ['A_API_KEY']=='far' and 'RLM_SANDBOX' in capsys.readouterr().err
    (folder/'a'/'.env').write_text('B_API_KEY=near\nA_API_KEY=near')
    read_env()
    assert os.environ['B_API_KEY']=='near' and os.environ['A_API_KEY']=='far'

@pytest.mark.parametrize('data,why', [(b'A_API_KEY=k\n'*10_000, 'larger than'), (b'\xff\xfe\x00A', 'not UTF-8'), (b'A_API_KEY=k\0\n', 'not text'), (b'', None)], ids=['huge','bytes','nul','empty'])
def test_odd_files(data, why, folder, capsys):
    (folder/'.env').write_bytes(data)
    read_env()
    assert 'A_API_KEY' not in os.environ and (f'was not read: it is {why}' if why else 'nothing taken') in capsys.readouterr().err

def test_special_files(folder, capsys):
    "A pipe would be waited for; a link to nowhere is no file"
    os.mkfifo(folder/'.env')
    read_env()
    (folder/'.env').unlink()
    (folder/'.env').symlink_to('nowhere')
    read_env()
    assert not capsys.readouterr().err

@pytest.mark.skipif(not hasattr(os, 'getuid') or os.getuid()!=0, reason='only root can give a file away')
def test_of_somebody_else(folder, capsys):
    (folder/'.env').write_text('A_API_KEY=theirs')
    os.chown(folder/'.env', 12345, -1)
    read_env()
    assert 'A_API_KEY' not in os.environ and 'belongs to somebody else' in capsys.readouterr().err

def test_unreadable(folder):
    "Another user's process finds the file and may not read it"
    with tempfile.TemporaryDirectory() as d:
        os.chmod(d, 0o755)
        (Path(d)/'.env').write_text('A_API_KEY=k')
        (Path(d)/'.env').chmod(0)
        res = run_script('env_of_another_user.py', cwd=d, quick=True)
    assert res.stdout.strip()=='False' and 'was not read' in res.stderr and 'Traceback' not in res.stderr, res

def test_the_wall_stays(folder, monkeypatch, capsys):
    "A clone cannot have its own document's code run in the open"
    monkeypatch.delenv('RLM_SANDBOX')
    (folder/'.env').write_text('RLM_SANDBOX=trusted\nRLM_TRACE=everything.jsonl')
    (folder/'a.txt').write_text('The lighthouse was built by Marta.')
    assert main(['ask', 'Who built the lighthouse?', 'a.txt', '--trace', 't.jsonl'])==0
    assert read_trace('t.jsonl').header['sandbox'].startswith('auto') and not (folder/'everything.jsonl').exists()

def test_doctor_reads_none(folder, capsys):
    (folder/'.env').write_text('A_API_KEY=k')
    assert main(['doctor'])==0 and 'A_API_KEY' not in os.environ and '.env' not in capsys.readouterr().err

@pytest.mark.slow
def test_litellm_reads_none(folder):
    "In its own development mode litellm would load the file when it is imported"
    (folder/'.env').write_text('OPENAI_BASE_URL=http://evil.example\nA_API_KEY=k')
    code = "import os\nfrom rlm.models.providers import load_litellm\nload_litellm()\nprint([k for k in ('OPENAI_BASE_URL','A_API_KEY') if k in os.environ])"
    assert subprocess.run([sys.executable, '-c', code], cwd=folder, capture_output=True, text=True).stdout.strip()=='[]'
