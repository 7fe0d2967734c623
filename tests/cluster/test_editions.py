"""What an earlier deployment left is replaced, and nothing is lost or done twice by that."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest
import ray

from actors.directory import Directory
from actors.dispatcher import NAME as DISPATCHER
from actors.dispatcher import start_dispatcher, stop_dispatcher
from actors.dispatching.consumer import Consumer, RetryPolicy
from actors.platform import start_platform, stop_platform
from actors.sharding.placement import shard_names
from actors.sharding.start import start_shards, stop_shards
from cluster.ray_connection import NAMESPACE, connected
from cluster.settings import Settings
from cluster.wiring import open_log
from domain.book import ReadingOptions
from domain.entities.book import StartReading, UploadBook, WholeBook
from domain.events import RecordedEvent
from jobs.ingestion.batch import read_batch
from jobs.writing.recipe import write_chapters
from tests.cluster.sample_consumers import NAMES, Journal, journalists
from tests.unit.followed_log import FollowedLog, eventually

pytestmark = pytest.mark.timeout(120)

UPLOAD = UploadBook(command_id="upload", source="a.pdf", size=1, reading=ReadingOptions())


@pytest.fixture(scope="module", autouse=True)
def local_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        with connected(Settings(data_dir=tmp_path_factory.mktemp("ray"))):
            yield


@pytest.fixture
async def settings(tmp_path: Path) -> AsyncIterator[Settings]:
    yield Settings(
        data_dir=tmp_path, shards=2, consumer_poll_seconds=0.2, consumer_save_seconds=30.0
    )
    await stop_dispatcher()
    stop_shards()


def id_of(name: str) -> object:
    return ray.get_actor(name, NAMESPACE)._actor_id


async def test_a_dispatcher_of_another_edition_is_replaced_in_an_orderly_way(
    settings: Settings,
) -> None:
    followed, journal = FollowedLog(open_log(settings)), Journal(settings.data_dir)
    for number, edition in enumerate(("first", "first", "second", "third"), 1):
        starts = (start_dispatcher(settings, journalists, edition) for _ in range(2))
        assert await asyncio.gather(*starts) == [NAMES] * 2
        await followed.publish("a", "Happened")
        await eventually(lambda number=number: len(journal.handled()) == 2 * number)  # type: ignore[misc]
    handled = journal.handled()
    assert len({each.pid for each in handled}) == 3
    for name in NAMES:  # it has noted how far it was: nothing was handled again
        assert [each.version for each in handled if each.consumer == name] == [1, 2, 3, 4]
    await followed.log.close()


async def test_shards_of_another_edition_are_replaced(settings: Settings) -> None:
    directory = Directory(settings)
    await start_shards(settings, "first")
    await directory.execute("book", "a", UPLOAD)
    first = [id_of(name) for name in shard_names(2)]
    await start_shards(settings, "first")
    assert [id_of(name) for name in shard_names(2)] == first
    await asyncio.gather(*(start_shards(settings, "second") for _ in range(3)))
    assert not {id_of(name) for name in shard_names(2)}.intersection(first)
    start = StartReading(command_id="start", pages=1)
    assert (await directory.execute("book", "a", start)).version == 2
    await directory.close()


def askers(settings: Settings) -> Sequence[Consumer]:
    """A consumer that asks each event's book how it is, with one attempt, and notes that."""
    directory, journal = Directory(settings), Journal(settings.data_dir)

    async def handle(event: RecordedEvent) -> None:
        await directory.query(*event.stream, WholeBook())
        await asyncio.to_thread(journal.note, "asker", event)

    return [Consumer("asker", handle, wants={"book": None}, retries=RetryPolicy(attempts=1))]


async def test_consumers_find_the_shards_of_a_changed_deployment(settings: Settings) -> None:
    journal, log = Journal(settings.data_dir), open_log(settings)
    for shards in (2, 3):
        deployed = settings.model_copy(update={"shards": shards})
        await start_platform(deployed, askers, read_batch, write_chapters)
        dispatcher = id_of(DISPATCHER)
        directory = Directory(deployed)
        ids = [f"book-{number}-of-{shards}" for number in range(10)]
        await asyncio.gather(*(directory.execute("book", each, UPLOAD) for each in ids))
        await eventually(lambda ids=ids: set(ids) <= {each.stream for each in journal.handled()})  # type: ignore[misc]
        await start_platform(deployed, askers, read_batch, write_chapters)
        assert id_of(DISPATCHER) == dispatcher
        await directory.close()
    assert len(journal.handled()) == 20
    assert not await log.dead_letters()
    await log.close()
    await stop_platform()
