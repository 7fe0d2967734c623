"""Delivery from PostgreSQL: writers that commit late, the wake-up, and the server going away."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from actors.dispatching.consumer import Consumer
from actors.dispatching.delivery import Limits
from domain.errors import FencedOut, LogUnavailable
from domain.events import RecordedEvent
from tests.contract.event_log_databases import PostgresDatabase
from tests.contract.postgres_server import PostgresServer
from tests.unit.followed_log import SECONDS, FollowedLog, Place, eventually, place

WRITERS, ROUNDS = 6, 30


@pytest.fixture
def database(postgres_server: PostgresServer) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


@pytest.fixture
async def followed(database: PostgresDatabase) -> AsyncIterator[FollowedLog]:
    log = database.open(seconds=5)
    yield FollowedLog(log)
    await log.close()


class Notebook:
    """A handler that notes what it was called with."""

    def __init__(self) -> None:
        self.places: list[Place] = []

    async def handle(self, event: RecordedEvent) -> None:
        await asyncio.sleep(0)
        self.places.append(place(event))

    @property
    def consumer(self) -> Consumer:
        return Consumer("notebook", self.handle)

    def versions(self, stream: str) -> list[int]:
        """The versions of a stream in the order in which they were handled first."""
        return list(dict.fromkeys(version for name, version in self.places if name == stream))


async def write(database: PostgresDatabase, stream: str) -> None:
    """Record events over connections of one's own, in appends of different length."""
    log = database.open()
    own = FollowedLog(log)
    for _ in range(ROUNDS):
        await own.publish(stream, *["Happened"] * random.randint(1, 20))
    await log.close()


async def test_events_of_many_writers_all_come(
    followed: FollowedLog, database: PostgresDatabase
) -> None:
    notebook = Notebook()
    streams = [f"s{number}" for number in range(WRITERS)]
    limits = Limits(window=320, save_seconds=20)
    async with followed.delivering(notebook.consumer, limits) as delivery:
        await asyncio.gather(*(write(database, stream) for stream in streams))
        head = await followed.log.head()
        await eventually(lambda: delivery.window.done == head)
        await delivery.stop(SECONDS)
    for stream in streams:
        published = [event.version async for event in followed.log.read(followed.stream(stream))]
        assert len(published) >= ROUNDS
        assert notebook.versions(stream) == published
    assert len(notebook.places) == len(set(notebook.places))
    assert await followed.log.checkpoint("notebook") == head


async def test_the_database_wakes_the_dispatcher(followed: FollowedLog) -> None:
    notebook = Notebook()
    async with followed.delivering(notebook.consumer, poll_seconds=1000):
        for number in range(1, 6):
            await followed.publish("a", "Happened")
            await eventually(lambda number=number: len(notebook.places) == number)  # type: ignore[misc]


async def test_an_older_delivery_is_fenced_out(
    followed: FollowedLog, database: PostgresDatabase
) -> None:
    old, new = Notebook(), Notebook()
    other = database.open()
    async with followed.delivering(old.consumer) as first:
        await followed.publish("a", "Happened")
        await eventually(lambda: old.places == [("a", 1)])
        run = followed.runs[first]
        async with FollowedLog(other).delivering(new.consumer) as second:
            await followed.publish_until("a", run.done)
            assert isinstance(run.exception(), FencedOut)
            head = await followed.log.head()
            await eventually(lambda: second.saved == head)
    newest = await followed.log.version(followed.stream("a"))
    assert {*old.versions("a"), *new.versions("a")} == set(range(1, newest + 1))
    await other.close()


async def test_delivery_goes_on_after_the_server_was_away() -> None:
    own_server = PostgresServer()
    log = PostgresDatabase(own_server).open(seconds=5)
    other = FollowedLog(log)
    notebook = Notebook()
    async with other.delivering(notebook.consumer) as delivery:
        await other.publish("a", "Happened")
        await eventually(lambda: notebook.versions("a") == [1])
        own_server.kill()
        await eventually(lambda: delivery.patience.is_tried)
        with pytest.raises(LogUnavailable):
            await log.ping()
        own_server.start()
        await other.publish("a", "Happened")
        await eventually(lambda: notebook.versions("a") == [1, 2])
        head = await log.head()
        await eventually(lambda: delivery.saved == head)
    await log.close()
    own_server.stop()
