"""Chapters taken apart, kept from one check to the next."""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Set
from functools import lru_cache
from typing import NamedTuple

from domain.story.coherence.gate import read_with
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.reading import ChapterReading, ChapterText
from domain.story.text.cast import WORD, Cast, Entity
from domain.story.text.discovery import Looked, look

_KEPT_CHARACTERS = 4_000_000  # of about 100 bytes each when taken apart


class _Kept(NamedTuple):
    words: Set[str]
    known: Hashable
    read: tuple[Told, ChapterReading]


class Readings:
    """Reads as `read_with`, but a text once for as long as the cast that it may speak of stays the
    same, which is all a reading depends on. Those used last are kept. For any thread."""

    def __init__(self, kept_characters: int = _KEPT_CHARACTERS) -> None:
        self._room = kept_characters
        self._kept: OrderedDict[ChapterText, _Kept] = OrderedDict()
        self._looked: OrderedDict[tuple[str, str], Looked] = OrderedDict()
        self._unseen = kept_characters
        self._lock = threading.Lock()

    def __call__(self, chapter: ChapterText, cast: Cast) -> tuple[Told, ChapterReading]:
        """See `domain.story.coherence.gate.Read`."""
        with self._lock:
            kept = self._kept.get(chapter)
            if kept:
                self._kept.move_to_end(chapter)
        words = kept.words if kept else _words(chapter.text)
        known = _known(words, cast)
        if kept and kept.known == known:
            return kept.read
        read = read_with(chapter, cast)
        with self._lock:
            self._room -= 0 if chapter in self._kept else len(chapter.text)
            self._kept[chapter] = _Kept(words, known, read)
            while self._room < 0:
                oldest, _ = self._kept.popitem(last=False)
                self._room += len(oldest.text)
        return read

    def look(self, text: str, language: Language) -> Looked:
        """See `domain.story.text.discovery.look`."""
        key = text, language.code
        with self._lock:
            if key in self._looked:
                self._looked.move_to_end(key)
                return self._looked[key]
        looked = look(text, language)
        with self._lock:
            self._unseen -= 0 if key in self._looked else len(text)
            self._looked[key] = looked
            while self._unseen < 0:
                (oldest, _), _ = self._looked.popitem(last=False)
                self._unseen += len(oldest)
        return looked


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.lower()))


def _known(words: Set[str], cast: Cast) -> Hashable:
    """Those of the cast who share a word with a text, with the marks that they have in it."""
    return (
        cast.language.code,
        cast.narrator,
        cast.chars.get(cast.narrator),
        tuple((*tie, *map(cast.chars.get, (tie.owner, tie.relative))) for tie in cast.ties),
        tuple(
            (char, entity) for char, entity, called in _called(cast) if not words.isdisjoint(called)
        ),
    )


@lru_cache(maxsize=4)
def _called(cast: Cast) -> list[tuple[str, Entity, frozenset[str]]]:
    """Everybody, with the words of their names."""
    return [
        (char, entity, _words(" ".join((*entity.names, *entity.epithets))))
        for char, entity in cast.by_char.items()
    ]
