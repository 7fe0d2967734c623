"""The object store port: named, immutable-by-convention blobs below one root."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple, Protocol


class ObjectInfo(NamedTuple):
    """What a store knows of an object without reading it; `size` in bytes."""

    key: str
    size: int


class ObjectStore(Protocol):
    """A flat namespace of keys such as `books/abc/book.json`.

    Keys follow the rules in `keys.py`; others raise `KeyRefused`. A write is atomic: readers see
    the whole object or none. Every method raises `StoreUnavailable` when the store cannot be
    reached after the adapter's own retries, and `StoreRefused` when it says no. A write or delete
    that raised `StoreUnavailable` may have happened all the same.
    """

    async def put(self, key: str, data: bytes) -> None:
        """Store `data`, replacing what was there."""

    async def create(self, key: str, data: bytes) -> bool:
        """Store `data` unless the key exists. True if this call created it; of racing callers
        exactly one gets True."""

    async def upload(self, key: str, source: Path, sha256: str | None = None) -> None:
        """Store a file, streamed, in bounded memory, replacing what was there. Raises OSError
        when `source` cannot be opened; `SourceChanged`, and stores nothing, when what was read of
        it does not have the stated SHA-256, in hexadecimal."""

    async def get(self, key: str) -> bytes:
        """The whole object, in memory: for records; books are `download`ed. Raises
        `ObjectMissing`."""

    async def get_range(self, key: str, start: int, length: int) -> bytes:
        """Up to `length` bytes from offset `start`, empty when `start` is at or past the end.
        Raises `ObjectMissing`; ValueError if `start` is negative or `length` not positive."""

    async def download(self, key: str, target: Path) -> None:
        """Write the object to a local file, streamed; `target` appears whole or not at all, in a
        directory that exists. Raises `ObjectMissing`; OSError when `target` cannot be written."""

    async def head(self, key: str) -> ObjectInfo | None:
        """Facts about an object, None when there is none."""

    def list(self, prefix: str = "") -> AsyncIterator[ObjectInfo]:
        """Every object whose key starts with `prefix`, in the byte order of the keys. `prefix`
        may end anywhere in a key. Files that are not objects of this store are left out."""

    async def delete(self, key: str) -> None:
        """Remove an object; no error when there is none."""

    def local_path(self, key: str) -> Path | None:
        """Where the object can be read in place on this machine, None when it cannot."""

    async def close(self) -> None:
        """Release connections. May be called twice."""
