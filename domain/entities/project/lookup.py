"""Looking up what a command is about."""

from domain.entities.project.state import Chapter, ProjectState
from domain.errors import CommandRefused


def chapter_of(state: ProjectState, chapter_id: str) -> Chapter:
    """A chapter of the project.

    Raises:
        CommandRefused: there is none with this id.
    """
    chapter = state.chapters.get(chapter_id)
    if chapter is None:
        raise CommandRefused("unknown_chapter", "the project has no such chapter")
    return chapter


def check_not_being_written(chapter: Chapter) -> None:
    """Refuse what has to wait for the text.

    Raises:
        CommandRefused: the chapter is being written.
    """
    if chapter.is_drafting:
        raise CommandRefused(
            "generating", f"chapter {chapter.number} is being written: wait or cancel"
        )
