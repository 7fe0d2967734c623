"""Records in the object store, read back as what they were written from."""

from typing import TypeVar

from pydantic import ValidationError

from adapters.object_store.base import ObjectStore
from domain.book import Frozen
from domain.errors import RecordDamaged

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
        raise RecordDamaged(
            f"{key} in the object store cannot be understood: delete it and run again"
        ) from error
