"""The consumer `reader`: has uploaded books read, and dead pages again."""

from collections.abc import Awaitable, Callable
from typing import cast

from actors.entities import Entities
from domain.entities.book import (
    BookState,
    BookUploaded,
    DeadPagesRetried,
    ReadingRequested,
    WholeBook,
)
from domain.events import RecordedEvent
from jobs.ingestion.principals import JOB

WANTED = (BookUploaded.__name__, ReadingRequested.__name__, DeadPagesRetried.__name__)


class Reader:
    """Sends books to the reading room, and waits until they are read.

    Idempotent: a book that is at its end is left alone, and reading one goes on from what is
    there. What a job began is the job's to read, until somebody else asks for it. Should both read
    it then, slices are stored once, and the first end stands.
    """

    def __init__(self, entities: Entities, read: Callable[[str], Awaitable[None]]) -> None:
        self._entities = entities
        self._read = read

    async def handle(self, event: RecordedEvent) -> None:
        """Return when the book is at its end. Raises as `Entities` and the reading room."""
        if event.event.metadata.principal == JOB:
            return
        answer = await self._entities.query("book", event.stream.id, WholeBook())
        if cast(BookState, answer.value).is_open:
            await self._read(event.stream.id)
