"""The consumer `catalogue`: keeps the catalogue of books up to date."""

from typing import cast

from actors.entities import Entities
from adapters.catalogue.base import Catalogue, Entry
from domain.entities.book import BookState, Stage, WholeBook
from domain.events import RecordedEvent


class CatalogueKeeper:
    """Writes down how a book stands, by asking it: one write covers all events up to then.

    Idempotent, because an older version never replaces a newer one.
    """

    def __init__(self, entities: Entities, catalogue: Catalogue) -> None:
        self._entities = entities
        self._catalogue = catalogue

    async def handle(self, event: RecordedEvent) -> None:
        """Bring the entry of the event's book up to date. Raises as `Entities`, `Catalogue`."""
        book_id = event.stream.id
        known = await self._catalogue.get(book_id)
        if known and known.version > event.version:
            return
        answer = await self._entities.query("book", book_id, WholeBook())
        state = cast(BookState, answer.value)
        await self._catalogue.upsert(
            Entry(
                book_id=book_id,
                created=event.position.sequence,
                stage=state.stage or Stage.UPLOADED,
                source=state.source,
                title=state.title,
                pages=state.pages,
                pages_done=state.pages_done,
                dead_pages=len(state.dead_pages),
                size=state.size,
                version=answer.version,
                updated_at=event.event.occurred_at,
            )
        )
