"""Putting a fully read book together, and into other formats."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from adapters.exports import export, exporter
from adapters.object_store.base import ObjectStore
from adapters.object_store.node_cache import NodeCache
from domain import library
from domain.book import Book, Manifest, Slice, assemble
from domain.errors import RecordDamaged
from domain.slices import missing
from jobs.ingestion.rows import BookDone, Registered


class Completer:
    """Writes `book.json` once all slices are there, and the exports it lacks.

    Idempotent: the book is created once whoever comes first, an export has one content.
    """

    def __init__(self, store: ObjectStore, cache: NodeCache, exports: Sequence[str]) -> None:
        self._store = store
        self._cache = cache
        self._exports = exports

    async def complete(self, book: Registered) -> BookDone | None:
        """Finish a book; None while slices are missing.

        Raises:
            RecordDamaged: a stored object of this book cannot be understood.
        """
        prefix = library.book_prefix(book.book_id)
        keys = {item.key async for item in self._store.list(prefix)}
        if library.book_key(book.book_id) in keys:
            complete, is_new = await self._stored(book.book_id), False
        elif missing(book.pages, library.slices_among(keys), book.pages):
            return None
        else:
            complete, is_new = await self._assembled(book.book_id, sorted(keys))
        for format in self._exports:
            key = library.export_key(book.book_id, exporter(format).suffix)
            if key not in keys:
                await self._export(complete, format, key)
        return BookDone(book=book, status=complete.status, stats=complete.stats, is_new=is_new)

    async def _stored(self, book_id: str) -> Book:
        key = library.book_key(book_id)
        try:
            return Book.model_validate_json(await self._store.get(key))
        except ValidationError as error:
            raise _damaged(key) from error

    async def _assembled(self, book_id: str, keys: list[str]) -> tuple[Book, bool]:
        manifest = Manifest.model_validate_json(
            await self._store.get(library.manifest_key(book_id))
        )
        pages = {}
        for key in keys:
            if library.slices_among([key]):
                try:
                    part = Slice.model_validate_json(await self._store.get(key))
                except ValidationError as error:
                    raise _damaged(key) from error
                # Slices of runs with different lengths may overlap; either reading is good.
                pages |= {page.number: page for page in part.pages}
        book = assemble(manifest, pages.values())
        is_new = await self._store.create(
            library.book_key(book_id), book.model_dump_json().encode()
        )
        return (book, True) if is_new else (await self._stored(book_id), False)

    async def _export(self, book: Book, format: str, key: str) -> None:
        source = await self._cache.path(library.source_key(book.book_id))
        with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
            target = Path(folder) / "export"
            await asyncio.to_thread(export, book, format, source, target)
            await self._store.upload(key, target)


def _damaged(key: str) -> RecordDamaged:
    return RecordDamaged(
        f"{key} in the object store cannot be understood: delete it and run again"
    )
