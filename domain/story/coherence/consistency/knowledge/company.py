"""Who takes part in a talk, and what is said in one go."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import TypeVar

from domain.story.coherence.consistency.material import Material
from domain.story.extraction.told import Told
from domain.story.text.addressees import addressees
from domain.story.text.mentions import Sentence
from domain.story.text.sentences import Span
from domain.story.text.speakers import uttered

Who = TypeVar("Who", bound=Hashable)

TOGETHER = 3
"""Sentences of one speech that are read as one."""
_BESIDE = 1
"""Paragraphs from one in which something is said to those where who hears it speaks."""


def involved(told: Told, start: int, end: int, material: Material) -> frozenset[str]:
    """Who speaks, listens or does something in a stretch of a chapter."""
    prose, cast = told.prose, material.cast
    elsewhere = material.language.finder("elsewhere")
    chars = {
        mention.char
        for sentence in prose.sentences
        if sentence.span.start < end and start < sentence.span.end
        if not elsewhere.search(sentence.marked)
        for mention in sentence.mentions
        if not mention.owner
    }
    names = {cast.by_char[char].name for char in chars if cast.by_char[char].kind == "person"}
    for (speaker, quotation), you in zip(uttered(prose), addressees(prose), strict=True):
        if quotation.outer.start < end and start < quotation.outer.end:
            names |= {speaker or "", cast.by_char[you].name if you else ""}
    return frozenset(names - {""})


def talking(told: Told, span: Span, material: Material) -> frozenset[str]:
    """Who speaks, listens or does something where something is said, or speaks right before or
    after."""
    said = uttered(told.prose)
    at = next((each for _, each in said if each.span.end >= span.end), None)
    if at is None:
        return frozenset()
    beside = (
        speaker
        for speaker, each in said
        if speaker and abs(each.paragraph - at.paragraph) <= _BESIDE
    )
    return involved(told, *told.prose.paragraphs[at.paragraph], material).union(beside)


def speeches(
    said: Iterable[tuple[Who, Sentence]],
) -> Iterator[tuple[Who, Sequence[Sentence]]]:
    """Each sentence that is said, last of those which the same one has said in that paragraph."""
    recent: list[Sentence] = []
    last: Who | None = None
    for who, sentence in said:
        if recent and (last != who or recent[-1].paragraph != sentence.paragraph):
            recent = []
        last = who
        recent.append(sentence)
        yield who, tuple(recent)


def spelled_out(sentences: Sequence[Sentence], text: str) -> str:
    """The words of the last sentences of a speech."""
    return " ".join(each.span.of(text) for each in sentences[-TOGETHER:])
