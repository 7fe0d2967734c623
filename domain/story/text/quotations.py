"""What is said aloud in a text: between quotation marks, or on a line that a dash opens."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from domain.story.language import Language
from domain.story.text import marks
from domain.story.text.sentences import Span, paragraphs

_LONGEST = 20_000
"""Characters a quotation may run on within a paragraph."""


class Quotation(NamedTuple):
    """Words said: their span without the marks, their paragraph's number; whether they go on from
    a paragraph that closed no mark, or after the narrator's `said Anna` within the marks."""

    span: Span
    outer: Span
    paragraph: int
    continued: bool = False
    resumed: bool = False


def quotations(text: str, language: Language) -> list[Quotation]:
    """All that is said aloud, in order."""
    closing = dict(_pairs(text, language))
    openings = re.compile("|".join(map(re.escape, closing)))
    found: list[Quotation] = []
    open_end = False
    for number, paragraph in enumerate(paragraphs(text)):
        if language.dashes and text[paragraph.start] in language.dashes:
            found += _dashed(text, paragraph, number, language)
            open_end = False
            continue
        said, left_open = _marked(text, paragraph, openings, closing)
        for outer, inner in said:
            goes_on = open_end and outer.start == paragraph.start
            pieces = _without_asides(text, inner, number, language) if language.asides else []
            if len(pieces) > 1:
                pieces[-1] = pieces[-1]._replace(outer=Span(pieces[-1].span.start, outer.end))
                found += pieces
            else:
                found.append(Quotation(inner, outer, number, goes_on))
        open_end = left_open
    return found


def _pairs(text: str, language: Language) -> tuple[tuple[str, str], ...]:
    """The marks that this text uses. Single ones are apostrophes where there are double ones."""
    double = tuple(pair for pair in language.quotes if pair[0] not in "'‘")
    if any(pair[0] in text for pair in double):
        return double
    return language.quotes


def _marked(
    text: str, paragraph: Span, openings: re.Pattern[str], closing: Mapping[str, str]
) -> tuple[list[tuple[Span, Span]], bool]:
    """A paragraph's quotations with and without their marks; whether the last is left open."""
    found: list[tuple[Span, Span]] = []
    at = paragraph.start
    while (match := openings.search(text, at, paragraph.end)) is not None:
        at = match.end()
        if not _opens(text, match.start(), match.group()):
            continue
        mark = closing[match.group()]
        close = _close(text, at, min(paragraph.end, at + _LONGEST), mark)
        left_open = close < 0
        inner = Span(at, paragraph.end if left_open else close)
        at = paragraph.end if left_open else close + len(mark)
        if inner.of(text).strip():
            found.append((Span(match.start(), at), inner))
        if left_open:
            return found, True
    return found, False


def _opens(text: str, at: int, mark: str) -> bool:
    if mark not in "'\"":
        return True
    return (at == 0 or not text[at - 1].isalnum()) and text[at + 1 : at + 2].strip() != ""


def _close(text: str, start: int, end: int, mark: str) -> int:
    if mark not in "'’":
        return text.find(mark, start, end)
    at = start
    while (at := text.find(mark, at, end)) >= 0:
        ends_clause = text[at - 1 : at] in ".,!?…—-;:"
        if ends_clause and not text[at + 1 : at + 2].isalnum():
            return at
        at += 1
    return -1


def _dashed(text: str, paragraph: Span, number: int, language: Language) -> list[Quotation]:
    """A line that a dash opens: what is said, less the narrator's `said Anna`."""
    start = paragraph.start + 1
    inner = Span(start, min(paragraph.end, start + _LONGEST))
    return _without_asides(text, inner, number, language)


def _without_asides(text: str, inner: Span, number: int, language: Language) -> list[Quotation]:
    """Words said, in the pieces that the narrator's asides leave."""
    start, end = inner
    said: list[Quotation] = []
    for aside in language.aside.finditer(text, start, end):
        if aside.start() >= start:
            said.append(_said(text, start, aside.start(), number))
            start = aside.end()
    said.append(_said(text, start, end, number))
    pieces = [each for each in said if each.span.end > each.span.start]
    return [*pieces[:1], *(each._replace(resumed=True) for each in pieces[1:])]


def _said(text: str, start: int, end: int, number: int) -> Quotation:
    while start < end and not text[start].isalnum():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Quotation(Span(start, end), Span(start, end), number)


def narration(text: str, said: list[Quotation]) -> str:
    """The narrator's text: every character that is said is `SPOKEN`; its length stays."""
    parts, at = [], 0
    plain = marks.blank(text)
    for quotation in said:
        start, end = quotation.span
        parts += [plain[at:start], marks.SPOKEN * (end - start)]
        at = end
    parts.append(plain[at:])
    return "".join(parts)
