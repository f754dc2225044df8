"What changes from release to release lives in settings.ini; this hands it to setuptools, next to pyproject.toml"
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup

cfg = ConfigParser(interpolation=None)
cfg.read(Path(__file__).with_name('settings.ini'), encoding='utf-8')
lines = {k:v.split('\n') for k,v in cfg['DEFAULT'].items()}
reqs,dev,monty,scripts = ([o for o in lines[k] if o] for k in ('requirements','dev_requirements','monty_requirements','console_scripts'))
setup(install_requires=reqs, extras_require=dict(dev=dev+monty, monty=monty), entry_points=dict(console_scripts=scripts, nbdev=['rlm=rlm._modidx:d']))
