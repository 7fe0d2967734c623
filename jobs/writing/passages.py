"""What of a project is found again: its bible and its approved chapters, in passages."""

import asyncio

from domain.entities.project.state import ProjectState
from domain.story.passages import Passage, bible_passages, chapter_passages
from jobs.writing.texts import Texts


async def project_passages(project_id: str, project: ProjectState, texts: Texts) -> list[Passage]:
    """All passages of a project, in order. Raises as `Texts`."""
    passages = bible_passages(project.bible)
    for chapter in project.in_order:
        if chapter.approved and chapter.approved.text:
            text = await texts.get(project_id, chapter.approved.text)
            passages += await asyncio.to_thread(
                chapter_passages,
                chapter.chapter_id,
                chapter.number,
                chapter.approved.number,
                text,
            )
    return passages
