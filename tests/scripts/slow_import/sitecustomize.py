"With this folder on its path an interpreter takes seven seconds more to import litellm: what is no run's time can be told from a slow machine"
import sys,time

class SlowImport:
    "Finds nothing, but takes its time for one name, once"
    def find_spec(self, name, path=None, target=None):
        if name!='litellm': return
        sys.meta_path.remove(self)
        time.sleep(7)

sys.meta_path.insert(0, SlowImport())
