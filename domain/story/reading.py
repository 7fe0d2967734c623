"""What one chapter says, taken from its text without a language model."""

from pydantic import Field

from domain.book import Frozen
from domain.story.facts import Fact
from domain.story.setups import Setup


class ChapterText(Frozen):
    """A chapter as it is read: its number in the story, from 1, and its text."""

    number: int = Field(ge=0, le=100_000)
    text: str = Field(max_length=2_000_000)


class Utterance(Frozen):
    """Something said aloud: who says it (a name of the bible, None where it is not plain), the
    words without quotation marks, and where they start in the chapter's text."""

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
