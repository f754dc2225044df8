"`connection_file`: a Jupyter kernel, that ends when its stdin is closed"
import os,sys,threading
from ipykernel.kernelapp import IPKernelApp

lifeline = os.dup(0)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
threading.Thread(target=lambda: (os.read(lifeline, 1), os._exit(0)), daemon=True, name='lifeline').start()
IPKernelApp.launch_instance(['-f', sys.argv[1]])
