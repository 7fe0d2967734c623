"""A chapter whose run is killed, at any point: the next run goes on, and nothing is lost or done
twice."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TypeVar
from uuid import uuid4

import pytest

from actors.entities import Entities
from adapters.llm.base import Completion, Delta, Embeddings, Structured
from adapters.object_store.base import ObjectStore
from domain.book import Frozen
from domain.entities.project.events import CallBegun, CallPaid
from domain.entities.project.state import Status
from domain.entity import Answer, Command, Executed, Origin, Query
from domain.prompt import Prompt
from tests.unit.scripted_model import ScriptedModel
from tests.unit.writing_desk import WritingDesk, writing_desk

T = TypeVar("T", bound=Frozen)
KEPT = ["GenerationStarted", "BeatsPlanned", "SceneWritten", "SceneWritten"]
STORY = ["ProjectCreated", *KEPT, "ChapterGenerated", "FactsExtracted", "CoherenceValidated"]


class Killed(BaseException):
    """The end of the process, as far as the run can tell."""


class Fuse:
    """Lets so many points pass; then the process is dead, and does nothing any more."""

    def __init__(self, points: int) -> None:
        self.points = points
        self.passed = 0

    def point(self) -> None:
        if self.passed >= self.points:
            raise Killed
        self.passed += 1


class KilledEntities:
    """Entities that a process dies before or after asking."""

    def __init__(self, entities: Entities, fuse: Fuse) -> None:
        self._entities = entities
        self._fuse = fuse

    async def execute(
        self,
        kind: str,
        entity_id: str,
        command: Command,
        *,
        origin: Origin | None = None,
        expected_version: int | None = None,
    ) -> Executed:
        self._fuse.point()
        done = await self._entities.execute(
            kind, entity_id, command, origin=origin, expected_version=expected_version
        )
        self._fuse.point()
        return done

    async def query(self, kind: str, entity_id: str, query: Query) -> Answer:
        self._fuse.point()
        return await self._entities.query(kind, entity_id, query)


class KilledModel(ScriptedModel):
    """A model whose caller dies before, during or after a call."""

    def __init__(self, fuse: Fuse, asked: Counter[str]) -> None:
        super().__init__()
        self.beats = 2
        self._fuse = fuse
        self._asked_by = asked

    async def stream(self, prompt: Prompt) -> AsyncIterator[Delta | Completion]:
        self._fuse.point()
        self._asked_by[prompt.purpose] += 1
        async for item in super().stream(prompt):
            self._fuse.point()
            yield item

    async def structured(self, prompt: Prompt, schema: type[T]) -> Structured[T]:
        self._fuse.point()
        self._asked_by[prompt.purpose] += 1
        answer = await super().structured(prompt, schema)
        self._fuse.point()
        return answer

    async def embed(self, texts: Sequence[str]) -> Embeddings:
        self._fuse.point()
        self._asked_by["embed"] += 1
        answer = await super().embed(texts)
        self._fuse.point()
        return answer


class KilledStore:
    """A store that a process dies before or after using."""

    def __init__(self, store: ObjectStore, fuse: Fuse) -> None:
        self._store = store
        self._fuse = fuse

    async def create(self, key: str, data: bytes) -> bool:
        self._fuse.point()
        created = await self._store.create(key, data)
        self._fuse.point()
        return created

    async def put(self, key: str, data: bytes) -> None:
        self._fuse.point()
        await self._store.put(key, data)
        self._fuse.point()

    async def get(self, key: str) -> bytes:
        self._fuse.point()
        return await self._store.get(key)


class Lives:
    """A project whose chapter is written by one process after another."""

    def __init__(self, desk: WritingDesk) -> None:
        self._entities, self._store = desk.entities, desk.store
        self.desk = WritingDesk(desk.log, desk.entities, desk.store, desk.model)
        self.desk.project_id = uuid4().hex
        self.desk.look_seconds = 3600.0  # looks would be points that come at any time
        self.asked: Counter[str] = Counter()

    async def begin(self) -> None:
        await self.desk.create()
        await self.desk.generate()

    async def live(self, points: int = 10_000) -> int:
        """One process that passes so many points; gives how many it did."""
        fuse = Fuse(points)
        self.desk.entities = KilledEntities(self._entities, fuse)
        self.desk.store = KilledStore(self._store, fuse)  # type: ignore[assignment]  # all it uses
        self.desk.model = KilledModel(fuse, self.asked)
        with suppress(Killed):
            await self.desk.write()
        self.desk.entities, self.desk.store = self._entities, self._store
        return fuse.passed

    async def check(self, deaths: int) -> None:
        desk = self.desk
        chapter = await desk.chapter()
        assert chapter.status is Status.PENDING_REVIEW
        assert await desk.types() == STORY
        assert chapter.newest.text
        assert chapter.generation
        text = await desk.text(chapter.newest.text)
        for scene in chapter.generation.scenes:
            assert await desk.text(scene) in text
        events = await desk.events()
        begun = [each.call_id for each in events if isinstance(each, CallBegun)]
        paid = [each.call_id for each in events if isinstance(each, CallPaid)]
        costs = await desk.costs()
        unknown = sum(each.calls for each in costs.unknown)
        assert len(set(begun)) == len(begun) == len(paid) + unknown
        assert set(paid) <= set(begun)
        assert len(set(paid)) == len(paid) == sum(line.calls for line in costs.lines)
        # What was called is in the ledger; what is there and was not called died in between.
        assert len(paid) <= self.asked.total() <= len(begun)
        assert unknown <= 2 * deaths  # two calls may be under way


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[WritingDesk]:
    async with writing_desk(tmp_path, ScriptedModel()) as desk:
        yield desk


async def lived(desk: WritingDesk, deaths: Sequence[int]) -> int:
    """Processes that die after so many points, then one that does not; gives its points."""
    lives = Lives(desk)
    await lives.begin()
    for points in deaths:
        await lives.live(points)
    points = await lives.live()
    await lives.check(len(deaths))
    return points


async def test_a_run_that_is_killed_anywhere_is_gone_on_with(desk: WritingDesk) -> None:
    points = await lived(desk, [])
    assert points > 40
    rest = await asyncio.gather(*(lived(desk, [point]) for point in range(points)))
    assert rest[0] == points
    assert rest[-1] < 10  # what is there is not done again


async def test_a_run_that_is_killed_again_and_again(desk: WritingDesk) -> None:
    random = Random(7)
    deaths = [[random.randint(0, 40) for _ in range(random.randint(2, 6))] for _ in range(8)]
    await asyncio.gather(*(lived(desk, each) for each in deaths))
