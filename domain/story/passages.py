"""Passages: what is found again, cut from chapters, the bible and facts."""

import hashlib
import re
from collections.abc import Iterator
from typing import NamedTuple

from domain.book import Frozen
from domain.story.bible import Bible
from domain.story.facts import Fact
from domain.story.prompts.sections import bible_text
from domain.story.text.sentences import Span, paragraphs, sentences

WORDS = 150
"""About so many words has a passage."""

BIBLE = "bible"
"""What stands for the chapter id in passages of the bible."""

_FEW = 100  # from here on a paragraph's end ends a passage
_MANY = 200  # a sentence that leads beyond begins the next one
_LONGEST = 2000  # characters, for texts without words or sentences
_WORD = re.compile(r"\S{1,200}")


class Passage(Frozen):
    """A piece of a project's text with its place.

    `passage_id` is unique in the project and follows from chapter, revision and number, or from
    the text where it is none of a chapter's; `chapter` is a number, 0 for the bible.
    """

    passage_id: str
    chapter_id: str
    chapter: int
    text: str


class _Unit(NamedTuple):
    """What is not cut, if it can be helped."""

    span: Span
    words: int
    ends_paragraph: bool


def chapter_passages(chapter_id: str, chapter: int, revision: int, text: str) -> list[Passage]:
    """A chapter's text in passages, in order, each verbatim from it: whole sentences, where they
    are no longer than a passage, and together all words of the text."""
    return [
        Passage(
            passage_id=f"{chapter_id}-{revision}-{number}",
            chapter_id=chapter_id,
            chapter=chapter,
            text=span.of(text),
        )
        for number, span in enumerate(_spans(text), 1)
    ]


def bible_passages(bible: Bible) -> list[Passage]:
    """The bible in passages: each entry, rule and fact, and each line of the timeline."""
    parts = [
        *(Bible(characters=(each,)) for each in bible.characters),
        *(Bible(places=(each,)) for each in bible.places),
        *(Bible(items=(each,)) for each in bible.items),
        *(Bible(rules=(each,)) for each in bible.rules),
        *(Bible(timeline=(each,)) for each in bible.timeline),
        *(Bible(facts=(each,)) for each in bible.facts),
    ]
    texts = dict.fromkeys(map(bible_text, parts))
    return [
        Passage(passage_id=f"{BIBLE}-{_digest(text)}", chapter_id=BIBLE, chapter=0, text=text)
        for text in texts
        if text.strip()
    ]


def fact_passage(fact: Fact, chapter_id: str = "") -> Passage:
    """A fact in words, with the words it was taken from."""
    words = f"{fact.subject} {fact.predicate.replace('_', ' ')} {fact.object}"
    if fact.believer:
        words = f"{fact.believer}: {words}"
    text = f"{words} ({fact.source.quote})" if fact.source.quote else words
    return Passage(
        passage_id=f"fact-{_digest(f'{fact.since} {fact.source.chapter} {text}')}",
        chapter_id=chapter_id,
        chapter=fact.source.chapter,
        text=text,
    )


def _spans(text: str) -> Iterator[Span]:
    start = end = words = 0
    for unit in _units(text):
        if words and (words + unit.words > _MANY or unit.span.end - start > _LONGEST):
            yield Span(start, end)
            words = 0
        if not words:
            start = unit.span.start
        end, words = unit.span.end, words + unit.words
        if words >= WORDS or (words >= _FEW and unit.ends_paragraph):
            yield Span(start, end)
            words = 0
    if words:
        yield Span(start, end)


def _units(text: str) -> Iterator[_Unit]:
    for paragraph in paragraphs(text):
        for sentence in sentences(text, paragraph, frozenset()):
            words = [match.span() for match in _WORD.finditer(text, *sentence)]
            for first in range(0, len(words), WORDS):
                part = words[first : first + WORDS]
                span = Span(part[0][0], part[-1][1])
                yield _Unit(span, len(part), span.end == paragraph.end)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
