"`benchmarks/all.py`: which ratios grew by more than half, what is measured once more, and what is said"
import json,pytest
from benchmarks import all as table
from project import root

def row(name, ratio, **kw): return dict(dict(name=name, script='steps', value=ratio, floor=1., floor_name='bare exec', unit='ms', note='', ratio=ratio, checked=True), **kw)

committed = dict(machine='1 processor', ratios={'step 20': 20., 'step 200': 20., 'worker': .6})

def check(rows, again=lambda names: pytest.fail('nothing is to be measured again')): return table.check('r.json', committed, rows, again)

def test_names_what_grew(capsys):
    "What grew by more than half, and in each round of the second look too, ends it with 1 and a sentence that names it; what stayed, fell or is only shown is not in it"
    rows = [row('step 20', 29.9), row('step 200', 41.), row('worker', .95, script='sandbox'), row('clock', 900., checked=False)]
    with pytest.raises(SystemExit) as e: check(rows, lambda names: [[row('step 20', 90.), row('step 200', o), row('worker', .61)] for o in (39., 33.)] if names==['sandbox','steps'] else names)
    out,err = capsys.readouterr()
    assert e.value.code==1 and err=='all.py: This ratio grew by more than half against r.json: step 200, from 20 to 33 times bare exec.\n'
    assert 'These ratios grew by more than half against r.json: step 200, from 20 to 41 times bare exec; worker, from 0.6 to 0.95 times bare exec. Once more:' in out

def test_no_noise(capsys):
    "What grew once and not in each round of the second look, and what is not committed yet, is no failure; what is committed and not measured is one"
    rows = [row('step 20', 50.), row('step 200', 20.), row('worker', .1), row('new', 5.)]
    check(rows, lambda names: [[row('step 20', o), row('step 200', 900.)] for o in (60., 21.)])
    out = capsys.readouterr().out
    assert out.endswith('No ratio grew by more than half against r.json.\n') and 'so compared with nothing: new.' in out and 'another machine (1 processor)' in out
    with pytest.raises(SystemExit) as e: check(rows[1:])
    assert e.value.code==1 and 'not measured: step 20. Write it anew.' in capsys.readouterr().err

def test_middle():
    "Of three rounds the row with the median ratio counts, whole"
    got = table.each_row([[row('a', o, value=10*o), row('b', 1)] for o in (3, 9, 4)], table.middle)
    assert [(o['name'], o['ratio'], o['value']) for o in got]==[('a', 4, 40), ('b', 1, 1)]

def test_committed_ratios():
    "The committed file is one that the command writes, and the scripts are there"
    file = json.loads((root/'benchmarks'/'ratios.json').read_text(encoding='utf-8'))
    assert file['short'] and f"Python {file['python']}." in file['machine'] and len(file['ratios'])>20 and all(o>0 for o in file['ratios'].values())
    assert all((root/'benchmarks'/f'{o}.py').exists() for o in table.scripts)
