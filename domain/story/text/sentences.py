"""Paragraphs and sentences, as spans of the text."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_BREAK = re.compile(r"\n[ \t\r]*\n\s*")
_LINE = re.compile(r"\n+")
_STOP = re.compile(r"[.!?…]+[\"”’»)\]]*(?=\s|$)|[.!?…]+(?=\s*[—–]\s)|\n\s*\n")
_WORD_BEFORE = re.compile(r"([^\W\d_]+)$")
LONGEST = 1200
"""Characters: what is longer is no sentence, and is cut."""


class Span(NamedTuple):
    """A stretch of a text."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """Its words."""
        return text[self.start : self.end]


def trimmed(text: str, start: int, end: int) -> Span:
    """A stretch without the white space around it."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end)


def paragraphs(text: str) -> list[Span]:
    """Stretches between blank lines; between line ends where a text has no blank lines."""
    breaks = _BREAK if _BREAK.search(text) else _LINE
    found, start = [], 0
    for match in breaks.finditer(text):
        found.append(trimmed(text, start, match.start()))
        start = match.end()
    found.append(trimmed(text, start, len(text)))
    return [span for span in found if span.end > span.start]


def sentences(text: str, within: Span, abbreviations: frozenset[str]) -> Iterator[Span]:
    """The sentences of a paragraph. A stop after an abbreviation or an initial ends none, nor
    one before a lower-case letter."""
    start = within.start
    for match in _STOP.finditer(text, within.start, within.end):
        if match.end() - start > LONGEST:
            yield from _cut(text, start, match.end())
        elif _ends(text, match, within.end, abbreviations):
            yield trimmed(text, start, match.end())
        else:
            continue
        start = match.end()
    rest = trimmed(text, start, within.end)
    if rest.end > rest.start:
        yield from _cut(text, rest.start, rest.end)


def _ends(text: str, stop: re.Match[str], end: int, abbreviations: frozenset[str]) -> bool:
    follows = text[stop.end() : min(stop.end() + 4, end)].lstrip()
    if follows[:1].islower():
        return False
    if not text[stop.start() : stop.end()].startswith(".") or stop.group().startswith(".."):
        return True
    before = _WORD_BEFORE.search(text[max(0, stop.start() - 20) : stop.start()])
    if before is None:
        return True
    word = before.group(1)
    return word.lower() not in abbreviations and not (
        len(word) == 1 and word.isupper() and word != "I"
    )


def _cut(text: str, start: int, end: int) -> Iterator[Span]:
    for first in range(start, end, LONGEST):
        span = trimmed(text, first, min(first + LONGEST, end))
        if span.end > span.start:
            yield span


def covering(spans: Sequence[Span], position: int) -> Span | None:
    """The span that holds a position, if one does; spans are in order."""
    low, high = 0, len(spans)
    while low < high:
        middle = (low + high) // 2
        if spans[middle].end <= position:
            low = middle + 1
        else:
            high = middle
    return spans[low] if low < len(spans) and spans[low].start <= position else None
