"""What an analyser works on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from domain.story.bible import Bible
from domain.story.coherence.verdict import Finding, Skipped
from domain.story.extraction.told import Told
from domain.story.facts import Fact
from domain.story.language import Language
from domain.story.reading import ChapterReading
from domain.story.text.discovery import discover
from domain.story.text.prose import read_prose


@dataclass(frozen=True, slots=True)
class Case:
    """A draft, and what it must agree with: the bible and the approved chapters before it.

    `facts` are further ones that approved memory holds, such as a language model took from the
    approved chapters. Nothing in here comes from the draft but `draft` itself.
    """

    language: Language
    bible: Bible
    earlier: Sequence[ChapterReading]
    draft: ChapterReading
    facts: Sequence[Fact] = ()
    told: Sequence[Told] = ()
    """The earlier chapters and the draft taken apart, where that has been done already."""
    left_out: Sequence[int] = ()
    """Numbers of chapters that do not come before the draft."""

    def apart(self) -> Sequence[Told]:
        """The earlier chapters and the draft taken apart with the story's cast."""
        if self.told:
            return self.told
        readings = (*self.earlier, self.draft)
        texts = [each.chapter.text for each in readings]
        cast = discover(self.bible, texts, self.language)
        return [
            Told(each.chapter.number, read_prose(text, cast))
            for each, text in zip(readings, texts, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an analyser found, and what it could not look at."""

    findings: Sequence[Finding] = ()
    skipped: Sequence[Skipped] = ()


class Analyser(Protocol):
    """One deterministic check of a draft."""

    @property
    def name(self) -> str:
        """The name its findings carry."""

    def analyse(self, case: Case) -> Analysis:
        """What does not go together. Quotes must be verbatim; the gate drops findings whose are
        not."""
