"Is a second thread seen, with /proc and without?"
import os,threading
from rlm.shell._lockdown import has_threads

def missing(path): raise FileNotFoundError(path)

def ask():
    "With /proc, and without"
    res = []
    for os.listdir in (listdir, missing): res.append(has_threads())
    return res

listdir = os.listdir
alone,stop = ask(),threading.Event()
threading.Thread(target=stop.wait).start()
print(*alone, *ask())
stop.set()
