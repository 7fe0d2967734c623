"""Several processes that use one event log at once."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from domain.events import START, RecordedEvent
from tests.contract.event_log_databases import Database, PostgresDatabase, SqliteDatabase
from tests.contract.log_writer import STREAMS
from tests.contract.sample_events import everything, whole

WRITERS = 4
EVENTS = 60


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres_server"))


async def writer(database: Database, seed: int) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.contract.log_writer", str(seed), str(EVENTS)),
        env={**os.environ, **database.environment},
        stdout=PIPE,
        stderr=PIPE,
    )


async def acknowledged(process: Process) -> list[str]:
    """The ids of the events that a writer stored."""
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert process.returncode == 0, err.decode()
    return out.decode().split()


async def test_processes_that_write_at_once_lose_nothing(database: Database) -> None:
    # The log is new: they also make it at once.
    writers = [await writer(database, seed) for seed in range(WRITERS)]
    writing = asyncio.gather(*map(acknowledged, writers))
    log = database.open()
    try:
        followed: list[RecordedEvent] = []
        reached = START
        while not writing.done():
            batch = await log.read_all(reached, 7)
            followed += batch.events
            reached = batch.reached
            await asyncio.sleep(0)
        followed += (await log.read_all(reached, 10_000)).events
        ids = [event_id for one in await writing for event_id in one]

        assert len(ids) == WRITERS * EVENTS
        assert sorted(ids) == sorted(str(event.event.event_id) for event in followed)
        assert followed == await everything(log)
        for stream in STREAMS:
            of_stream = await whole(log, stream)
            assert [event.version for event in of_stream] == [*range(1, len(of_stream) + 1)]
            assert [event for event in followed if event.stream == stream] == of_stream
        assert [damage async for damage in log.verify()] == []
    finally:
        await log.close()
