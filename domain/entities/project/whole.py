"""The rules of a project as a whole: begun, changed, a chapter less."""

from domain.entities.project.commands import ChangeProject, CreateProject, DeleteChapter
from domain.entities.project.events import (
    ChapterDeleted,
    ChapterWritten,
    ProjectChanged,
    ProjectCreated,
)
from domain.entities.project.lookup import chapter_of
from domain.entities.project.restoring import restored
from domain.entities.project.review import remembered
from domain.entities.project.state import RUNNING, ProjectState, Stage, StaleReason
from domain.entity import Event
from domain.errors import CommandRefused


def create(state: ProjectState, command: CreateProject) -> list[Event]:
    """A project begins, with the chapters that it has already."""
    created = ProjectCreated(
        title=command.title,
        language=command.language,
        bible=command.bible,
        budget=command.budget,
        memory_version=command.memory_version,
    )
    if state.stage is None:
        return [
            created,
            *restored(command.restored),
            *(
                ChapterWritten(
                    chapter_id=each.chapter_id,
                    number=each.number,
                    revision=1,
                    attempt=1,
                    text=each.text,
                )
                for each in command.chapters
            ),
        ]
    if state.stage is Stage.DELETED:
        raise CommandRefused("project_deleted", "the project was deleted")
    now = created.model_copy(
        update={key: getattr(state, key) for key in ("title", "language", "bible", "budget")}
    )
    if created != now:
        raise CommandRefused("project_exists", "there is another project with this id")
    return []


def change(state: ProjectState, command: ChangeProject) -> list[Event]:
    """The language stays once there are chapters: they are written and read in it."""
    language = command.language or state.language
    if language != state.language and state.chapters:
        raise CommandRefused(
            "language_in_use", f"the chapters are in `{state.language}`: begin another project"
        )
    budget = state.budget if command.budget is None else command.budget
    changed = ProjectChanged(
        title=command.title or state.title,
        language=language,
        budget=None if command.unlimited else budget,
    )
    known = ProjectChanged(title=state.title, language=state.language, budget=state.budget)
    return [] if changed == known else [changed]


def delete_chapter(state: ProjectState, command: DeleteChapter) -> list[Event]:
    """A chapter goes, with what memory had from it; its number is free again."""
    chapter = chapter_of(state, command.chapter_id)
    if chapter.status in RUNNING:
        raise CommandRefused(
            "generating", f"chapter {chapter.number} is in the works: wait or cancel"
        )
    deleted = ChapterDeleted(chapter_id=chapter.chapter_id, number=chapter.number)
    if chapter.approved is None:
        return [deleted]
    return [deleted, *remembered(state, chapter, None, StaleReason.CHAPTER_DELETED)]
