"""The catalogue as a table beside the event log."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

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
    func,
    select,
)

from adapters.catalogue.base import MOST_ENTRIES, Entry
from adapters.event_log.tables import METADATA, NAME
from adapters.event_log.upsert import upsert_newer
from domain.entities.book import Stage
from domain.errors import RecordDamaged

CATALOGUE = Table(
    "catalogue",
    METADATA,
    Column("book_id", NAME, primary_key=True),
    Column("created", BigInteger, nullable=False),
    Column("stage", NAME, nullable=False),
    Column("source", Text, nullable=False),
    Column("title", Text),
    Column("pages", Integer),
    Column("pages_done", Integer, nullable=False),
    Column("dead_pages", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("updated_at", Text, nullable=False),
    Index("catalogue_created", "created", unique=True),
    Index("catalogue_stage", "stage", "created"),
)
"""One row a book; times are ISO 8601."""

P = ParamSpec("P")
T = TypeVar("T")


class Database(Protocol):
    """The database of the event log."""

    async def query(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run queries. Raises `LogUnavailable`."""

    async def transact(
        self, work: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run statements in one transaction. Raises `LogUnavailable`."""

    async def ping(self) -> None:
        """Raise `LogUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections."""


class SqlCatalogue:
    """See `Catalogue`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert(self, entry: Entry) -> None:
        """See `Catalogue.upsert`."""
        await self._database.transact(_upsert, entry)

    async def get(self, book_id: str) -> Entry | None:
        """See `Catalogue.get`."""
        return await self._database.query(_get, book_id)

    async def list(
        self, stage: Stage | None = None, after: int | None = None, limit: int = 100
    ) -> Sequence[Entry]:
        """See `Catalogue.list`."""
        return await self._database.query(_list, stage, after, max(1, min(limit, MOST_ENTRIES)))

    async def counts(self) -> Mapping[Stage, int]:
        """See `Catalogue.counts`."""
        return await self._database.query(_counts)

    async def clear(self) -> None:
        """See `Catalogue.clear`."""
        await self._database.transact(_clear)

    async def ping(self) -> None:
        """See `Catalogue.ping`."""
        await self._database.ping()

    async def close(self) -> None:
        """See `Catalogue.close`."""
        await self._database.close()


def _upsert(connection: Connection, entry: Entry) -> None:
    values = {
        "created": entry.created,
        "stage": entry.stage.value,
        "source": storable(entry.source),
        "title": storable(entry.title) if entry.title is not None else None,
        "pages": entry.pages,
        "pages_done": entry.pages_done,
        "dead_pages": entry.dead_pages,
        "size": entry.size,
        "version": entry.version,
        "updated_at": entry.updated_at.isoformat(),
    }
    upsert_newer(connection, CATALOGUE, {"book_id": entry.book_id}, values, first={"created"})


def _get(connection: Connection, book_id: str) -> Entry | None:
    found = connection.execute(select(CATALOGUE).where(CATALOGUE.c.book_id == book_id))
    row = found.one_or_none()
    return None if row is None else _entry(row)


def _list(
    connection: Connection, stage: Stage | None, after: int | None, limit: int
) -> Sequence[Entry]:
    wanted = select(CATALOGUE).order_by(CATALOGUE.c.created.desc()).limit(limit)
    if stage is not None:
        wanted = wanted.where(CATALOGUE.c.stage == stage.value)
    if after is not None:
        wanted = wanted.where(CATALOGUE.c.created < after)
    return [_entry(row) for row in connection.execute(wanted)]


def _counts(connection: Connection) -> Mapping[Stage, int]:
    counted = select(CATALOGUE.c.stage, func.count()).group_by(CATALOGUE.c.stage)
    return {_stage(stage): count for stage, count in connection.execute(counted)}


def _clear(connection: Connection) -> None:
    connection.execute(delete(CATALOGUE))


def storable(text: str) -> str:
    """PostgreSQL keeps no text with a NUL in it."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


# A row holds whatever the database gives.
def _entry(row: Row[Any]) -> Entry:
    fields = dict(row._mapping)
    stage = _stage(fields.pop("stage"))
    try:
        updated_at = datetime.fromisoformat(fields.pop("updated_at"))
    except (ValueError, TypeError) as error:
        raise _damage(error) from error
    return Entry(**fields, stage=stage, updated_at=updated_at)


def _stage(text: str) -> Stage:
    try:
        return Stage(text)
    except ValueError as error:
        raise _damage(error) from error


def _damage(error: Exception) -> RecordDamaged:
    return RecordDamaged(
        f"the catalogue cannot be understood ({error}): run `python -m jobs.rebuild catalogue`"
    )
