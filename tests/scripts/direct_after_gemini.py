"`url`: which transport calls take after one of Gemini, and after a callback of one's own"
import sys
from rlm.models.lm import LM
from rlm.models.providers import LMError, load_litellm

url, = sys.argv[1:]
try: LM('gemini/gemini-2.5-pro', url, 'k', retries=0)('q')
except LMError: pass
print(LM('openai/m', url)('q')._hidden_params['transport'])
load_litellm().success_callback.append(lambda *args: None)
print(LM('openai/m', url)('q')._hidden_params['transport'])
