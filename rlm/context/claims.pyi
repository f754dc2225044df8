# Made from claims.py by tools/stubs.py: do not edit
from dataclasses import dataclass
__all__ = ['Claim', 'claims', 'other_forms']

@dataclass
class Claim:
    kind: str
    text: str
    at: int = ...

def claims(answer: str, most: int=100) -> list[Claim]: ...

def other_forms(claim: Claim) -> list[str]: ...
