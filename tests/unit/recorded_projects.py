"""Projects in a log, with their texts in a store: written, read and approved without a model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from actors.sharding.shard import Shard
from adapters.event_log.base import Log
from adapters.object_store.base import ObjectStore
from cluster.settings import Settings
from cluster.wiring import open_log, open_store
from domain.entities import KINDS
from domain.entities.project.commands import (
    ApproveChapter,
    CreateProject,
    PutChapterText,
    RecordReading,
    RecordVerdict,
    RejectChapter,
)
from domain.entities.project.queries import WholeProject
from domain.entities.project.state import ProjectState
from domain.entity import Command
from domain.events import START, RecordedEvent
from domain.story.bible import Bible
from domain.story.facts import Fact
from jobs.writing.texts import Texts
from tests.unit.project_story import CREATE, chapter_id, new_id, verdict

PROJECT_ID = "ab" * 16


class RecordedProjects:
    """A log and a store, and what is done to projects there."""

    def __init__(self, log: Log, store: ObjectStore) -> None:
        self.log = log
        self.store = store
        self.entities = Shard(log, KINDS)
        self.texts = Texts(store)

    async def do(self, command: Command, project_id: str = PROJECT_ID) -> None:
        await self.entities.execute("project", project_id, command)

    async def create(self, project_id: str = PROJECT_ID, bible: Bible = CREATE.bible) -> None:
        create = CreateProject(command_id=new_id(), title="The Mill", language="en", bible=bible)
        await self.do(create, project_id)

    async def approve(
        self, number: int, text: str, *facts: Fact, project_id: str = PROJECT_ID
    ) -> None:
        """The author's own text of a chapter becomes part of memory."""
        place = {"chapter_id": chapter_id(number)}
        ref = await self.texts.put(project_id, text)
        await self.do(
            PutChapterText(command_id=new_id(), **place, number=number, text=ref), project_id
        )
        state = await self.state(project_id)
        revision = state.chapters[chapter_id(number)].newest.number
        for command in (
            RecordReading(command_id=new_id(), **place, revision=revision, facts=facts),
            RecordVerdict(
                command_id=new_id(),
                **place,
                revision=revision,
                memory_version=state.memory_version,
                verdict=verdict(),
            ),
            ApproveChapter(command_id=new_id(), **place),
        ):
            await self.do(command, project_id)

    async def reject(self, number: int, project_id: str = PROJECT_ID) -> None:
        state = await self.state(project_id)
        revision = state.chapters[chapter_id(number)].newest.number
        await self.do(
            RejectChapter(command_id=new_id(), chapter_id=chapter_id(number), revision=revision),
            project_id,
        )

    async def state(self, project_id: str = PROJECT_ID) -> ProjectState:
        answer = await self.entities.query("project", project_id, WholeProject())
        return cast(ProjectState, answer.value)

    async def events(self) -> list[RecordedEvent]:
        return list((await self.log.read_all(START, 10_000)).events)


@asynccontextmanager
async def recorded_projects(folder: Path) -> AsyncIterator[RecordedProjects]:
    """In a folder, as `Settings(data_dir=folder)` says."""
    settings = Settings(data_dir=folder)
    projects = RecordedProjects(open_log(settings), open_store(settings))
    try:
        yield projects
    finally:
        await projects.entities.close()
        await projects.log.close()
        await projects.store.close()
