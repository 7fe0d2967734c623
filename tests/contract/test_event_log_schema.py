"""The schema of the event log: made new, brought up to date, and refused where it does not fit."""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, insert
from sqlalchemy.pool import NullPool

from adapters.catalogue import projects
from adapters.catalogue import sql as catalogue
from adapters.event_log import schema
from adapters.event_log.appending import append
from adapters.event_log.base import Append, Log, Snapshot
from adapters.event_log.tables import METADATA, SNAPSHOTS
from domain.errors import SettingsError
from tests.contract.event_log_databases import Database, PostgresDatabase, SqliteDatabase
from tests.contract.sample_events import BOOK, OTHER, events, everything, stored, whole

T = TypeVar("T")

OLDEST = "0001"


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return SqliteDatabase(tmp_path)
    return PostgresDatabase(request.getfixturevalue("postgres_server"))


async def run_in(database: Database, work: Callable[[Connection], T]) -> T:
    """Do something in one transaction, past the log."""
    if isinstance(database, PostgresDatabase):
        async with database.transaction() as opened:
            result = await opened.run_sync(work)
            await opened.commit()
            return result
    assert isinstance(database, SqliteDatabase)
    engine = create_engine(f"sqlite:///{database.path}", poolclass=NullPool)
    with engine.begin() as connection:
        return work(connection)


async def command(database: Database, *arguments: str) -> tuple[int, str]:
    """Run `jobs.event_log`; gives its exit status and all it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "jobs.event_log", *arguments),
        env={**os.environ, **database.environment},
        stdout=PIPE,
        stderr=PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 120)
    return process.returncode or 0, (out + err).decode()


async def an_old_log(database: Database) -> Sequence[Append]:
    """Make a log of the oldest schema; gives what is in it."""
    appends = [Append(BOOK, 0, events(70)), Append(OTHER, 0, events(2))]

    def fill(connection: Connection) -> None:
        schema.migrate(connection, OLDEST)
        append(connection, appends, None, compare_ids=False)
        connection.execute(insert(SNAPSHOTS), {**BOOK._asdict(), **an_old_snapshot})

    an_old_snapshot = {"version": 1, "state_schema": 1, "state": "{}", "checksum": "none"}
    await run_in(database, fill)
    return appends


async def refusal(log: Log) -> str:
    """What a log says that cannot be used."""
    with pytest.raises(SettingsError) as caught:
        await log.append([Append(BOOK, 0, events(1))])
    with pytest.raises(SettingsError):
        await log.ping()
    await log.close()
    return str(caught.value)


async def test_a_new_log_has_the_newest_schema(database: Database) -> None:
    log = database.open()
    await stored(log, BOOK, 1)
    await log.close()
    assert await run_in(database, schema.revision) == schema.HEAD
    script = str(Path(schema.__file__).with_name("migrations"))
    assert ScriptDirectory(script).get_heads() == [schema.HEAD]


async def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        assert catalogue.CATALOGUE.metadata is METADATA
        assert projects.PROJECTS.metadata is METADATA
        schema.migrate(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, METADATA))

    assert await run_in(database, differences) == []


async def test_an_older_log_is_refused_until_it_is_upgraded(database: Database) -> None:
    appends = await an_old_log(database)
    message = await refusal(database.open())
    assert OLDEST in message
    assert "python -m jobs.event_log upgrade" in message

    status, output = await command(database, "upgrade")
    assert status == 0, output
    assert f"{schema.HEAD} now, before it had {OLDEST}" in output

    log = database.open()
    for one in appends:
        assert [event.event for event in await whole(log, one.stream)] == one.events
    assert len(await everything(log)) == 72
    assert len(await log.of_command(BOOK, "command-1")) == 70
    assert [damage async for damage in log.verify()] == []
    await stored(log, BOOK, 1)
    await log.save_snapshot(BOOK, Snapshot(71, 1, "{}"))
    await log.save_checkpoint("catalogue", await log.head(), await log.claim("dispatcher"))
    await log.close()
    assert await command(database, "verify") == (0, "no damage found\n")


async def test_an_upgrade_that_fails_changes_nothing(database: Database) -> None:
    appends = await an_old_log(database)
    database.execute("CREATE TABLE dead_letters (x INTEGER)")
    status, output = await command(database, "upgrade")
    assert status != 0, output
    assert await run_in(database, schema.revision) == OLDEST
    database.execute("DROP TABLE dead_letters")
    assert (await command(database, "upgrade"))[0] == 0
    log = database.open()
    assert [event.event for event in await whole(log, BOOK)] == appends[0].events
    await log.close()


async def test_a_newer_log_is_refused(database: Database) -> None:
    log = database.open()
    await stored(log, BOOK, 1)
    await log.close()
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    assert "newer version of Scriptorium" in await refusal(database.open())
    status, output = await command(database, "upgrade")
    assert (status, "9999" in output) == (2, True)
    assert database.execute("SELECT version_num FROM alembic_version") == "9999"


async def test_upgrade_makes_a_log_and_then_has_nothing_to_do(database: Database) -> None:
    assert await command(database, "upgrade") == (
        0,
        f"the event log has schema {schema.HEAD} now, before it had none\n",
    )
    assert await command(database, "upgrade") == (
        0,
        f"the event log has schema {schema.HEAD}, the newest\n",
    )


async def test_damage_is_reported_by_command(database: Database) -> None:
    log = database.open()
    await stored(log, BOOK, 3)
    await stored(log, OTHER, 1)
    await log.close()
    database.execute("UPDATE events SET data = '[2]' WHERE id = 'b1' AND version = 2")
    status, output = await command(database, "verify")
    assert status == 3
    assert "book/b1 version 2: it does not match its checksum" in output
    assert "damaged places found: 1" in output
    assert (await command(database, "verify", "--stream", "book/b1"))[0] == 3
    assert (await command(database, "verify", "--stream", "book/b2"))[0] == 0


async def test_a_stream_is_shown_by_command(database: Database) -> None:
    log = database.open()
    await stored(log, BOOK, 2)
    await log.close()
    status, output = await command(database, "show", "book/b1")
    assert status == 0
    lines = output.splitlines()
    assert len(lines) == 2
    for word in ("2031-05-17T20:15:03+00:00", "PageTurned", '{"n":2}', "correlation-1"):
        assert word in lines[1]
    assert await command(database, "show", "book/nobody") == (
        2,
        "jobs.event_log: book/nobody has no events\n",
    )
    database.execute("UPDATE events SET metadata = '' WHERE version = 2")
    assert (await command(database, "show", "book/b1"))[0] == 3


@pytest.mark.parametrize("arguments", [[], ["show"], ["show", "book"], ["verify", "--stream", "x"]])
async def test_bad_usage_is_told_by_command(tmp_path: Path, arguments: list[str]) -> None:
    assert (await command(SqliteDatabase(tmp_path), *arguments))[0] == 2
    assert list(tmp_path.iterdir()) == []
