"""What a chapter is written from."""

from collections.abc import Awaitable, Callable

from domain.entities.project.state import Chapter, ProjectState
from domain.story.prompts.material import Ground, Passage
from jobs.writing.desk import Desk

Recall = Callable[[Desk, ProjectState, Chapter], Awaitable[Ground]]


async def bible_only(desk: Desk, project: ProjectState, chapter: Chapter) -> Ground:
    """Nothing but the bible."""
    generation = chapter.generation
    passages: tuple[Passage, ...] = ()
    if generation and generation.base:
        text = await desk.texts.get(desk.project_id, generation.base)
        passages = (Passage(source=f"chapter {chapter.number}, as it was", text=text),)
    return Ground(
        language=project.language,
        bible=project.bible,
        passages=passages,
        chapter=chapter.number,
        instruction=generation.instruction if generation else "",
    )
