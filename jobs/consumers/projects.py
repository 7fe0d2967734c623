"""The consumer `projects`: keeps the list of projects up to date."""

from typing import cast

from actors.entities import Entities
from adapters.catalogue.projects import ProjectEntry, ProjectList
from domain.entities.project.answers import Outline
from domain.entities.project.events import (
    BibleChanged,
    ChapterApproved,
    ChapterDeleted,
    ChapterRejected,
    ChapterWritten,
    GenerationStarted,
    ProjectChanged,
    ProjectCreated,
    ProjectDeleted,
)
from domain.entities.project.queries import ChapterList
from domain.entities.project.state import Stage
from domain.events import RecordedEvent

WANTED = tuple(
    event.__name__
    for event in (
        ProjectCreated,
        ProjectChanged,
        BibleChanged,
        GenerationStarted,
        ChapterWritten,
        ChapterApproved,
        ChapterRejected,
        ChapterDeleted,
        ProjectDeleted,
    )
)
"""What changes an entry. Costs and scenes do not."""


class ProjectLister:
    """Writes down how a project stands, by asking it: one write covers all events up to then.

    Idempotent, because an older version never replaces a newer one, and what is deleted stays so.
    """

    def __init__(self, entities: Entities, projects: ProjectList) -> None:
        self._entities = entities
        self._projects = projects

    async def handle(self, event: RecordedEvent) -> None:
        """Bring the entry of the event's project up to date. Raises as `Entities`,
        `ProjectList`."""
        project_id = event.stream.id
        known = await self._projects.get(project_id)
        if known and known.version > event.version:
            return
        answer = await self._entities.query("project", project_id, ChapterList())
        outline = cast(Outline, answer.value)
        if outline.stage is not Stage.OPEN:
            await self._projects.remove(project_id)
            return
        approved = [each for each in outline.chapters if each.approved is not None]
        await self._projects.put(
            ProjectEntry(
                project_id=project_id,
                created=event.position.sequence,
                title=outline.title,
                language=outline.language,
                chapters=len(outline.chapters),
                approved=len(approved),
                words=sum(each.text.words for each in approved if each.text),
                version=answer.version,
                updated_at=event.event.occurred_at,
            )
        )
