"""PostgreSQL or the way to it fails: what was acknowledged stays, the rest can be repeated."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from traceback import format_exception

import pytest
from pydantic import SecretStr

from adapters.event_log import postgres
from adapters.event_log.base import Append, Appended
from adapters.event_log.postgres import PostgresLog
from domain.errors import LogUnavailable, SettingsError
from tests.contract.cutting_proxy import Cut, CuttingProxy
from tests.contract.event_log_databases import PostgresDatabase
from tests.contract.postgres_server import HOST, PASSWORD, PostgresServer
from tests.contract.sample_events import BOOK, an_event, events, stored, whole
from tests.contract.test_event_log_postgres import BESIDE

HANG_UP = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def database(postgres_server: PostgresServer) -> PostgresDatabase:
    return PostgresDatabase(postgres_server)


@pytest.fixture
async def log(database: PostgresDatabase) -> AsyncIterator[PostgresLog]:
    log = database.open()
    await log.ping()
    yield log
    await log.close()


@pytest.mark.parametrize("cut", Cut)
@pytest.mark.parametrize(
    ("beside", "marker"),
    [
        (BESIDE["one statement"], b"cut here"),
        (BESIDE["one statement for many streams"], b"cut here"),
        (BESIDE["several statements"], b"cut here"),
        (BESIDE["several statements"], b"COMMIT"),
    ],
    ids=["one statement", "one statement for many", "several", "several, at the commit"],
)
async def test_an_append_whose_answer_is_lost_can_be_repeated(
    database: PostgresDatabase, beside: list[Append], marker: bytes, cut: Cut
) -> None:
    async with CuttingProxy(HOST, database.server.port) as proxy:
        url = database.server.url(database.name, port=proxy.port)
        log = PostgresLog(SecretStr(url))
        try:
            await stored(log, BOOK, 1)
            appends = [Append(BOOK, 1, [an_event('"cut here"')]), *beside]
            proxy.arm(marker, cut)
            with pytest.raises(LogUnavailable):
                await log.append(appends)
            assert (await log.append(appends))[0] == Appended(2)
            assert [event.event for event in await whole(log, BOOK)][1:] == appends[0].events
        finally:
            await log.close()


async def test_connections_that_the_server_ended_are_made_anew(
    database: PostgresDatabase, log: PostgresLog
) -> None:
    await asyncio.gather(*(log.ping() for _ in range(4)))
    database.execute(HANG_UP)
    with suppress(LogUnavailable):
        await log.ping()  # the connection that breaks in the middle is the only one to be noticed
    for _ in range(8):
        await stored(log, BOOK, 1)
    assert await log.version(BOOK) == 8


async def test_a_waiter_hears_again_after_its_connection_broke(
    database: PostgresDatabase, log: PostgresLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgres, "_POLL_SECONDS", 3600.0)
    listening = database.open()
    for _ in range(2):
        waiting = asyncio.create_task(listening.wait(3600))
        while not waiting.done():
            await stored(log, BOOK, 1)
            await asyncio.wait([waiting], timeout=0.05)
        await waiting
        database.execute(HANG_UP)
        for each in (log, listening):
            with suppress(LogUnavailable):
                await each.ping()
    await listening.close()


async def test_what_was_acknowledged_survives_the_servers_death(
    database: PostgresDatabase, log: PostgresLog
) -> None:
    old = await stored(log, BOOK, 3)
    fence = await log.claim("shard-1")
    database.server.kill()
    append = Append(BOOK, 3, events(1))
    try:
        with pytest.raises(LogUnavailable):
            await log.append([append], fence)
        with pytest.raises(LogUnavailable):
            await log.ping()
    finally:
        database.server.start()
    assert await log.append([append], fence) == [Appended(4)]
    assert [event.event for event in await whole(log, BOOK)] == [*old, *append.events]


async def test_a_lock_is_not_waited_for_without_end(database: PostgresDatabase) -> None:
    log = database.open(seconds=0.5)
    await log.ping()
    try:
        async with database.transaction() as other:
            await other.exec_driver_sql("LOCK TABLE streams IN ACCESS EXCLUSIVE MODE")
            with pytest.raises(LogUnavailable):
                await log.append([Append(BOOK, 0, events(1))])
            with pytest.raises(LogUnavailable):
                await asyncio.gather(*(log.version(BOOK) for _ in range(20)))
        assert await log.append([Append(BOOK, 0, events(1))]) == [Appended(1)]
    finally:
        await log.close()


@pytest.mark.parametrize("wrong", ["password", "database", "option", "port"])
async def test_a_wrong_address_is_told_without_the_password(
    database: PostgresDatabase, wrong: str
) -> None:
    server = database.server
    url = {
        "password": server.url(database.name, password=PASSWORD + "2"),
        "database": server.url("nowhere"),
        "option": server.url(database.name) + "?sslmode=perhaps",
        "port": server.url(database.name, port=1),
    }[wrong]
    log = PostgresLog(SecretStr(url))
    expected = LogUnavailable if wrong == "port" else SettingsError
    with pytest.raises(expected) as caught:
        await log.ping()
    assert PASSWORD not in "".join(format_exception(caught.value))
    await log.close()
