"""What one chapter says, taken from its text without a language model."""

from pydantic import Field

from domain.book import Frozen
from domain.story.bible import Bible
from domain.story.extraction.facts import facts_of
from domain.story.extraction.setups import setups_of
from domain.story.extraction.told import Told
from domain.story.facts import Fact
from domain.story.language import Language
from domain.story.setups import Setup
from domain.story.text.discovery import discover
from domain.story.text.prose import read_prose
from domain.story.text.sentences import trimmed
from domain.story.text.speakers import uttered

MOST_CHARACTERS = 600_000
"""Of one chapter: a long novel has as many."""


class ChapterText(Frozen):
    """A chapter as it is read: its number in the story, from 1, and its text."""

    number: int = Field(ge=0, le=100_000)
    text: str = Field(max_length=MOST_CHARACTERS)


class Utterance(Frozen):
    """Something said aloud: who says it (a name of the bible, or one that the text itself makes
    plain; None where it is not plain), the words without quotation marks, and where they start
    in the chapter's text."""

    speaker: str | None
    text: str
    start: int


class ChapterReading(Frozen):
    """A chapter with what was found in it; quotes are verbatim from its text."""

    chapter: ChapterText
    facts: tuple[Fact, ...] = ()
    setups: tuple[Setup, ...] = ()
    utterances: tuple[Utterance, ...] = ()
    present: tuple[str, ...] = ()
    """Names of the bible's entries that the chapter mentions."""


def read_chapter(chapter: ChapterText, bible: Bible, language: Language) -> ChapterReading:
    """Reads one chapter by itself."""
    cast = discover(bible, (chapter.text,), language)
    return reading_of(chapter, Told(chapter.number, read_prose(chapter.text, cast)))


def reading_of(chapter: ChapterText, told: Told) -> ChapterReading:
    """The reading of a chapter that has been taken apart."""
    prose = told.prose
    cast = prose.cast
    said = uttered(prose)
    mentioned = dict.fromkeys(cast.by_char[mention.char] for mention in prose.mentions)
    return ChapterReading(
        chapter=chapter,
        facts=tuple(facts_of(told.statements, cast.language)),
        setups=setups_of(prose, chapter.number),
        utterances=tuple(
            Utterance(speaker=speaker, text=span.of(chapter.text), start=span.start)
            for speaker, quotation in said
            if (span := trimmed(chapter.text, *quotation.span))
        ),
        present=tuple(entity.name for entity in mentioned if entity.listed),
    )
