"""What the first look saves: steps and tokens of a model that looks before it works, with the look in its first message and without

A scripted model stands for a strong one: where the beginning of the context is not shown, its first step prints it, as
nearly every trajectory of a strong model begins; then it computes, and answers. Each of the ten contexts of `real_tasks`
is asked about with `Prompts(peek=0)` and with the default.

    python benchmarks/peek.py
"""
import os
os.environ.setdefault('LITELLM_LOCAL_MODEL_COST_MAP', 'True')
from real_tasks import tasks
from rlm.core import RLM
from rlm.models.scripted import ScriptedLM, call_repl
from rlm.prompts import Prompts

def strong(messages):
    "Look, unless the first message has shown it; compute; answer"
    cells = sum(m['role']=='tool' for m in messages)
    has_seen = cells>0 or 'Its beginning:' in messages[1]['content']
    if not has_seen: return call_repl('print(type(context), len(context))\nprint(context[:500])\nprint(context[-200:])')
    if not any('answer =' in str(m.get('tool_calls')) for m in messages): return call_repl('answer = context.count("e")\nprint(answer)')
    return 'FINAL_VAR(answer)'

def run(context, question, prompts): return RLM(ScriptedLM(strong), prompts=prompts)(context, question)

def main():
    print(f"{'task':10}{'steps':>14}{'tokens':>18}")
    sums = [0]*4
    for name,context,question,_ in tasks(0):
        without,with_it = run(context, question, Prompts(peek=0)),run(context, question, Prompts())
        assert without.value==with_it.value and with_it.grounded
        row = without.steps,with_it.steps,without.usage.total_tokens,with_it.usage.total_tokens
        sums = [a+b for a,b in zip(sums, row)]
        print(f'{name:10}{row[0]:6} ->{row[1]:4}{row[2]:10,} ->{row[3]:6,}')
    print(f"{'all':10}{sums[0]:6} ->{sums[1]:4}{sums[2]:10,} ->{sums[3]:6,}   steps x {sums[1]/sums[0]:.2f}, tokens x {sums[3]/sums[2]:.2f}")

if __name__=='__main__': main()
