"""What only the event log in SQLite must do."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from adapters.event_log.base import Append, Appended
from adapters.event_log.sqlite import SqliteLog
from domain.errors import LogUnavailable, RecordDamaged
from domain.events import Position
from tests.contract.event_log_databases import SqliteDatabase
from tests.contract.sample_events import BOOK, events, stored, whole


@pytest.fixture
def database(tmp_path: Path) -> SqliteDatabase:
    return SqliteDatabase(tmp_path)


@pytest.fixture
async def log(database: SqliteDatabase) -> AsyncIterator[SqliteLog]:
    log = database.open(seconds=0.2)
    await log.ping()
    yield log
    await log.close()


async def test_what_is_acknowledged_is_on_the_disk(
    database: SqliteDatabase, log: SqliteLog
) -> None:
    assert database.execute("PRAGMA journal_mode") == "wal"
    with log._writer.connect() as connection:
        full = 2
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == full


async def test_readers_do_not_wait_for_a_writer(database: SqliteDatabase, log: SqliteLog) -> None:
    old = await stored(log, BOOK, 2)
    with closing(sqlite3.connect(database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [event.event for event in await whole(log, BOOK)] == old
        with pytest.raises(LogUnavailable, match="locked"):
            await log.append([Append(BOOK, 2, events(1))])
        other.execute("ROLLBACK")
    assert await log.append([Append(BOOK, 2, events(1))]) == [Appended(3)]


async def test_a_commit_that_is_shown_after_the_file_has_changed_is_not_missed(
    database: SqliteDatabase, log: SqliteLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log, "_poll_seconds", 3600)
    known, head = await log.head(), log.head
    looks = 0
    await stored(log, BOOK, 1)

    async def late() -> Position:
        nonlocal looks
        looks += 1
        return known if looks < 3 else await head()

    monkeypatch.setattr(log, "head", late)
    async with asyncio.timeout(30):
        await log.wait(3600, known)
    assert looks == 3


async def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    log = SqliteLog(tmp_path / "file" / "log.db")
    with pytest.raises(LogUnavailable, match="cannot be opened"):
        await log.ping()
    await log.close()


async def test_another_file_is_no_log(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"This is a letter, not a database. " * 100)
    log = SqliteLog(tmp_path / "log.db")
    with pytest.raises(RecordDamaged, match="not a database"):
        await log.ping()
    await log.close()
    assert (tmp_path / "log.db").read_bytes().startswith(b"This is a letter")


async def test_a_broken_page_is_damage(database: SqliteDatabase, log: SqliteLog) -> None:
    await stored(log, BOOK, 500)
    await log.close()
    content = bytearray(database.path.read_bytes())
    for start in range(8192, len(content), 4096):
        content[start : start + 64] = b"\xff" * 64
    database.path.write_bytes(content)
    again = database.open()
    with pytest.raises(RecordDamaged, match="backup"):
        await whole(again, BOOK)
    await again.close()


@pytest.mark.parametrize("column", ["data", "metadata", "type"])
async def test_text_that_is_no_utf8_is_damage(
    database: SqliteDatabase, log: SqliteLog, column: str
) -> None:
    await stored(log, BOOK, 1)
    database.execute(f"UPDATE events SET {column} = CAST(x'6fff6f' AS TEXT)")
    with pytest.raises(RecordDamaged):
        await whole(log, BOOK)
    assert [(damage.stream, damage.version) async for damage in log.verify()] == [(BOOK, 1)]


@pytest.mark.parametrize("column", ["data", "type", "checksum", "schema_version", "occurred_at"])
async def test_a_value_of_another_type_is_damage(
    database: SqliteDatabase, log: SqliteLog, column: str
) -> None:
    await stored(log, BOOK, 1)
    database.execute(f"UPDATE events SET {column} = x'00'")
    with pytest.raises(RecordDamaged):
        await whole(log, BOOK)
    assert {damage.version async for damage in log.verify(BOOK)} == {1}


async def test_data_folders_may_have_any_name(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "50 %25 #1?x=y" / "log.db")
    await stored(log, BOOK, 1)
    await log.close()
    assert (tmp_path / "50 %25 #1?x=y" / "log.db").is_file()
