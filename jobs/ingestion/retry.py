"""Going back for dead pages: what says that they were read is taken out of the store."""

from adapters.object_store.base import ObjectStore
from domain import library
from domain.book import PageStatus
from domain.entities.book import BookState
from jobs.ingestion.records import load_slice


async def forget_dead_pages(book_id: str, state: BookState, store: ObjectStore) -> None:
    """Make the store lack what a book is to be read again for; may be repeated at any time.

    `state` is that of a book which is being read, and was retried.

    The order matters, as this may end anywhere. While `book.json` is there the book counts as
    complete, so it goes before the slices. While an export is there it is not made again, so the
    exports go before the book that they were made of. A slice that this retry has read stands, by
    the entity, and stays, even if its pages are dead once more.

    Raises:
        RecordDamaged: a slice cannot be understood.
        StoreUnavailable, StoreRefused: as the store.
    """
    for key in [item.key async for item in store.list(library.exports_prefix(book_id))]:
        await store.delete(key)
    await store.delete(library.book_key(book_id))
    dead = set(state.dead_pages)
    keys = [item.key async for item in store.list(library.slices_prefix(book_id))]
    for pages in library.slices_among(keys):
        if pages in state.slices or dead.isdisjoint(range(pages.first, pages.last + 1)):
            continue
        slice_ = await load_slice(store, book_id, pages)
        if any(page.status is PageStatus.FAILED for page in slice_.pages):
            await store.delete(library.slice_key(book_id, pages))
