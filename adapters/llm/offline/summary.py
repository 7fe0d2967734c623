"""Extractive summaries: the sentences that share most with the whole, as they are.

Sentences are scored by the mean weight of their words (frequency in the text, as in SumBasic,
Nenkova and Vanderwende 2005: a word's weight is squared once it is covered), by names, and by
standing first or last.
"""

import re
from collections import Counter
from collections.abc import Sequence

from adapters.llm.offline.quill import word_count

_SENTENCE = re.compile(r"[^\s].*?(?:[.!?…]+[”»\"’)]*(?=\s|$)|(?=\n)|$)", re.DOTALL)
_WORD = re.compile(r"[^\W\d_]{4,}")
_MOST_SENTENCES = 20_000
_END = 1.3
_NAME = 1.2
_FEW = 4
"""Words below which a sentence says little, however frequent they are."""


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, verbatim."""
    return [found for match in _SENTENCE.finditer(text) if (found := match.group().strip())]


def summed_up(texts: Sequence[str], names: Sequence[str], words: int) -> str:
    """Sentences of the texts in their order, at most so many words; the beginning of the first
    one where none is short enough."""
    sentences: list[str] = []
    ends: set[int] = set()
    for text in texts:
        found = sentences_of(text)[: _MOST_SENTENCES - len(sentences)]
        ends |= {len(sentences), len(sentences) + len(found) - 1} if found else set()
        sentences += found
    if not sentences:
        return ""
    bags = [frozenset(word.lower() for word in _WORD.findall(each)) for each in sentences]
    counts = Counter(word for bag in bags for word in bag)
    weights = {word: count / len(sentences) for word, count in counts.items()}
    favour = [
        (_NAME if any(name in sentence for name in names) else 1) * (_END if at in ends else 1)
        for at, sentence in enumerate(sentences)
    ]

    def score(at: int) -> tuple[float, int]:
        covered = sum(weights[word] for word in bags[at]) / max(len(bags[at]), _FEW)
        return covered * favour[at], -at

    chosen: list[int] = []
    room = words
    while fitting := [
        at
        for at, sentence in enumerate(sentences)
        if at not in chosen and word_count(sentence) <= room
    ]:
        best = max(fitting, key=score)
        chosen.append(best)
        room -= word_count(sentences[best])
        for word in bags[best]:
            weights[word] **= 2
    if not chosen:
        return " ".join(sentences[0].split()[:words])
    return " ".join(sentences[at] for at in sorted(chosen))
