"Is a second thread seen, with /proc and without?"
import os,threading
from rlm.shell._lockdown import has_threads

def ask(listdir):
    "Alone, and with a thread more"
    os.listdir = listdir
    alone,stop = has_threads(),threading.Event()
    t = threading.Thread(target=stop.wait)
    t.start()
    print(alone, has_threads())
    stop.set()
    t.join()

def missing(path): raise FileNotFoundError(path)

listdir = os.listdir
ask(listdir)
ask(missing)
