"""The list of projects, as a table beside the event log; the port and its one adapter."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    delete,
    select,
)

from adapters.catalogue.base import MOST_ENTRIES
from adapters.catalogue.sql import Database, storable
from adapters.event_log.tables import METADATA, NAME
from adapters.event_log.upsert import upsert_newer
from domain.errors import RecordDamaged

PROJECTS = Table(
    "projects",
    METADATA,
    Column("project_id", NAME, primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("language", NAME, nullable=False),
    Column("chapters", Integer, nullable=False),
    Column("approved", Integer, nullable=False),
    Column("words", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("projects_created", "created", unique=True),
)
"""One row a project that is not deleted; times are ISO 8601."""


@dataclass(frozen=True, slots=True)
class ProjectEntry:
    """One project, as it stood at `version`; `updated_at` as of the books' `Entry`.

    `created` grows from project to project in the order in which they were created, and is the
    cursor of a list. `words` are those of the approved chapters.
    """

    project_id: str
    created: int
    title: str
    language: str
    chapters: int
    approved: int
    words: int
    version: int
    updated_at: datetime


class ProjectList(Protocol):
    """All projects, a little later than the event log, which it is made from.

    Every method raises `LogUnavailable` when the database cannot be reached, and may be repeated.
    """

    async def put(self, entry: ProjectEntry) -> None:
        """Keep an entry unless there is one of a later version; a first `created` stays."""

    async def remove(self, project_id: str) -> None:
        """Forget a project."""

    async def get(self, project_id: str) -> ProjectEntry | None:
        """The entry of a project."""

    async def list(self, after: int | None = None, limit: int = 100) -> Sequence[ProjectEntry]:
        """The newest projects first; `after` is the `created` of the last entry that was seen. At
        most `limit`, and never more than `MOST_ENTRIES`."""

    async def clear(self) -> None:
        """Forget all entries, to be made again from the event log."""

    async def ping(self) -> None:
        """Raise `LogUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections. May be called twice."""


class SqlProjectList:
    """See `ProjectList`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, entry: ProjectEntry) -> None:
        """See `ProjectList.put`."""
        await self._database.transact(_put, entry)

    async def remove(self, project_id: str) -> None:
        """See `ProjectList.remove`."""
        await self._database.transact(_remove, project_id)

    async def get(self, project_id: str) -> ProjectEntry | None:
        """See `ProjectList.get`."""
        return await self._database.query(_get, project_id)

    async def list(self, after: int | None = None, limit: int = 100) -> Sequence[ProjectEntry]:
        """See `ProjectList.list`."""
        return await self._database.query(_list, after, max(1, min(limit, MOST_ENTRIES)))

    async def clear(self) -> None:
        """See `ProjectList.clear`."""
        await self._database.transact(_clear)

    async def ping(self) -> None:
        """See `ProjectList.ping`."""
        await self._database.ping()

    async def close(self) -> None:
        """See `ProjectList.close`."""
        await self._database.close()


def _put(connection: Connection, entry: ProjectEntry) -> None:
    values = asdict(entry) | {
        "title": storable(entry.title),
        "updated_at": entry.updated_at.isoformat(),
    }
    key = {"project_id": values.pop("project_id")}
    upsert_newer(connection, PROJECTS, key, values, first={"created"})


def _remove(connection: Connection, project_id: str) -> None:
    connection.execute(delete(PROJECTS).where(PROJECTS.c.project_id == project_id))


def _get(connection: Connection, project_id: str) -> ProjectEntry | None:
    found = connection.execute(select(PROJECTS).where(PROJECTS.c.project_id == project_id))
    row = found.one_or_none()
    return None if row is None else _entry(row)


def _list(connection: Connection, after: int | None, limit: int) -> Sequence[ProjectEntry]:
    wanted = select(PROJECTS).order_by(PROJECTS.c.created.desc()).limit(limit)
    if after is not None:
        wanted = wanted.where(PROJECTS.c.created < after)
    return [_entry(row) for row in connection.execute(wanted)]


def _clear(connection: Connection) -> None:
    connection.execute(delete(PROJECTS))


# A row holds whatever the database gives.
def _entry(row: Row[Any]) -> ProjectEntry:
    fields = dict(row._mapping)
    try:
        updated_at = datetime.fromisoformat(fields.pop("updated_at"))
    except (ValueError, TypeError) as error:
        raise RecordDamaged(
            f"the list of projects cannot be understood ({error}): "
            "run `python -m jobs.rebuild projects`"
        ) from error
    return ProjectEntry(**fields, updated_at=updated_at)
