"""Chapters taken apart, kept from one check to the next."""

import threading
from collections.abc import Hashable, Set
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from cachetools import LRUCache

from domain.story.coherence.gate import read_with
from domain.story.extraction.told import Told
from domain.story.language import Language
from domain.story.reading import ChapterReading, ChapterText
from domain.story.text.cast import WORD, Cast, Entity
from domain.story.text.discovery import Looked, look

_KEPT_CHARACTERS = 4_000_000  # of about 100 bytes each when taken apart


class _Read(NamedTuple):
    characters: int
    words: Set[str]
    known: Hashable
    read: tuple[Told, ChapterReading]


class _Looked(NamedTuple):
    characters: int
    looked: Looked


class Readings:
    """Reads as `read_with`, but a text once for as long as the cast that it may speak of stays the
    same, which is all a reading depends on. Those used last are kept. For any thread."""

    def __init__(self, kept_characters: int = _KEPT_CHARACTERS) -> None:
        size = attrgetter("characters")
        self._read: LRUCache[ChapterText, _Read] = LRUCache(kept_characters, size)
        self._looked: LRUCache[tuple[str, str], _Looked] = LRUCache(kept_characters, size)
        self._lock = threading.Lock()

    def __call__(self, chapter: ChapterText, cast: Cast) -> tuple[Told, ChapterReading]:
        """See `domain.story.coherence.gate.Read`."""
        with self._lock:
            kept = self._read.get(chapter)
        words = kept.words if kept else _words(chapter.text)
        known = _known(words, cast)
        if kept and kept.known == known:
            return kept.read
        read = read_with(chapter, cast)
        if (characters := len(chapter.text)) <= self._read.maxsize:
            with self._lock:
                self._read[chapter] = _Read(characters, words, known, read)
        return read

    def look(self, text: str, language: Language) -> Looked:
        """See `domain.story.text.discovery.look`."""
        key = text, language.code
        with self._lock:
            kept = self._looked.get(key)
        if kept:
            return kept.looked
        looked = look(text, language)
        if len(text) <= self._looked.maxsize:
            with self._lock:
                self._looked[key] = _Looked(len(text), looked)
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
