"""A project on a real log and store in this process, and runs for its chapters."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

from actors.entities import Entities
from actors.rooms.live_text import LiveText
from actors.rooms.writing import Place
from actors.sharding.shard import Shard
from adapters.event_log.base import Log
from adapters.graph.base import StoryGraph
from adapters.llm.base import LanguageModel
from adapters.llm.offline import OfflineModel
from adapters.object_store.base import ObjectStore
from adapters.object_store.local import LocalStore
from adapters.vectors.base import VectorStore
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.entities import KINDS
from domain.entities.project import PROJECT
from domain.entities.project.answers import CostReport
from domain.entities.project.commands import CreateProject, GenerateChapter
from domain.entities.project.queries import Costs, WholeProject
from domain.entities.project.state import Chapter, ProjectState
from domain.entity import Command, Event, Executed, Origin
from domain.events import RecordedEvent, StreamId
from domain.story.bible import Bible, Character
from domain.story.bible import Place as Where
from domain.story.texts import TextRef
from jobs.writing.chapter import ChapterWriter
from jobs.writing.memory import StoryMemory
from jobs.writing.recall import Recall
from jobs.writing.texts import Texts
from tests.unit.story_projections import ListedVectors, NoGraph

PROJECT_ID, CHAPTER_ID = "a" * 32, "b" * 32
ASKER = Origin(correlation_id="request", causation_id="cause", principal="test")
BIBLE = Bible(
    characters=(
        Character(name="Mara", attributes={"eyes": "green"}),
        Character(name="Tobias", attributes={"profession": "ferryman"}),
    ),
    places=(Where(name="Lowmere"),),
)
CONTEXT_TOKENS = 8000
SECONDS = 20.0


class WritingDesk:
    """One project and what a process that writes its chapters has. `model` may be replaced."""

    def __init__(
        self, log: Log, entities: Entities, store: ObjectStore, model: LanguageModel
    ) -> None:
        self.log = log
        self.entities = entities
        self.store = store
        self.model = model
        self.graph: StoryGraph = NoGraph()
        self.vectors: VectorStore = ListedVectors()
        self.project_id = PROJECT_ID
        self.look_seconds = 0.01

    def writer(self) -> ChapterWriter:
        """As a new process would have it."""
        texts = Texts(self.store)
        memory = StoryMemory(self.entities, texts, self.graph, self.vectors)
        return ChapterWriter(
            self.entities,
            texts,
            self.model,
            OfflineModel(),
            Recall(memory, self.store, CONTEXT_TOKENS),
            self.look_seconds,
        )

    async def create(self, **wanted: object) -> None:
        create = CreateProject(command_id="create", title="The Ferry", language="en", bible=BIBLE)
        await self.do(create.model_copy(update=wanted))

    async def generate(self, chapter_id: str = CHAPTER_ID, **wanted: object) -> None:
        await self.do(
            GenerateChapter.model_validate(
                {"command_id": f"generate-{chapter_id}", "chapter_id": chapter_id}
                | {"instruction": "Mara waits for the ferry.", "target_word_count": 300}
                | wanted
            )
        )

    async def do(self, command: Command) -> Executed:
        return await self.entities.execute("project", self.project_id, command)

    async def write(self, chapter_id: str = CHAPTER_ID) -> LiveText:
        """One run, to its end."""
        live = LiveText("run", 1_000_000)
        async with asyncio.timeout(SECONDS):
            await self.writer()(Place(self.project_id, chapter_id), ASKER, live)
        return live

    async def project(self) -> ProjectState:
        answer = await self.entities.query("project", self.project_id, WholeProject())
        return cast(ProjectState, answer.value)

    async def chapter(self, chapter_id: str = CHAPTER_ID) -> Chapter:
        return (await self.project()).chapters[chapter_id]

    async def costs(self) -> CostReport:
        answer = await self.entities.query("project", self.project_id, Costs())
        return cast(CostReport, answer.value)

    async def text(self, ref: TextRef | None) -> str:
        assert ref is not None
        return await Texts(self.store).get(self.project_id, ref)

    async def recorded(self) -> list[RecordedEvent]:
        return [each async for each in self.log.read(StreamId("project", self.project_id))]

    async def events(self) -> list[Event]:
        return [
            PROJECT.decode(each.event.type, each.event.schema_version, each.event.data)
            for each in await self.recorded()
        ]

    async def types(self) -> list[str]:
        """What happened, but for calls to models."""
        return [
            name
            for each in await self.recorded()
            if (name := each.event.type) not in {"CallBegun", "CallPaid"}
        ]


@asynccontextmanager
async def writing_desk(folder: Path, model: LanguageModel) -> AsyncIterator[WritingDesk]:
    """A desk whose project is created and has no chapters."""
    log = open_log(Settings(data_dir=folder))
    shard = Shard(log, KINDS)
    desk = WritingDesk(log, shard, LocalStore(folder / "store"), model)
    try:
        await desk.create()
        yield desk
    finally:
        await shard.close()
        await log.close()
