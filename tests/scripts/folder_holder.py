"A process that makes a folder for a worker, says where, and lives on"
import time
from rlm.shell.folders import make_folder

print(make_folder('worker'), flush=True)
time.sleep(30)
