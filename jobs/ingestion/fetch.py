"""From where a book file is handed in to the library: fetched, named by its content, kept."""

import hashlib
import stat
from pathlib import Path

from adapters.object_store.base import ObjectStore
from cluster.settings import Settings
from cluster.wiring import open_store
from domain import library
from domain.book import BookFault
from domain.errors import BookRefused
from jobs.ingestion.sources import local_path, split_bucket


async def fetch(uri: str, folder: Path, settings: Settings) -> Path:
    """The source as a local file; one from a bucket is copied into `folder`.

    Raises:
        BookRefused: it is larger than allowed, or no file but a pipe, device or folder.
        ObjectMissing, StoreUnavailable, StoreRefused: a bucket does not give it.
        OSError: it cannot be read here.
    """
    if path := local_path(uri):
        facts = path.stat()
        if not stat.S_ISREG(facts.st_mode):  # others may give their bytes once only, or never
            raise BookRefused(BookFault.NOT_A_BOOK, "not a file but a pipe, a device or a folder")
        check_size(facts.st_size, settings)
        return path
    bucket, key = split_bucket(uri)
    store = open_store(settings, bucket)
    try:
        info = await store.head(key)
        check_size(info.size if info else 0, settings)
        await store.download(key, folder / "source")
    finally:
        await store.close()
    return folder / "source"


def check_size(size: int, settings: Settings) -> None:
    """Refuse a file of more bytes than allowed. Raises `BookRefused`."""
    limit = settings.book_bytes
    if size > limit:
        raise BookRefused(
            BookFault.TOO_LARGE, f"{size} bytes; the limit is {limit} (SCRIPTORIUM_BOOK_BYTES)"
        )


def book_id_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def keep(path: Path, book_id: str, store: ObjectStore) -> None:
    """Have the file in the library as the source of its book.

    Raises:
        SourceChanged: it is not the book's file any more.
        StoreUnavailable, StoreRefused: as the store. OSError: the file cannot be read.
    """
    key = library.source_key(book_id)
    info = await store.head(key)
    if not info or info.size != path.stat().st_size:
        await store.upload(key, path, sha256=book_id)
