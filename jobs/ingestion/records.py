"""Records in the object store, read back as what they were written from."""

from typing import TypeVar

from pydantic import ValidationError

from adapters.object_store.base import ObjectStore
from domain import library
from domain.book import Frozen, Slice
from domain.errors import RecordDamaged
from domain.slices import PageRange

Record = TypeVar("Record", bound=Frozen)


async def load(store: ObjectStore, key: str, kind: type[Record]) -> Record:
    """The record under `key`.

    Raises:
        ObjectMissing: there is none.
        RecordDamaged: it is not what it should be.
    """
    data = await store.get(key)
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        raise _damaged(key) from error


async def load_slice(store: ObjectStore, book_id: str, pages: PageRange) -> Slice:
    """A stored slice, which holds the pages its key says. Raises as `load`."""
    key = library.slice_key(book_id, pages)
    slice_ = await load(store, key, Slice)
    numbers = [page.number for page in slice_.pages]
    if slice_.book_id != book_id or numbers != list(range(pages.first, pages.last + 1)):
        raise _damaged(key)
    return slice_


def _damaged(key: str) -> RecordDamaged:
    return RecordDamaged(f"{key} in the object store cannot be understood: delete it and run again")
