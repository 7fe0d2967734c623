"""How every event log finds damage, and what it does with it."""

from dataclasses import dataclass

import pytest

from adapters.event_log.base import Append, Damage, Log, Snapshot
from domain.errors import RecordDamaged
from domain.events import START, StreamId
from tests.contract.event_log_cases import LogContract
from tests.contract.event_log_databases import Database
from tests.contract.sample_events import BOOK, OTHER, events, stored, whole


@dataclass(frozen=True)
class Tampering:
    """SQL that changes the third of four events of a book, and what `verify` says to it."""

    statement: str
    version: int
    detail: str


_THIRD = "WHERE id = 'b1' AND version = 3"
_FOURTH = "WHERE id = 'b1' AND version = 4"
_END = "WHERE id = 'b1'"
TAMPERINGS = {
    "data": Tampering(f"UPDATE events SET data = '{{\"n\":4}}' {_THIRD}", 3, "checksum"),
    "space in data": Tampering(f"UPDATE events SET data = data || ' ' {_THIRD}", 3, "checksum"),
    "type": Tampering(f"UPDATE events SET type = 'X' {_THIRD}", 3, "checksum"),
    "schema": Tampering(f"UPDATE events SET schema_version = 2 {_THIRD}", 3, "checksum"),
    "event id": Tampering(
        f"UPDATE events SET event_id = '00000000-0000-0000-0000-000000000000' {_THIRD}",
        3,
        "checksum",
    ),
    "time": Tampering(
        f"UPDATE events SET occurred_at = '2031-05-17T20:15:04+00:00' {_THIRD}", 3, "checksum"
    ),
    "metadata": Tampering(
        f"UPDATE events SET metadata = replace(metadata, 'correlation-1', 'other') {_THIRD}",
        3,
        "checksum",
    ),
    "form of metadata": Tampering(
        f"UPDATE events SET metadata = replace(metadata, ',', ', ') {_THIRD}", 3, "metadata"
    ),
    "command": Tampering(f"UPDATE events SET command_id = 'x' {_THIRD}", 3, "command"),
    "checksum": Tampering(f"UPDATE events SET checksum = 'x' {_THIRD}", 3, "checksum"),
    "last checksum": Tampering(f"UPDATE events SET checksum = 'x' {_FOURTH}", 4, "checksum"),
    "removed": Tampering(f"DELETE FROM events {_THIRD}", 3, "missing"),
    "last removed": Tampering(f"DELETE FROM events {_FOURTH}", 4, "missing"),
    "end removed": Tampering(f"DELETE FROM streams {_END}", 4, "end"),
    "end set back": Tampering(f"UPDATE streams SET version = 3 {_END}", 4, "end"),
    "end set on": Tampering(f"UPDATE streams SET version = 6 {_END}", 5, "versions 5 to 6"),
    "end's checksum": Tampering(f"UPDATE streams SET checksum = 'x' {_END}", 4, "end"),
    "all removed": Tampering(f"DELETE FROM events {_END}", 1, "versions 1 to 4"),
    "time malformed": Tampering(f"UPDATE events SET occurred_at = 'now' {_THIRD}", 3, "underst"),
    "metadata malformed": Tampering(f"UPDATE events SET metadata = '{{' {_THIRD}", 3, "underst"),
    "metadata empty": Tampering(f"UPDATE events SET metadata = '{{}}' {_THIRD}", 3, "underst"),
    "metadata a list": Tampering(f"UPDATE events SET metadata = '[]' {_THIRD}", 3, "underst"),
}
MALFORMED = [name for name, case in TAMPERINGS.items() if case.detail == "underst"]


async def damages(log: Log, stream: StreamId | None = None) -> list[Damage]:
    return [damage async for damage in log.verify(stream)]


class DamageCases(LogContract):
    async def test_an_intact_log_has_no_damage(self, log: Log) -> None:
        await log.append([Append(StreamId("book", f"b{n}"), 0, events(2)) for n in range(150)])
        await stored(log, BOOK, 300)
        assert await damages(log) == []
        assert await damages(log, BOOK) == []
        assert await damages(log, StreamId("book", "nobody")) == []

    @pytest.mark.parametrize("name", TAMPERINGS)
    async def test_tampering_is_found(self, log: Log, database: Database, name: str) -> None:
        case = TAMPERINGS[name]
        await stored(log, BOOK, 4)
        await stored(log, OTHER, 4)
        database.execute(case.statement)
        found = await damages(log)
        assert [(damage.stream, damage.version) for damage in found] == [(BOOK, case.version)]
        assert case.detail in found[0].detail
        assert await damages(log, BOOK) == found
        assert await damages(log, OTHER) == []

    async def test_every_damaged_place_is_found(self, log: Log, database: Database) -> None:
        await stored(log, BOOK, 200)
        database.execute("UPDATE events SET data = 'x' WHERE version IN (1, 64, 65, 200)")
        database.execute("DELETE FROM events WHERE version BETWEEN 100 AND 110")
        found = await damages(log)
        assert [damage.version for damage in found] == [1, 64, 65, 100, 200]
        assert found[3].detail == "versions 100 to 110 are missing"

    async def test_swapped_events_are_found(self, log: Log, database: Database) -> None:
        await stored(log, BOOK, 3)
        for old, new in ((2, 9), (3, 2), (9, 3)):
            database.execute(f"UPDATE events SET version = {new} WHERE version = {old}")
        assert [damage.version for damage in await damages(log)][:2] == [2, 3]

    @pytest.mark.parametrize("name", MALFORMED)
    async def test_what_cannot_be_understood_is_not_handed_out(
        self, log: Log, database: Database, name: str
    ) -> None:
        await stored(log, BOOK, 4)
        database.execute(TAMPERINGS[name].statement)
        before = database.execute("SELECT * FROM events ORDER BY version")
        with pytest.raises(RecordDamaged, match="event 3 of book/b1"):
            await whole(log, BOOK)
        with pytest.raises(RecordDamaged):
            await log.read_all(START, 10)
        with pytest.raises(RecordDamaged):
            await log.of_command(BOOK, "command-1")
        assert database.execute("SELECT * FROM events ORDER BY version") == before
        assert [event.version async for event in log.read(BOOK, after=3)] == [4]

    async def test_a_log_without_its_tables_is_damaged(self, log: Log, database: Database) -> None:
        await stored(log, BOOK, 1)
        database.execute("DROP TABLE events")
        with pytest.raises(RecordDamaged):
            await whole(log, BOOK)

    async def test_a_snapshot_is_kept(self, log: Log, second: Log) -> None:
        assert await log.snapshot(BOOK) is None
        first, later = Snapshot(5, 1, '{"é": 1}'), Snapshot(9, 2, "{} ")
        for snapshot in (first, later):
            await log.save_snapshot(BOOK, snapshot)
            assert await second.snapshot(BOOK) == snapshot
        assert await log.snapshot(OTHER) is None

    async def test_an_older_snapshot_replaces_no_newer_one(self, log: Log) -> None:
        await log.save_snapshot(BOOK, Snapshot(9, 1, '"new"'))
        await log.save_snapshot(BOOK, Snapshot(5, 1, '"old"'))
        await log.save_snapshot(BOOK, Snapshot(9, 1, '"same"'))
        assert await log.snapshot(BOOK) == Snapshot(9, 1, '"same"')

    @pytest.mark.parametrize(
        "change", ["state = '1'", "version = 99", "state_schema = 2", "checksum = ''", "id = 'b2'"]
    )
    async def test_a_damaged_snapshot_is_ignored_and_replaced(
        self, log: Log, database: Database, change: str
    ) -> None:
        await log.save_snapshot(BOOK, Snapshot(5, 1, "0"))
        database.execute(f"UPDATE snapshots SET {change}")
        stream = OTHER if "b2" in change else BOOK
        assert await log.snapshot(stream) is None
        await log.save_snapshot(stream, Snapshot(3, 1, "2"))
        assert await log.snapshot(stream) == Snapshot(3, 1, "2")
