"""Passages by the names they mention, exactly."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from domain.story.bible import Bible
from domain.story.names import fold, folded_words, is_unspaced, mentions
from domain.story.passages import Passage

_LOWER = re.compile(r"(?<![^\W_])[^\W\d_A-Z]\w*")
_PHRASE = 6  # words; a longer query is a question
_SEAM = 12  # words on each side of a cut: no name is longer


class _Seam(NamedTuple):
    """The words before and after a cut between two passages of one chapter."""

    before: Sequence[str]
    after: Sequence[str]


class NameIndex:
    """Finds every passage that mentions a name: whole words without case and accents, with or
    without possessives, across line ends and across the cut from one passage to the next.

    Passages of one chapter come in their order.
    """

    def __init__(self, passages: Sequence[Passage]) -> None:
        self._passages = passages
        words = [folded_words(passage.text) for passage in passages]
        self._folded = [f" {' '.join(each)} " for each in words]
        self._seams = [
            _Seam(words[at][-_SEAM:], words[at + 1][:_SEAM])
            if passages[at].chapter_id == passages[at + 1].chapter_id
            else None
            for at in range(len(passages) - 1)
        ]
        self._all = {word for each in words for word in each}
        self._common = {
            word for passage in passages for word in folded_words(_small_words(passage.text))
        }

    def asked(self, query: str, bible: Bible) -> list[tuple[str, ...]]:
        """The names that a query asks for, each with its other names.

        These are the bible's that it mentions, or that it is part of; the query itself where it is
        short and may be a name; and its words that the texts never write with a small letter.
        """
        folded, words = fold(query), folded_words(query)
        if not words:
            return []
        asked = [
            entry.names
            for entry in bible.entries
            if any(mentions(folded, fold(name)) for name in entry.names)
            or any(mentions(fold(name), folded) for name in entry.names)
        ]
        known = {word for names in asked for name in names for word in folded_words(name)}
        proper = [word for word in words if word in self._all and word not in self._common]
        begins = query.strip()[:1]
        if len(words) <= _PHRASE and (proper or begins == begins.upper()):
            asked.append((query.strip(),))
        asked += [(word,) for word in proper if word not in known]
        return list(dict.fromkeys(asked))

    def mentioning(self, asked: Iterable[Sequence[str]]) -> list[Passage]:
        """All passages that mention any of the names, those that mention most of them first."""
        scores: dict[int, tuple[int, int]] = {}
        for names in asked:
            counts: dict[int, int] = {}
            for name in dict.fromkeys(map(fold, names)):
                for at, count in self._counted(name):
                    counts[at] = counts.get(at, 0) + count
            for at, count in counts.items():
                matched, total = scores.get(at, (0, 0))
                scores[at] = matched + 1, total + count
        best = sorted(scores, key=lambda at: (-scores[at][0], -scores[at][1], at))
        return [self._passages[at] for at in best]

    def _counted(self, name: str) -> Iterator[tuple[int, int]]:
        """Where a folded name is mentioned, and how often."""
        if name.isspace():
            return
        unspaced = is_unspaced(name)
        what = name.strip() if unspaced else name
        for at, text in enumerate(self._folded):
            if what in text:
                yield at, text.count(what)
        length = len(what) if unspaced else name.count(" ") - 1
        if length < 2:
            return
        for at, seam in enumerate(self._seams):
            if seam and what in _joined(seam, length, unspaced):
                yield at, 1
                yield at + 1, 1


def _joined(seam: _Seam, length: int, unspaced: bool) -> str:
    """So much of a seam that only what goes across the cut has room in it."""
    if unspaced:
        return "".join(seam.before)[1 - length :] + "".join(seam.after)[: length - 1]
    return f" {' '.join((*seam.before[1 - length :], *seam.after[: length - 1]))} "


def _small_words(text: str) -> str:
    """The words that begin with a small letter."""
    return " ".join(word for word in _LOWER.findall(text) if word[0].islower())
