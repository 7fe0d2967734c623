"""What prompts are made from, typed: for a provider that does not read prose."""

from enum import StrEnum

from pydantic import Field

from domain.book import Frozen
from domain.story.bible import Bible
from domain.story.coherence.verdict import Evidence
from domain.story.facts import Fact
from domain.story.prompts.answers import Beat
from domain.story.reading import MOST_CHARACTERS, ChapterText

MOST_WORDS = 100_000
"""The longest text asked for at once."""


class Passage(Frozen):
    """Words from earlier in the story; `source` says from where, such as `chapter 3`."""

    source: str = Field(max_length=200)
    text: str = Field(max_length=100_000)


class Ground(Frozen):
    """What a chapter stands on: the bible or the part of it that matters, what is true when the
    chapter begins, summaries and passages of what came before, oldest first."""

    language: str = Field(min_length=2, max_length=20)
    bible: Bible = Bible()
    summaries: tuple[Passage, ...] = Field(default=(), max_length=1000)
    facts: tuple[Fact, ...] = Field(default=(), max_length=5000)
    passages: tuple[Passage, ...] = Field(default=(), max_length=1000)
    chapter: int = Field(ge=1, le=100_000)
    instruction: str = Field(default="", max_length=50_000)


class PlanMaterial(Ground):
    """What the beats of a chapter are planned from."""

    target_word_count: int = Field(ge=1, le=MOST_WORDS)


class SceneMaterial(Ground):
    """What one scene, `scene` of `scenes`, is written from.

    `so_far` is the chapter's text up to it, or its end; of it only the last words are shown.
    """

    beat: Beat
    scene: int = Field(ge=1, le=1000)
    scenes: int = Field(ge=1, le=1000)
    words: int = Field(ge=1, le=MOST_WORDS)
    so_far: str = Field(default="", max_length=MOST_CHARACTERS)


class ExtractMaterial(Frozen):
    """A chapter whose facts and setups are wanted; the bible says which names are known."""

    language: str = Field(min_length=2, max_length=20)
    bible: Bible = Bible()
    chapter: ChapterText


class Scope(StrEnum):
    """How much of a book a summary covers."""

    CHAPTER = "chapter"
    PART = "part"
    BOOK = "book"


class SummaryMaterial(Frozen):
    """What is summed up: a chapter's text, or summaries of what is smaller, in order."""

    language: str = Field(min_length=2, max_length=20)
    scope: Scope
    texts: tuple[str, ...] = Field(min_length=1, max_length=1000)
    names: tuple[str, ...] = Field(default=(), max_length=5000)
    words: int = Field(default=120, ge=1, le=5000)


class PairMaterial(Frozen):
    """Two quotes of which one may contradict the other, and why they were put side by side."""

    language: str = Field(min_length=2, max_length=20)
    suspicion: str = Field(max_length=2000)
    first: Evidence
    second: Evidence


class ReviewMaterial(Frozen):
    """A draft to be read against what is established: sources as findings quote them."""

    language: str = Field(min_length=2, max_length=20)
    sources: tuple[Passage, ...] = Field(default=(), max_length=1000)
    draft: ChapterText
