"""What requests about projects say."""

from collections.abc import Sequence
from typing import Annotated, Protocol, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic.json_schema import SkipJsonSchema

from domain.book import Frozen
from domain.entities.project.commands import (
    BoundedBible,
    Counter,
    FindingId,
    Instruction,
    Intention,
    LanguageCode,
    Money,
    Number,
    Reason,
    Title,
    WordCount,
)
from domain.story.bible import Bible
from domain.story.reading import MOST_CHARACTERS, ChapterText


class _Numbered(Protocol):
    @property
    def number(self) -> int: ...


def _with_words(text: str) -> str:
    if not any(char.isalnum() for char in text):
        raise ValueError("there are no words in it")
    return text


def check_numbers(chapters: Sequence[_Numbered]) -> None:
    """Raise `ValueError` if two chapters have one number."""
    if len({each.number for each in chapters}) < len(chapters):
        raise ValueError("there are chapters with the same number")


Prose = Annotated[str, Field(max_length=MOST_CHARACTERS), AfterValidator(_with_words)]


class NewProject(Frozen):
    """A novel that is to be written."""

    title: Title
    language: LanguageCode = "en"
    bible: BoundedBible = Bible()
    budget: Money | None = Field(
        default=None, description="no call to a model begins once this is paid"
    )


class ProjectChange(Frozen):
    """What is given is to be so from now on."""

    title: Title | SkipJsonSchema[None] = None
    language: LanguageCode | SkipJsonSchema[None] = None
    budget: Money | None = Field(default=None, description="null takes the budget away")


class Assignment(Frozen):
    """How a chapter is to be written."""

    instruction: Instruction = ""
    target_word_count: WordCount = 1500
    use_memory: bool = Field(default=True, description="tell the model what is established")
    use_retrieval: bool = Field(default=True, description="show the model passages that fit")


class NewChapter(Assignment):
    """A chapter that is to be written."""

    number: Number | None = Field(default=None, description="the next one, if not given")


class OwnText(Frozen):
    """The author's own text of a chapter."""

    text: Prose


class Approval(Frozen):
    """A chapter is to be part of the book."""

    revision: Counter | None = Field(default=None, description="the revision that was looked at")
    force: bool = Field(default=False, description="though it is not acceptable, or stale")
    reason: Reason = ""


class Rejection(Frozen):
    """A revision is not to be part of the book."""

    revision: Counter | None = None
    reason: Reason = ""


class Intent(Frozen):
    """A finding is what the author wants."""

    finding_id: FindingId
    reason: Intention


class CheckedChapter(ChapterText):
    """A chapter by its place in the story, from 1."""

    number: int = Field(ge=1, le=100_000)


class CheckedDraft(CheckedChapter):
    """The draft that is to be checked."""

    text: Prose


class CoherenceRequest(Frozen):
    """A draft, and what it must agree with; no project is needed."""

    bible: BoundedBible = Bible()
    chapters: Annotated[tuple[CheckedChapter, ...], Field(max_length=1000)] = Field(
        default=(), description="in any order; those after the draft are not looked at"
    )
    draft: CheckedDraft
    language: LanguageCode | None = Field(
        default=None, description="a code such as `en`; found from the draft if not given"
    )

    @model_validator(mode="after")
    def _are_different(self) -> Self:
        check_numbers((*self.chapters, self.draft))
        return self


BODIES = (
    NewProject,
    ProjectChange,
    NewChapter,
    Assignment,
    OwnText,
    Approval,
    Rejection,
    Intent,
    CoherenceRequest,
    Bible,
)
"""The bodies, for the OpenAPI document."""
