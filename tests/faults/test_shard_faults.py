"""Shards killed, paused and replaced under load: what was acknowledged is in the log, once."""

import asyncio
import os
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

import psutil
import pytest
import ray

from actors.directory import Directory
from actors.sharding.placement import shard_names, shard_of
from actors.sharding.shard import Shard
from actors.sharding.start import start_shards, stop_shards
from cluster.ray_connection import connected
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.book import ReadingOptions
from domain.entities import KINDS
from domain.entities.book import BOOK, RecordSlice, StartReading, UploadBook, WholeBook
from domain.entity import Executed
from domain.errors import ShardUnavailable
from domain.events import RecordedEvent, StreamId
from domain.slices import PageRange

pytestmark = pytest.mark.timeout(120)

BOOKS = [f"book-{number}" for number in range(6)]
CLIENTS = 3
CALLS_AT_ONCE = 8  # of each client
SECONDS = 40  # far more than a recovery takes: it is there to end what hangs


@pytest.fixture(scope="module", autouse=True)
def local_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        with connected(Settings(data_dir=tmp_path_factory.mktemp("ray"))):
            yield


class Scene:
    """Two shards, several clients, and what the clients were told."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(
            data_dir=folder, shards=2, shard_seconds=SECONDS, shard_hang_seconds=1.0
        )
        self.log = open_log(self.settings)
        self.clients = [Directory(self.settings) for _ in range(CLIENTS)]
        self.random = random.Random(7)
        self.sent: defaultdict[str, int] = defaultdict(int)
        self.told: defaultdict[tuple[str, int], list[Executed]] = defaultdict(list)

    async def open(self) -> None:
        await start_shards(self.settings)
        upload = UploadBook(command_id="upload", source="a", size=1, reading=ReadingOptions())
        start = StartReading(command_id="start", pages=100_000)
        for command in (upload, start):
            for book_id in BOOKS:
                await self.clients[0].execute("book", book_id, command)

    async def close(self) -> None:
        for client in self.clients:
            await client.close()
        stop_shards()
        await self.log.close()

    @asynccontextmanager
    async def load(self) -> AsyncIterator[None]:
        """Send commands, each third of them a second time, for as long as this lasts."""
        done = asyncio.Event()
        sending = [
            asyncio.create_task(self._send(client, done))
            for client in self.clients
            for _ in range(CALLS_AT_ONCE)
        ]
        try:
            yield
        finally:
            done.set()
            await asyncio.gather(*sending)

    async def _send(self, client: Directory, done: asyncio.Event) -> None:
        while not done.is_set():
            book_id = self.random.choice(BOOKS)
            if self.random.randrange(3) or not self.sent[book_id]:
                self.sent[book_id] += 1
                number = self.sent[book_id]
            else:
                number = self.random.randint(1, self.sent[book_id])
            command = RecordSlice(
                command_id=f"slice {number}", pages=PageRange(number, number), failed=0
            )
            told = await client.execute("book", book_id, command)
            self.told[book_id, number].append(told)

    async def acknowledged(self, more: int) -> None:
        """Returns when so many further commands have been acknowledged."""
        wanted = len(self.told) + more
        await self.until(lambda: len(self.told) >= wanted)

    async def until(self, condition: Callable[[], object]) -> None:
        async with asyncio.timeout(SECONDS):
            while not condition():  # noqa: ASYNC110  # processes tell nobody
                await asyncio.sleep(0.02)

    async def reaches(self, book_id: str, version: int) -> None:
        """Returns when a book is at a version."""
        async with asyncio.timeout(SECONDS):
            while await self.log.version(StreamId("book", book_id)) < version:
                await self.log.wait(1)

    async def check(self) -> None:
        """Nothing acknowledged is lost, nothing has happened twice."""
        assert [damage async for damage in self.log.verify()] == []
        for book_id in BOOKS:
            events = [event async for event in self.log.read(StreamId("book", book_id))]
            assert [each.version for each in events] == list(range(1, len(events) + 1))
            slices = {each.event.metadata.command_id: each for each in events[2:]}
            assert len(slices) == len(events) - 2, "a command has happened twice"
            told = {number: all_ for (of, number), all_ in self.told.items() if of == book_id}
            for number, answers in told.items():
                version = slices[f"slice {number}"].version
                assert {(each.version, each.events) for each in answers} == {
                    (version, ("SliceRead",))
                }
                assert sum(not each.repeated for each in answers) <= 1
            assert len(told) == self.sent[book_id] == len(slices)
            live = await self.clients[0].query("book", book_id, WholeBook())
            assert (live.version, live.value) == (len(events), _replayed(events))


def _replayed(events: list[RecordedEvent]) -> object:
    return BOOK.replay(
        BOOK.decode(each.event.type, each.event.schema_version, each.event.data) for each in events
    )


def shards() -> list[psutil.Process]:
    """The processes of the shards."""
    below = psutil.Process().children(recursive=True)
    return sorted(
        (each for each in below if _name(each).startswith("ray::EntityShar")),
        key=lambda each: each.pid,
    )


def kill(shard: psutil.Process) -> None:
    """End it; it may have ended by itself."""
    with suppress(psutil.NoSuchProcess):
        shard.kill()


def _name(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    scene = Scene(tmp_path)
    await scene.open()
    yield scene
    for shard in shards():
        kill(shard)  # also those that were left paused
    await scene.close()


async def test_shards_that_are_killed_lose_nothing(scene: Scene) -> None:
    async with scene.load():
        for _ in range(4):
            await scene.acknowledged(more=100)
            kill(scene.random.choice(shards()))
            await scene.until(lambda: len(shards()) == 2)
        for shard in shards():
            kill(shard)
        await scene.acknowledged(more=200)
    await scene.check()


async def test_shards_that_pause_go_on(scene: Scene) -> None:
    async with scene.load():
        for _ in range(5):
            await scene.acknowledged(more=50)
            shard = scene.random.choice(shards())
            shard.suspend()
            await asyncio.sleep(scene.random.uniform(0.05, 0.4))
            shard.resume()
        await scene.acknowledged(more=50)
    await scene.check()


async def test_a_shard_that_hangs_is_replaced(scene: Scene) -> None:
    async with scene.load():
        await scene.acknowledged(more=50)
        hanging = shards()[0]
        hanging.suspend()
        await scene.until(lambda: not hanging.is_running())
        await scene.acknowledged(more=200)
    assert len(shards()) == 2
    await scene.check()


class Caller:
    """Sends commands from a process of its own."""

    def __init__(self, settings: Settings) -> None:
        self._directory = Directory(settings)

    async def pid(self) -> int:
        return os.getpid()

    async def send(self, book_id: str) -> None:
        """Send commands for ever, some of them at once."""
        await asyncio.gather(*(self._send(book_id, first) for first in range(8)))

    async def _send(self, book_id: str, first: int) -> None:
        for number in count(first + 1, 8):
            await _record(self._directory.execute, book_id, number)


async def test_a_caller_that_pauses_takes_no_shard_for_hanging(scene: Scene) -> None:
    caller = ray.remote(Caller).options(num_cpus=0).remote(scene.settings)
    process = psutil.Process(await caller.pid.remote())
    before = shards()
    caller.send.remote(BOOKS[0])
    for _ in range(3):
        reached = await scene.log.version(StreamId("book", BOOKS[0]))
        await scene.reaches(BOOKS[0], reached + 50)
        process.suspend()
        await asyncio.sleep(1.5 * scene.settings.shard_hang_seconds)
        process.resume()
    await asyncio.sleep(scene.settings.shard_hang_seconds)
    assert shards() == before
    ray.kill(caller)


async def test_a_stale_shard_that_wakes_up_is_refused(scene: Scene) -> None:
    """Paused, it does not know that another has taken its place and acted."""
    book_id = next(each for each in BOOKS if shard_of(StreamId("book", each), 2) == 0)
    usurper = Shard(scene.log, KINDS, fence_name=shard_names(2)[0])
    patient = Directory(scene.settings.model_copy(update={"shard_hang_seconds": 60.0}))
    before = shards()
    for shard in before:
        shard.suspend()
    calls = [_record(patient.execute, book_id, number) for number in (1, 2)]
    late = [asyncio.ensure_future(call) for call in calls]
    first = await _record(usurper.execute, book_id, 1)
    for shard in before:
        shard.resume()
    results = await asyncio.gather(*late)
    assert first == Executed(version=3, events=("SliceRead",))
    assert results[0] == first.model_copy(update={"repeated": True})
    assert results[1].version == 4
    await scene.until(lambda: sum(shard.is_running() for shard in before) == 1)  # it has ended
    with pytest.raises(ShardUnavailable):
        await _record(usurper.execute, book_id, 3)  # what came after it has claimed anew
    await usurper.close()
    await patient.close()


def _record(
    execute: Callable[..., Awaitable[Executed]], book_id: str, number: int
) -> Awaitable[Executed]:
    pages = PageRange(number, number)
    return execute("book", book_id, RecordSlice(command_id=str(number), pages=pages, failed=0))
