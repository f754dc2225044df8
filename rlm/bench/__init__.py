"Measuring: the same question to a model alone and to an RLM"
from rlm._faces import face

_lazy = dict(benchmark_vanilla='pair', benchmark_rlm='pair')
__all__ = list(_lazy)
__getattr__,__dir__ = face(__name__, _lazy)
