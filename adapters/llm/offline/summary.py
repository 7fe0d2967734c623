"""Extractive summaries: the sentences that share most with the whole, as they are.

Sentences are scored by the mean weight of their words (frequency in the text, as in SumBasic,
Nenkova and Vanderwende 2005: a word's weight is squared once it is covered), by names, and by
standing first or last.
"""

import re
from collections import Counter
from collections.abc import Sequence

from domain.story.language import Language
from domain.story.length import count_words
from domain.story.text.sentences import paragraphs, sentences

_WORD = re.compile(r"[^\W\d_]{4,}")
_MOST_SENTENCES = 20_000
_END = 1.3
_NAME = 1.2
_FEW = 4
"""Words below which a sentence says little, however frequent they are."""


def summed_up(
    texts: Sequence[str], names: Sequence[str], words: int, language: Language | None = None
) -> str:
    """Sentences of the texts in their order, at most so many words; the beginning of the first
    one where none is short enough. Without a language its small words count like others."""
    found: list[str] = []
    ends: set[int] = set()
    for text in texts:
        first = len(found)
        found += _sentences(text, language)[: _MOST_SENTENCES - first]
        if len(found) > first:
            ends |= {first, len(found) - 1}
    if not found:
        return ""
    chosen = _chosen(
        found, [_favour(found, at, names, ends) for at in range(len(found))], words, language
    )
    if not chosen:
        return " ".join(found[0].split()[:words])
    return " ".join(found[at] for at in sorted(chosen))


def _sentences(text: str, language: Language | None) -> list[str]:
    abbreviations = frozenset(language.abbreviations if language else ())
    return [
        span.of(text)
        for paragraph in paragraphs(text)
        for span in sentences(text, paragraph, abbreviations)
    ]


def _favour(found: Sequence[str], at: int, names: Sequence[str], ends: set[int]) -> float:
    named = any(name in found[at] for name in names)
    return (_NAME if named else 1) * (_END if at in ends else 1)


def _chosen(
    found: Sequence[str], favour: Sequence[float], words: int, language: Language | None
) -> set[int]:
    """Numbers of sentences, the best of those there is still room for, one after the other."""
    small = frozenset(language.function_words if language else ())
    bags = [frozenset(word.lower() for word in _WORD.findall(each)) - small for each in found]
    lengths = [count_words(each) for each in found]
    counts = Counter(word for bag in bags for word in bag)
    weights = {word: count / len(found) for word, count in counts.items()}
    chosen: set[int] = set()

    def score(at: int) -> tuple[float, int]:
        covered = sum(weights[word] for word in bags[at]) / max(len(bags[at]), _FEW)
        return covered * favour[at], -at

    while fitting := [at for at in range(len(found)) if lengths[at] <= words and at not in chosen]:
        best = max(fitting, key=score)
        chosen.add(best)
        words -= lengths[best]
        for word in bags[best]:
            weights[word] **= 2
    return chosen
