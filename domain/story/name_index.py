"""Passages by the names they mention, exactly."""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from domain.story.bible import Bible
from domain.story.names import fold, folded_words, is_unspaced, mentions
from domain.story.passages import Passage

_LOWER = re.compile(r"(?<![^\W_])[^\W\d_A-Z]\w*")
_PHRASE = 6  # words; a longer query is a question


class NameIndex:
    """Finds every passage that mentions a name: whole words without case and accents, with or
    without possessives, across line ends and across the cut from one passage to the next.

    Passages of one chapter come in their order; `words` are those of each passage, folded.
    """

    def __init__(self, passages: Sequence[Passage], words: Sequence[Sequence[str]]) -> None:
        self._passages = passages
        self._folded = [f" {' '.join(each)} " for each in words]
        self._where: dict[str, array[int]] = {}  # a passage as often as the word is in it
        for at, each in enumerate(words):
            for word in each:
                self._where.setdefault(word, array("L")).append(at)
        small = {word for passage in passages for word in _LOWER.findall(passage.text)}
        self._common = set(folded_words(" ".join(word for word in small if word[0].islower())))

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
        proper = [word for word in words if word in self._where and word not in self._common]
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
        words = name.split()
        if is_unspaced(name):
            yield from self._counted_anywhere("".join(words))
        elif len(words) == 1:
            yield from Counter(self._where.get(words[0], ())).items()
        elif words:
            first, last = (set(self._where.get(word, ())) for word in (words[0], words[-1]))
            for at in first & last:
                if count := self._folded[at].count(name):
                    yield at, count
            for at in first:
                if at + 1 in last and name in self._across(at, len(words) - 1, " "):
                    yield at, 1
                    yield at + 1, 1

    def _counted_anywhere(self, name: str) -> Iterator[tuple[int, int]]:
        for at, text in enumerate(self._folded):
            if count := text.count(name):
                yield at, count
            if at + 1 < len(self._folded) and name in self._across(at, len(name) - 1, ""):
                yield at, 1
                yield at + 1, 1

    def _across(self, at: int, length: int, space: str) -> str:
        """The end of a passage and the beginning of the next of its chapter, so much of each that
        only what goes across the cut has room in it."""
        if self._passages[at].chapter_id != self._passages[at + 1].chapter_id:
            return ""
        before, after = self._folded[at].strip(), self._folded[at + 1].strip()
        if space:
            last, first = before.rsplit(None, length)[-length:], after.split(None, length)[:length]
            return f" {' '.join((*last, *first))} "
        return before[-length:] + after[:length] if length else ""
