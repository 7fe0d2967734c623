"""What every list of projects does."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.catalogue.projects import ProjectEntry, ProjectList, SqlProjectList
from adapters.event_log.sql_log import SqlLog
from domain.errors import RecordDamaged
from tests.contract.event_log_databases import Database

NOON = datetime(2030, 1, 2, 12, 0, 0, 123456, tzinfo=UTC)


def entry(created: int, version: int = 3) -> ProjectEntry:
    return ProjectEntry(
        project_id=f"{created:032x}",
        created=created,
        title="The Lamp “of” Zoë",
        language="fr",
        chapters=12,
        approved=9,
        words=50_000,
        version=version,
        updated_at=NOON,
    )


class ProjectListCases:
    @pytest.fixture
    async def projects(self, database: Database) -> AsyncIterator[ProjectList]:
        log = database.open()
        assert isinstance(log, SqlLog)
        projects = SqlProjectList(log)
        yield projects
        await projects.close()

    async def test_an_entry_comes_back_as_it_went(self, projects: ProjectList) -> None:
        await projects.put(entry(1))
        assert await projects.get(entry(1).project_id) == entry(1)
        assert await projects.get("0" * 32) is None

    async def test_the_newest_come_first_page_by_page(self, projects: ProjectList) -> None:
        for created in (3, 1, 4, 2):
            await projects.put(entry(created))
        page = await projects.list(limit=3)
        assert [each.created for each in page] == [4, 3, 2]
        assert [each.created for each in await projects.list(after=2)] == [1]

    async def test_an_older_version_changes_nothing(self, projects: ProjectList) -> None:
        await projects.put(entry(1, version=5))
        await projects.put(replace(entry(1, version=4), title="Older"))
        assert await projects.list() == [entry(1, version=5)]

    async def test_the_first_place_stays(self, projects: ProjectList) -> None:
        await projects.put(entry(1))
        await projects.put(replace(entry(1, version=6), created=77, title="A \0 B"))
        (found,) = await projects.list()
        assert (found.created, found.title, found.version) == (
            1,
            "A \N{REPLACEMENT CHARACTER} B",
            6,
        )

    async def test_what_is_removed_is_gone(self, projects: ProjectList) -> None:
        await projects.put(entry(1))
        await projects.put(entry(2))
        await projects.remove(entry(1).project_id)
        await projects.remove(entry(1).project_id)
        assert await projects.list() == [entry(2)]
        await projects.clear()
        assert await projects.list() == []

    async def test_a_damaged_entry_says_how_it_is_mended(
        self, projects: ProjectList, database: Database
    ) -> None:
        await projects.put(entry(1))
        database.execute("UPDATE projects SET updated_at = 'noon'")
        with pytest.raises(RecordDamaged, match=r"jobs\.rebuild projects"):
            await projects.list()
