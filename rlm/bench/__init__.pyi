# Made from __init__.py by tools/stubs.py: do not edit
from rlm.bench import pair as pair
from rlm.bench.pair import benchmark_rlm as benchmark_rlm, benchmark_vanilla as benchmark_vanilla
__all__ = ['benchmark_vanilla', 'benchmark_rlm']
