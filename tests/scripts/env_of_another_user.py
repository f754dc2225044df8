"Is the key of `.env` taken, which belongs to another user than this process?"
import os
from rlm.inputs import read_env

if os.getuid()==0: os.setuid(12345)
read_env()
print('A_API_KEY' in os.environ)
