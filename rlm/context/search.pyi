# Made from search.py by tools/stubs.py: do not edit
from collections import namedtuple
from typing import Any
__all__ = ['Query', 'stem', 'word_stems', 'read_question', 'sentences', 'score_sentences', 'best_passages']

def stem(word: str) -> str: ...

def word_stems(text: str) -> list[str]: ...
Query = namedtuple('Query', 'terms names phrases grams exact pairs kind listing')

def read_question(question: str) -> Query: ...

def sentences(text: str) -> list: ...

def score_sentences(q: Query, sents: list[str], idf: dict) -> list[tuple]: ...

def best_passages(context: Any, question: str, n: int=12) -> list:
    """The passages of `context` that share the most telling words with `question`: BM25, then the best sentence of each

    Parameters::

        name      type  default  meaning
        context                  str, bytes, list of anything, dict of name to text, or other (read as
                                 `str(context)`)
        question  str            In English
        n         int   12       How many passages at most
        returns   list           Passages as str, about 1,000 characters each, best first
    """
