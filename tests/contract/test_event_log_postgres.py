"""What only the event log in PostgreSQL must do: several transactions go on at once."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.event_log import postgres
from adapters.event_log.appending import append
from adapters.event_log.base import Append, Appended, Conflict, DeadLetter, Fence, Repeated
from adapters.event_log.fences import claim
from adapters.event_log.postgres import PostgresLog
from adapters.event_log.postgres_append import KnownEnds, read_ends, statement
from domain.errors import FencedOut, SettingsError
from domain.events import START, StreamId
from tests.contract.event_log_databases import PostgresDatabase
from tests.contract.postgres_server import PostgresServer
from tests.contract.sample_events import (
    BOOK,
    OTHER,
    TIME,
    an_event,
    events,
    everything,
    stored,
    whole,
)

BESIDE = {
    "one statement": [],
    "one statement for many streams": [Append(StreamId("book", "b3"), 0, events(2))],
    "several statements": [Append(StreamId("book", "b3"), 0, [])],
}
"""What else is appended in the same call decides how it is done."""

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"

Appending = Callable[[AsyncConnection, Append, Fence | None], Awaitable[None]]


@pytest.fixture
def database(postgres_server: PostgresServer) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


@pytest.fixture
async def log(database: PostgresDatabase) -> AsyncIterator[PostgresLog]:
    log = database.open()
    await log.ping()
    yield log
    await log.close()


async def append_within(connection: AsyncConnection, one: Append, fence: Fence | None) -> None:
    """The append in several statements."""
    await connection.run_sync(append, [one], fence, compare_ids=False)


async def append_by_one_statement(
    connection: AsyncConnection, one: Append, fence: Fence | None
) -> None:
    known = KnownEnds()
    known.note(await connection.run_sync(read_ends, [one.stream]))
    end = known.before(one)
    assert end is not None
    append = statement([one], [end], fence)
    assert (await connection.exec_driver_sql(append.sql, tuple(append.values))).scalar()


each_way = pytest.mark.parametrize(
    ("appending", "count"),
    [(append_within, 1), (append_by_one_statement, 1), (append_by_one_statement, 2)],
    ids=["several statements", "one statement", "one statement for many events"],
)


async def until_something_waits(database: PostgresDatabase) -> None:
    """Until a statement waits for the lock of another transaction."""
    async with asyncio.timeout(30):
        while await asyncio.to_thread(database.execute, WAITING) == "0":
            pass


@each_way
async def test_a_late_commit_is_not_skipped(
    database: PostgresDatabase, log: PostgresLog, appending: Appending, count: int
) -> None:
    await stored(log, StreamId("book", "first"), 2)
    async with database.transaction() as late:
        await appending(late, Append(OTHER, 0, events(count)), None)
        await stored(log, BOOK, 3)
        before = await log.read_all(START, 100)
        assert len(before.events) == 2
        assert await log.head() == before.reached
        assert await log.read_all(before.reached, 1) == ([], before.reached)
        await late.commit()
    after = await log.read_all(before.reached, 100)
    assert [event.stream for event in after.events] == [OTHER] * count + [BOOK] * 3
    assert await everything(log, 1) == [*before.events, *after.events]


async def test_what_a_reader_has_passed_nothing_comes_before(
    database: PostgresDatabase, log: PostgresLog
) -> None:
    await stored(log, BOOK, 1)
    async with database.transaction() as late:
        await append_within(late, Append(OTHER, 0, events(1)), None)
        before = await log.read_all(START, 100)
        assert [event.stream for event in before.events] == [BOOK]
        await late.commit()
    after = await log.read_all(before.reached, 100)
    assert [event.stream for event in after.events] == [OTHER]


@each_way
async def test_a_stream_keeps_its_order_whoever_began_first(
    database: PostgresDatabase, log: PostgresLog, appending: Appending, count: int
) -> None:
    async with database.transaction() as early:
        await append_within(early, Append(OTHER, 0, events(1)), None)
        await stored(log, BOOK, 1)
        await appending(early, Append(BOOK, 1, events(count)), None)
        await early.commit()
    await stored(log, BOOK, 1)
    versions = [event.version for event in await everything(log) if event.stream == BOOK]
    assert versions == [*range(1, count + 3)]


@each_way
async def test_a_claim_waits_for_the_append_under_way(
    database: PostgresDatabase, log: PostgresLog, appending: Appending, count: int
) -> None:
    old = await log.claim("shard-1")
    async with database.transaction() as late:
        await appending(late, Append(BOOK, 0, events(count)), old)
        claiming = asyncio.create_task(log.claim("shard-1"))
        await until_something_waits(database)
        await late.commit()
    new = await claiming
    assert await log.append([Append(BOOK, count, events(1))], new) == [Appended(count + 1)]
    with pytest.raises(FencedOut):
        await log.append([Append(BOOK, count + 1, events(1))], old)


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
async def test_an_append_during_a_claim_is_refused(
    database: PostgresDatabase, log: PostgresLog, beside: list[Append]
) -> None:
    old = await log.claim("shard-1")
    async with database.transaction() as late:
        await late.run_sync(claim, "shard-1")
        appending = asyncio.create_task(log.append([Append(BOOK, 0, events(1)), *beside], old))
        await until_something_waits(database)
        await late.commit()
    with pytest.raises(FencedOut):
        await appending
    assert await log.version(BOOK) == 0


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
@pytest.mark.parametrize("version", [0, 2])
@pytest.mark.parametrize("ending", ["commit", "rollback", "same events"])
async def test_writers_of_one_stream_wait_for_each_other(
    database: PostgresDatabase, log: PostgresLog, beside: list[Append], version: int, ending: str
) -> None:
    if version:
        await stored(log, BOOK, version)
    ours = Append(BOOK, version, events(1))
    theirs = ours if ending == "same events" else Append(BOOK, version, events(1))
    async with database.transaction() as late:
        await append_within(late, theirs, None)
        appending = asyncio.create_task(log.append([ours, *beside]))
        await until_something_waits(database)
        await (late.rollback() if ending == "rollback" else late.commit())
    outcome, *_ = await appending
    assert outcome == (Conflict(version + 1) if ending == "commit" else Appended(version + 1))
    assert await log.version(BOOK) == version + 1


@pytest.mark.parametrize("beside", BESIDE.values(), ids=BESIDE)
async def test_an_event_that_somebody_else_stores_meanwhile_is_not_stored_again(
    database: PostgresDatabase, log: PostgresLog, beside: list[Append]
) -> None:
    event = an_event()
    async with database.transaction() as late:
        await append_within(late, Append(OTHER, 0, [event]), None)
        appending = asyncio.create_task(log.append([Append(BOOK, 0, [event]), *beside]))
        await until_something_waits(database)
        await late.commit()
    outcome, *_ = await appending
    assert outcome == Repeated(frozenset({event.event_id}))
    assert await log.version(BOOK) == 0


async def test_appends_to_many_streams_do_not_block_each_other(log: PostgresLog) -> None:
    chance = random.Random(7)

    async def write() -> int:
        done = 0
        for _ in range(15):
            streams = [StreamId("book", str(n)) for n in chance.sample(range(8), 4)]
            versions = [await log.version(stream) for stream in streams]
            outcomes = await log.append(
                [Append(*at, events(1)) for at in zip(streams, versions, strict=True)]
            )
            done += sum(isinstance(outcome, Appended) for outcome in outcomes)
        return done

    done = sum(await asyncio.gather(*(write() for _ in range(8))))
    assert done == len(await everything(log))
    assert [damage async for damage in log.verify()] == []


async def test_a_log_restored_on_another_server_is_renumbered(
    database: PostgresDatabase, log: PostgresLog
) -> None:
    async with database.transaction() as early:
        await append_within(early, Append(OTHER, 0, events(1)), None)
        await stored(log, BOOK, 3)
        await append_within(early, Append(BOOK, 3, events(1)), None)
        await early.commit()
    before = await everything(log)
    await log.bury(DeadLetter("catalogue", before[3], 1, "no room", TIME))
    fence = await log.claim("dispatcher")
    await log.save_checkpoint("catalogue", before[1].position, fence)
    await log.save_checkpoint("relay", START, fence)
    for table in ("events", "streams", "dead_letters"):
        database.execute(f"UPDATE {table} SET transaction = transaction + 1000000")
    database.execute("UPDATE consumers SET transaction = transaction + 1000000 WHERE sequence > 0")

    other = database.open()
    with pytest.raises(SettingsError, match="restored from another server"):
        await other.head()
    await other.upgrade()
    after = await everything(other)
    assert [(one.event, one.stream, one.version) for one in after] == [
        (one.event, one.stream, one.version) for one in before
    ]
    assert await other.checkpoint("catalogue") == after[1].position
    assert await other.checkpoint("relay") == START
    assert [letter.event for letter in await other.dead_letters()] == [after[3]]
    await stored(other, OTHER, 1)
    assert (await other.read_all(after[-1].position, 10)).events == (await whole(other, OTHER))[1:]
    assert [damage async for damage in other.verify()] == []
    await other.close()


async def test_a_waiter_hears_by_notify(
    database: PostgresDatabase, log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_POLL_SECONDS", 3600.0)
    listening = database.open()
    try:
        waiting = asyncio.create_task(listening.wait(3600))
        while not waiting.done():
            await stored(log, BOOK, 1)
            await asyncio.wait([waiting], timeout=0.05)
    finally:
        await listening.close()
