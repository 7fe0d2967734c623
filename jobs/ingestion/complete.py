"""Putting a fully read book together, and into other formats."""

import tempfile
from collections import Counter
from pathlib import Path

from adapters.exports import exporter
from adapters.ocr.messages import ExportOrder
from domain import library
from domain.book import Book, Manifest, Page, PageStatus, assemble
from domain.errors import BookRefused
from domain.slices import missing
from jobs.ingestion.records import load, load_slice
from jobs.ingestion.rows import BookDone, Registered
from jobs.ingestion.workbench import Workbench


class Completer:
    """Writes `book.json` once all slices are there, and the exports it lacks.

    Idempotent: the book is created once whoever comes first, an export has one content.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._store = bench.store

    async def complete(self, book: Registered) -> BookDone | None:
        """Finish a book; None while slices are missing.

        Raises:
            RecordDamaged: a stored object of this book cannot be understood.
        """
        prefix = library.book_prefix(book.book_id)
        keys = {item.key async for item in self._store.list(prefix)}
        if library.book_key(book.book_id) in keys:
            complete, is_new = await load(self._store, library.book_key(book.book_id), Book), False
        elif missing(book.pages, library.slices_among(keys), book.pages):
            return None
        else:
            complete, is_new = await self._assembled(book.book_id, sorted(keys))
        trouble: list[str] = []
        for format in book.exports:
            key = library.export_key(book.book_id, exporter(format).suffix)
            if key not in keys:
                try:
                    await self._export(complete, format, key)
                except BookRefused as error:
                    trouble.append(str(error))
        dead = [page for page in complete.pages if page.status is PageStatus.FAILED]
        faults = Counter(page.error.fault for page in dead if page.error)
        return BookDone(
            book=book,
            status=complete.status,
            stats=complete.stats,
            dead_pages=tuple(page.number for page in dead),
            usual_fault=max(faults, key=faults.__getitem__, default=None),
            is_new=is_new,
            trouble="; ".join(trouble) or None,
        )

    async def _assembled(self, book_id: str, keys: list[str]) -> tuple[Book, bool]:
        manifest = await load(self._store, library.manifest_key(book_id), Manifest)
        pages: dict[int, Page] = {}
        for span in library.slices_among(keys):
            # Slices of runs with different lengths may overlap; either reading is good.
            part = await load_slice(self._store, book_id, span)
            pages |= {page.number: page for page in part.pages}
        book = assemble(manifest, pages.values())
        key = library.book_key(book_id)
        if await self._store.create(key, book.model_dump_json().encode()):
            return book, True
        return await load(self._store, key, Book), False

    async def _export(self, book: Book, format: str, key: str) -> None:
        source = await self._bench.books.path(library.source_key(book.book_id))
        with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
            json, target = Path(folder) / "book.json", Path(folder) / "export"
            json.write_text(book.model_dump_json(), "utf-8")
            order = ExportOrder(json, source, format, target)
            self._bench.reader(book.reading).export(order, book.stats.pages)
            await self._store.upload(key, target)
