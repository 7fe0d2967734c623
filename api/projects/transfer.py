"""A project as it is exported and imported: all that an author would miss.

Format 2 has where each chapter stands, with what was read in it and said of it. In format 1, which
is still taken, a chapter is a text that is to be read and checked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, field_validator, model_validator

from api.json_body import checked
from api.projects.bodies import Prose, check_numbers
from api.projects.found import new_id
from domain.book import Frozen
from domain.entities.project.commands import (
    BoundedBible,
    Counter,
    CreateProject,
    Detail,
    FindingId,
    Intention,
    LanguageCode,
    Money,
    Number,
    OwnChapter,
    Title,
    Word,
)
from domain.entities.project.state import (
    Chapter,
    Judgement,
    MemoryChange,
    ProjectState,
    Revision,
    Status,
)
from domain.prompt import Origin
from domain.story.bible import Bible
from domain.story.record import Extraction
from domain.story.texts import TextRef
from jobs.writing.texts import Texts

A = TypeVar("A")
B = TypeVar("B")

_AT_ONCE = 16  # texts that are being stored or read


class TransferredRevision(Frozen):
    """One text of a chapter and what came of it."""

    number: Counter
    text: Prose
    origin: Origin | None = None
    extraction: Extraction | None = None
    judgement: Judgement | None = None


class TransferredChapter(Frozen):
    """A chapter that is brought along: a `text` that is to be read and checked, or else where it
    stands, with its revisions."""

    number: Number
    text: Prose | None = None
    status: Status | None = None
    draft: TransferredRevision | None = None
    approved: TransferredRevision | None = None
    intentional: Mapping[FindingId, Intention] = Field(
        default_factory=dict, description="findings with the author's reasons"
    )
    changed: MemoryChange | None = Field(
        default=None, description="what last changed in the memory it is checked against"
    )
    reason: Word | None = None
    detail: Detail | None = None

    @model_validator(mode="after")
    def _stands_somewhere(self) -> Self:
        revisions = self.draft is not None or self.approved is not None
        if revisions is (self.text is not None):
            raise ValueError("a chapter has either a text or revisions")
        if revisions and self.status is None:
            raise ValueError("a chapter with revisions has a status")
        return self


class TransferredProject(Frozen):
    """A whole project. What it has cost stays where it was."""

    format: Literal[1, 2] = 1
    title: Title
    language: LanguageCode
    bible: BoundedBible = Bible()
    budget: Money | None = None
    memory_version: Annotated[int, Field(ge=0, le=10**9)] = 0
    chapters: Annotated[tuple[TransferredChapter, ...], Field(max_length=1000)] = ()

    @field_validator("chapters")
    @classmethod
    def _are_different(
        cls, chapters: tuple[TransferredChapter, ...]
    ) -> tuple[TransferredChapter, ...]:
        check_numbers(chapters)
        return chapters


async def exported(texts: Texts, project_id: str, state: ProjectState) -> TransferredProject:
    """A project to be taken along; chapters that have no text yet stay. Raises as `Texts`."""
    chapters = [kept for each in state.in_order if (kept := each.at_rest())]
    refs = [
        each.text
        for chapter in chapters
        for each in (chapter.draft, chapter.approved)
        if each and each.text
    ]
    read = await _done(lambda ref: texts.get(project_id, ref), refs)
    text_of: Mapping[TextRef | None, str] = dict(zip(refs, read, strict=True))

    def taken(revision: Revision | None) -> TransferredRevision | None:
        if revision is None:
            return None
        known = {**dict(revision), "text": text_of[revision.text]}
        return TransferredRevision.model_construct(**known)

    # What was let in once is let out as it is.
    return TransferredProject.model_construct(
        format=2,
        title=state.title,
        language=state.language,
        bible=state.bible,
        budget=state.budget,
        memory_version=state.memory_version,
        chapters=tuple(
            TransferredChapter.model_construct(
                number=each.number,
                status=each.status,
                draft=taken(each.draft),
                approved=taken(each.approved),
                intentional=each.intentional,
                changed=each.changed,
                reason=each.reason,
                detail=each.detail,
            )
            for each in chapters
        ),
    )


async def imported(
    texts: Texts, project_id: str, command_id: str, brought: TransferredProject
) -> CreateProject:
    """The command by which a project comes whole or not at all; its texts are stored before.

    Raises:
        Refusal: it is not as a project can be.
        StoreUnavailable: as `Texts`.
    """
    given = [
        each.text if isinstance(each, TransferredRevision) else each
        for chapter in brought.chapters
        for each in (chapter.text, chapter.draft, chapter.approved)
        if each is not None
    ]
    refs = await _done(lambda text: texts.put(project_id, text), given)
    ref_of = dict(zip(given, refs, strict=True))

    def brought_back(revision: TransferredRevision | None) -> Revision | None:
        if revision is None:
            return None
        return Revision(**{**dict(revision), "text": ref_of[revision.text]})

    chapters: list[OwnChapter] = []
    restored: list[Chapter] = []
    for each in brought.chapters:
        chapter_id = new_id("chapter", project_id, str(each.number))
        if each.text is not None:
            own = OwnChapter(chapter_id=chapter_id, number=each.number, text=ref_of[each.text])
            chapters.append(own)
        elif each.status is not None:
            restored.append(
                Chapter(
                    chapter_id=chapter_id,
                    number=each.number,
                    status=each.status,
                    attempt=1,
                    draft=brought_back(each.draft),
                    approved=brought_back(each.approved),
                    intentional=each.intentional,
                    changed=each.changed,
                    reason=each.reason,
                    detail=each.detail,
                )
            )
    return checked(
        CreateProject,
        command_id=command_id,
        title=brought.title,
        language=brought.language,
        bible=brought.bible,
        budget=brought.budget,
        memory_version=brought.memory_version,
        chapters=tuple(chapters),
        restored=tuple(restored),
    )


async def _done(do: Callable[[A], Awaitable[B]], given: Sequence[A]) -> list[B]:
    """What comes of each, in order."""
    done: list[B] = []
    for start in range(0, len(given), _AT_ONCE):
        done += await asyncio.gather(*map(do, given[start : start + _AT_ONCE]))
    return done
