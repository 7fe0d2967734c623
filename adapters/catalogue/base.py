"""The catalogue port."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.entities.book import Stage

MOST_ENTRIES = 1000
"""Most entries that one call gives."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One book, as it stood at `version`; `updated_at` is the time (aware, UTC) of the newest of
    its events that the catalogue has been told of, which may be an earlier one for a moment.

    `created` grows from book to book in the order in which they were handed in, and is the cursor
    of a list. `dead_pages` counts the pages that could not be read; `size` is in bytes.
    """

    book_id: str
    created: int
    stage: Stage
    source: str
    title: str | None
    pages: int | None
    pages_done: int
    dead_pages: int
    size: int
    version: int
    updated_at: datetime


class Catalogue(Protocol):
    """All books with where they stand, a little later than the event log, which it is made from.

    Every method raises `LogUnavailable` when the database cannot be reached, and may be repeated.
    """

    async def upsert(self, entry: Entry) -> None:
        """Keep an entry unless there is one of a later version; a first `created` stays."""

    async def get(self, book_id: str) -> Entry | None:
        """The entry of a book."""

    async def list(
        self, stage: Stage | None = None, after: int | None = None, limit: int = 100
    ) -> Sequence[Entry]:
        """The newest books first, of one stage or of all; `after` is the `created` of the last
        entry that was seen. At most `limit`, and never more than `MOST_ENTRIES`."""

    async def counts(self) -> Mapping[Stage, int]:
        """How many books are in each stage; stages without books are left out."""

    async def clear(self) -> None:
        """Forget all entries, to be made again from the event log."""

    async def ping(self) -> None:
        """Raise `LogUnavailable` unless the database answers."""

    async def close(self) -> None:
        """Release connections. May be called twice."""
