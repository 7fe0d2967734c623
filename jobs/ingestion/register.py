"""Registering a book: its file into the store, its manifest beside it, its slices planned."""

import asyncio
import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from cluster.wiring import open_store
from domain import library
from domain.book import BookFault, Manifest, ReadingOptions
from domain.errors import BookRefused, ScriptoriumError
from domain.slices import missing
from jobs.ingestion.rows import (
    CompletionTask,
    Refused,
    Registered,
    Row,
    SliceTask,
    Source,
    Task,
    Undone,
    pack,
    unpack,
)
from jobs.ingestion.workbench import Workbench


class Registrar:
    """Registers sources, one at a time; a stage of the pipeline.

    Idempotent: source and manifest are create-only under the file's hash, and the slices planned
    are those the store lacks. The first run that registers a book decides how it is read.
    """

    def __init__(self, bench: Workbench, reading: ReadingOptions) -> None:
        self._bench = bench
        self._settings = bench.settings
        self._store = bench.store
        self._reading = reading

    def __call__(self, row: Row) -> list[Row]:
        """Rows for a source's missing slices, or the one row that says why there are none."""
        source = unpack(row)
        if not isinstance(source, Source):
            return [row]  # registered already
        return [pack(message) for message in self._bench.run(self._register(source.uri))]

    async def _register(self, uri: str) -> Sequence[Task | Refused | Undone]:
        try:
            with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
                path = await self._fetch(uri, Path(folder))
                book_id = await asyncio.to_thread(_sha256, path)
                manifest = await self._manifest(book_id, uri, path)
            return await self._plan(manifest, uri)
        except BookRefused as error:
            return [Refused(source=uri, fault=error.fault, detail=error.detail)]
        except (ScriptoriumError, OSError) as error:
            return [Undone(source=uri, detail=str(error))]

    async def _fetch(self, uri: str, folder: Path) -> Path:
        """The source as a local file no larger than allowed."""
        parts = urlsplit(uri)
        if parts.scheme != "s3":
            path = Path(uri)
            self._check_size(path.stat().st_size)
            return path
        bucket = open_store(self._settings, f"s3://{parts.netloc}")
        try:
            key = parts.path.lstrip("/")
            info = await bucket.head(key)
            self._check_size(info.size if info else 0)
            await bucket.download(key, folder / "source")
        finally:
            await bucket.close()
        return folder / "source"

    def _check_size(self, size: int) -> None:
        if size > self._settings.book_bytes:
            raise BookRefused(
                BookFault.TOO_LARGE,
                f"{size} bytes; the limit is {self._settings.book_bytes} "
                "(SCRIPTORIUM_BOOK_BYTES)",
            )

    async def _manifest(self, book_id: str, uri: str, path: Path) -> Manifest:
        """The manifest in the store, written now if the book is new."""
        key = library.manifest_key(book_id)
        if await self._store.head(key):
            return Manifest.model_validate_json(await self._store.get(key))
        inspected = self._bench.reader(self._reading).inspect(path, path.stat().st_size)
        if inspected.pages > self._settings.book_pages:
            raise BookRefused(
                BookFault.TOO_LARGE,
                f"{inspected.pages} pages; the limit is {self._settings.book_pages} "
                "(SCRIPTORIUM_BOOK_PAGES)",
            )
        manifest = Manifest(
            book_id=book_id,
            source=uri,
            metadata=inspected.metadata,
            pages=inspected.pages,
            reading=self._reading,
        )
        await self._store.upload(library.source_key(book_id), path)
        if await self._store.create(key, manifest.model_dump_json().encode()):
            return manifest
        return Manifest.model_validate_json(await self._store.get(key))

    async def _plan(self, manifest: Manifest, uri: str) -> Sequence[Task]:
        prefix = library.book_prefix(manifest.book_id)
        keys = [item.key async for item in self._store.list(prefix)]
        complete = library.book_key(manifest.book_id) in keys
        done = library.slices_among(keys)
        gaps = [] if complete else missing(manifest.pages, done, self._settings.slice_pages)
        book = Registered(
            book_id=manifest.book_id,
            source=uri,
            pages=manifest.pages,
            reading=manifest.reading,
            missing=len(gaps),
        )
        return [SliceTask(book=book, pages=gap) for gap in gaps] or [CompletionTask(book=book)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
