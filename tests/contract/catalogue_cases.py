"""What every catalogue does."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.catalogue.base import MOST_ENTRIES, Catalogue, Entry
from adapters.catalogue.sql import SqlCatalogue
from adapters.event_log.sql_log import SqlLog
from domain.entities.book import Stage
from domain.errors import LogUnavailable, RecordDamaged
from tests.contract.event_log_databases import Database

NOON = datetime(2030, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


def entry(created: int, stage: Stage = Stage.READING, version: int = 3) -> Entry:
    return Entry(
        book_id=f"{created:064x}",
        created=created,
        stage=stage,
        source="s3://shelf/A “small” book.pdf",
        title="Zoë",
        pages=300,
        pages_done=16,
        dead_pages=2,
        size=5 * 1024**3,
        version=version,
        updated_at=NOON,
    )


def ids(entries: Sequence[Entry]) -> list[int]:
    return [each.created for each in entries]


class CatalogueCases:
    @pytest.fixture
    async def catalogue(self, database: Database) -> AsyncIterator[Catalogue]:
        log = database.open()
        assert isinstance(log, SqlLog)
        catalogue = SqlCatalogue(log)
        yield catalogue
        await catalogue.close()

    async def test_an_entry_comes_back_as_it_went(self, catalogue: Catalogue) -> None:
        bare = replace(entry(2), title=None, pages=None, pages_done=0, source="")
        for each in (entry(1), bare):
            await catalogue.upsert(each)
            assert await catalogue.get(each.book_id) == each
        assert await catalogue.list() == [bare, entry(1)]

    async def test_what_nobody_wrote_is_not_there(self, catalogue: Catalogue) -> None:
        assert await catalogue.get("0" * 64) is None
        assert await catalogue.list() == []
        assert await catalogue.counts() == {}
        await catalogue.ping()

    async def test_a_later_version_replaces_an_earlier_one(self, catalogue: Catalogue) -> None:
        await catalogue.upsert(entry(1, version=3))
        later = replace(
            entry(1, Stage.READY, version=5),
            title="Another",
            pages_done=300,
            dead_pages=0,
            updated_at=NOON + timedelta(seconds=1),
        )
        await catalogue.upsert(later)
        assert await catalogue.get(later.book_id) == later
        for older in (entry(1, version=4), entry(1, Stage.FAILED, version=1)):
            await catalogue.upsert(older)
            assert await catalogue.get(later.book_id) == later
        same = replace(later, updated_at=NOON + timedelta(seconds=2))
        await catalogue.upsert(same)
        assert await catalogue.get(later.book_id) == same

    async def test_a_book_keeps_its_place(self, catalogue: Catalogue) -> None:
        await catalogue.upsert(entry(1))
        await catalogue.upsert(entry(2))
        await catalogue.upsert(replace(entry(1, version=9), created=77))
        assert ids(await catalogue.list()) == [2, 1]

    async def test_racing_writers_leave_the_latest_version(self, catalogue: Catalogue) -> None:
        versions = [7, 3, 9, 1, 8, 2, 6, 4, 5]
        await asyncio.gather(*(catalogue.upsert(entry(1, version=each)) for each in versions))
        assert [each.version for each in await catalogue.list()] == [9]

    async def test_pages_of_a_list_have_no_gaps_and_no_repeats(self, catalogue: Catalogue) -> None:
        for created in (5, 1, 4, 2, 3):
            await catalogue.upsert(entry(created))
        assert ids(await catalogue.list(limit=2)) == [5, 4]
        await catalogue.upsert(entry(6))  # a book comes in between
        await catalogue.upsert(entry(3, Stage.READY, version=9))  # and one changes
        assert ids(await catalogue.list(after=4, limit=2)) == [3, 2]
        assert ids(await catalogue.list(after=2, limit=2)) == [1]
        assert ids(await catalogue.list(after=1, limit=2)) == []

    async def test_one_stage_can_be_listed(self, catalogue: Catalogue) -> None:
        for created in range(1, 7):
            await catalogue.upsert(entry(created, Stage.READY if created % 2 else Stage.FAILED))
        assert ids(await catalogue.list(Stage.READY)) == [5, 3, 1]
        assert ids(await catalogue.list(Stage.READY, after=5, limit=1)) == [3]
        assert ids(await catalogue.list(Stage.PARTIAL)) == []
        assert await catalogue.counts() == {Stage.READY: 3, Stage.FAILED: 3}
        await catalogue.upsert(entry(2, Stage.READY, version=9))
        assert ids(await catalogue.list(Stage.READY)) == [5, 3, 2, 1]
        assert await catalogue.counts() == {Stage.READY: 4, Stage.FAILED: 2}

    @pytest.mark.parametrize(("limit", "given"), [(-1, 1), (0, 1), (2, 2), (MOST_ENTRIES + 1, 3)])
    async def test_lists_are_bounded(self, catalogue: Catalogue, limit: int, given: int) -> None:
        for created in (1, 2, 3):
            await catalogue.upsert(entry(created))
        assert len(await catalogue.list(limit=limit)) == given

    async def test_it_can_be_emptied(self, catalogue: Catalogue) -> None:
        await catalogue.upsert(entry(1))
        await catalogue.clear()
        assert await catalogue.list() == []
        await catalogue.upsert(entry(1, version=1))
        assert ids(await catalogue.list()) == [1]

    async def test_texts_that_a_database_cannot_hold(self, catalogue: Catalogue) -> None:
        await catalogue.upsert(replace(entry(1), source="a\0b", title="c\0d"))
        (kept,) = await catalogue.list()
        assert (kept.source, kept.title) == ("a\ufffdb", "c\ufffdd")

    async def test_a_damaged_entry_is_named(self, catalogue: Catalogue, database: Database) -> None:
        await catalogue.upsert(entry(1))
        database.execute("UPDATE catalogue SET stage = 'lost'")
        with pytest.raises(RecordDamaged, match=r"jobs\.rebuild catalogue"):
            await catalogue.get(entry(1).book_id)
        with pytest.raises(RecordDamaged, match=r"jobs\.rebuild catalogue"):
            await catalogue.counts()

    async def test_closed_it_does_not_answer(self, catalogue: Catalogue) -> None:
        await catalogue.close()
        await catalogue.close()
        with pytest.raises(LogUnavailable):
            await catalogue.list()
        with pytest.raises(LogUnavailable):
            await catalogue.upsert(entry(1))
