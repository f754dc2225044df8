"Makes folders, sweeps and removes, while other processes do the same"
import os
from rlm.shell.folders import make_folder,remove_folder,sweep_folders

for i in range(40):
    d = make_folder('worker')
    open(d+'/file', 'w').close()
    sweep_folders()
    assert sorted(os.listdir(d))==['file','lock'], os.listdir(d)
    if i%3: remove_folder(d)
