"""The directory and the shards as actors: found, called, started, stopped, re-arranged."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import psutil
import pytest
import ray
from ray.util import list_named_actors

from actors.directory import Directory
from actors.sharding.placement import shard_name, shard_names
from actors.sharding.shard import Shard
from actors.sharding.start import start_shards, stop_shards
from cluster.ray_connection import NAMESPACE, connected
from cluster.settings import Settings
from cluster.tenancy import hold_data_dir
from cluster.wiring import open_log
from domain.book import ReadingOptions
from domain.entities import KINDS
from domain.entities.book import (
    BookState,
    RecordSlice,
    RetryDeadPages,
    Stage,
    StartReading,
    UploadBook,
    WholeBook,
)
from domain.entity import Executed, Query
from domain.errors import (
    CommandRefused,
    SettingsError,
    ShardBusy,
    ShardUnavailable,
    UsageError,
    VersionMismatch,
)
from domain.events import StreamId
from domain.slices import PageRange

pytestmark = pytest.mark.timeout(120)

UPLOAD = UploadBook(command_id="upload", source="a.pdf", size=1, reading=ReadingOptions())
START = StartReading(command_id="start", pages=10_000)
OpenDirectory = Callable[..., Directory]


@pytest.fixture(scope="module", autouse=True)
def local_ray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("RAY_"):
                patch.delenv(name)
        with connected(Settings(data_dir=tmp_path_factory.mktemp("ray"))):
            yield


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path, shards=2)


@pytest.fixture
async def open_directory(settings: Settings) -> AsyncIterator[OpenDirectory]:
    """Opens directories with changed settings; in the end all shards are stopped."""
    directories: list[Directory] = []

    def open_with(**changes: object) -> Directory:
        directories.append(Directory(settings.model_copy(update=changes)))
        return directories[-1]

    yield open_with
    for directory in directories:
        await directory.close()
    stop_shards()
    await until(lambda: not running())


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # Ray tells nobody when an actor is gone
            await asyncio.sleep(0.02)


def running() -> set[str]:
    return {
        actor["name"]
        for actor in list_named_actors(all_namespaces=True)
        if actor["namespace"] == NAMESPACE
    }


def shard_pids() -> list[int]:
    children = psutil.Process().children(recursive=True)
    return sorted(each.pid for each in children if each.name().startswith("ray::EntityShar"))


def slice_of(number: int) -> RecordSlice:
    return RecordSlice(command_id=f"slice {number}", pages=PageRange(number, number), failed=0)


async def state_of(directory: Directory, book_id: str) -> BookState:
    value = (await directory.query("book", book_id, WholeBook())).value
    assert isinstance(value, BookState)
    return value


async def test_commands_and_queries_reach_their_entity(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    directory = open_directory()
    await directory.ping()
    ids = [f"book-{number}" for number in range(20)]
    for command in (UPLOAD, START):
        await asyncio.gather(*(directory.execute("book", each, command) for each in ids))
    slices = [(each, slice_of(number)) for number in range(1, 11) for each in ids]
    done = await asyncio.gather(*(directory.execute("book", *each) for each in slices))
    assert {executed.version for executed in done} == set(range(3, 13))
    states = await asyncio.gather(*(state_of(directory, each) for each in ids))
    assert {(state.stage, state.pages_done) for state in states} == {(Stage.READING, 10)}
    again = await directory.execute("book", ids[0], slice_of(1))
    assert again.repeated
    assert again.events == ("SliceRead",)


async def test_errors_arrive_as_themselves(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    directory = open_directory()
    await directory.execute("book", "a", UPLOAD)
    with pytest.raises(CommandRefused) as refused:
        await directory.execute("book", "b", RetryDeadPages(command_id="retry"))
    assert refused.value.reason == "unknown_book"
    with pytest.raises(VersionMismatch) as mismatch:
        await directory.execute("book", "a", START, expected_version=7)
    assert (mismatch.value.expected, mismatch.value.actual) == (7, 1)
    with pytest.raises(UsageError, match="no entity is a 'tree'"):
        await directory.execute("tree", "a", START)
    with pytest.raises(CommandRefused, match="a book knows no Query"):
        await directory.query("book", "a", Query())


async def test_of_copies_that_arrive_together_one_is_the_first(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    directories = [open_directory() for _ in range(4)]
    copies = [each.execute("book", "a", UPLOAD) for each in directories * 5]
    results = await asyncio.gather(*copies)
    assert sorted(result.repeated for result in results) == [False, *[True] * 19]
    assert {(result.version, result.events) for result in results} == {(1, ("BookUploaded",))}


async def test_any_process_of_the_cluster_finds_the_shards(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    await open_directory().execute("book", "a", UPLOAD)

    async def ask() -> object:
        directory = Directory(settings)
        answer = await directory.query("book", "a", WholeBook())
        await directory.close()
        return answer.value

    def elsewhere() -> tuple[int, object]:
        return os.getpid(), asyncio.run(ask())

    pid, value = await ray.remote(num_cpus=0)(elsewhere).remote()
    assert pid != os.getpid()
    assert isinstance(value, BookState)
    assert value.stage is Stage.UPLOADED


async def test_shards_are_started_once(settings: Settings, open_directory: OpenDirectory) -> None:
    await asyncio.gather(*(start_shards(settings) for _ in range(3)))
    assert running() == set(shard_names(2))
    actors = [ray.get_actor(name, NAMESPACE)._actor_id for name in shard_names(2)]
    await open_directory().execute("book", "a", UPLOAD)
    await start_shards(settings)
    assert [ray.get_actor(name, NAMESPACE)._actor_id for name in shard_names(2)] == actors
    assert (await open_directory().execute("book", "a", START)).version == 2


async def test_a_shard_that_was_ended_is_started_anew(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    directory = open_directory()
    await directory.execute("book", "a", UPLOAD)
    for name in shard_names(2):
        ray.kill(ray.get_actor(name, NAMESPACE))
    await start_shards(settings)
    assert (await directory.execute("book", "a", START)).version == 2


async def test_another_number_of_shards_keeps_everything(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    log = open_log(settings)
    ids = [f"book-{number}" for number in range(30)]
    before = open_directory()
    await start_shards(settings)
    for command in (UPLOAD, START, slice_of(1)):
        await asyncio.gather(*(before.execute("book", each, command) for each in ids))

    stale = Shard(log, KINDS, fence_name=shard_name(1, 2))  # like one that only was paused
    await stale.execute("book", "another", UPLOAD)

    changed = settings.model_copy(update={"shards": 3})
    await start_shards(changed)
    await until(lambda: running() == set(shard_names(3)))
    after = open_directory(shards=3)
    again = await asyncio.gather(*(after.execute("book", each, slice_of(1)) for each in ids))
    assert all(executed.repeated and executed.version == 3 for executed in again)
    await asyncio.gather(*(after.execute("book", each, slice_of(2)) for each in ids))
    assert {(await state_of(after, each)).pages_done for each in ids} == {2}
    with pytest.raises(ShardUnavailable):
        await stale.execute("book", "another", START)
    assert await log.version(StreamId("book", "another")) == 1
    await stale.close()
    await log.close()


async def test_two_servers_do_not_share_a_data_folder(
    settings: Settings, open_directory: OpenDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("actors.sharding.start.hold_data_dir", partial(hold_data_dir, seconds=0.1))
    lock = hold_data_dir(settings, "process 7 of another cluster")
    with pytest.raises(SettingsError, match=r"process 7 of another cluster.*SCRIPTORIUM_DATA_DIR"):
        await start_shards(settings)
    assert not running()
    assert lock
    lock.release()
    await start_shards(settings)
    await open_directory().execute("book", "a", UPLOAD)
    with pytest.raises(SettingsError, match=rf"process ({'|'.join(map(str, shard_pids()))}) of"):
        hold_data_dir(settings, "a second server", seconds=0.1)


async def test_a_directory_with_another_number_says_so(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    with pytest.raises(ShardUnavailable, match=r"given up after 1 seconds.*SCRIPTORIUM_SHARDS"):
        await open_directory(shards=5, shard_seconds=1.0).execute("book", "a", UPLOAD)


@pytest.mark.usefixtures("open_directory")
async def test_a_cluster_of_several_machines_needs_servers(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (node,) = ray.nodes()
    nodes = [node, node, {**node, "Alive": False}]
    monkeypatch.setattr(ray, "nodes", lambda: nodes)
    with pytest.raises(
        SettingsError, match=r"has 2 nodes.*SCRIPTORIUM_DATABASE.*SCRIPTORIUM_STORE"
    ):
        await start_shards(settings)
    assert not running()


async def test_a_full_queue_is_told_at_once(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings.model_copy(update={"shards": 1, "shard_queue": 50}))
    directory = open_directory(shards=1)
    calls = [directory.execute("book", f"book-{number}", UPLOAD) for number in range(500)]
    results = await asyncio.gather(*calls, return_exceptions=True)
    busy = [result for result in results if isinstance(result, ShardBusy)]
    done = [result for result in results if isinstance(result, Executed)]
    assert busy
    assert len(done) >= 50
    assert len(busy) + len(done) == 500
    assert [(each.version, each.repeated) for each in done] == [(1, False)] * len(done)
    log = open_log(settings)
    versions = [await log.version(StreamId("book", f"book-{number}")) for number in range(500)]
    assert sum(versions) == len(done)
    await log.close()


async def test_a_log_that_hangs_is_given_up_in_time(
    settings: Settings, open_directory: OpenDirectory
) -> None:
    await start_shards(settings)
    directory = open_directory(shard_seconds=3.0, shard_hang_seconds=1.5)
    await directory.execute("book", "a", UPLOAD)
    pids = shard_pids()
    with closing(sqlite3.connect(settings.data_dir / "log.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        calls = [directory.execute("book", each, START) for each in ("a", "b")]
        results = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(result) for result in results] == [ShardUnavailable, ShardUnavailable]
        assert "given up after 3 seconds" in str(results[0])
        assert (await state_of(directory, "a")).stage is Stage.UPLOADED  # reading goes on
        writer.execute("COMMIT")
    executed = await directory.execute("book", "a", START)
    assert executed.version == 2
    assert shard_pids() == pids  # a shard that waits does not hang
