"""Registering books: files into the store, manifests beside them, missing slices planned.

This is hashing and copying, so the driver does it, in a few threads, before any worker starts:
what is to be read is then known, and where nothing is, no cluster is needed.
"""

import hashlib
import math
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from adapters.exports import exporter
from cluster.settings import Settings
from cluster.wiring import open_store
from domain import library
from domain.book import BookFault, Manifest, ReadingOptions
from domain.errors import BookRefused, ScriptoriumError
from domain.slices import missing
from jobs.ingestion.complete import Completer
from jobs.ingestion.records import load
from jobs.ingestion.rows import (
    BookDone,
    CompletionTask,
    Refused,
    Registered,
    SliceTask,
    Source,
    Task,
    Undone,
)
from jobs.ingestion.sources import local_path, split_bucket
from jobs.ingestion.workbench import Workbench

Finding = Task | BookDone | Refused | Undone
"""A source's task, or what there is to say of it at once."""

_THREADS = 4
_SOURCES_A_THREAD = 20  # fewer are not worth another process to inspect files in


def register_all(
    sources: Sequence[Source], reading: ReadingOptions, settings: Settings, exports: Sequence[str]
) -> Iterator[list[Finding]]:
    """For each source, in order, what there is to do or to say.

    A book that is complete, and has the `exports` asked for, is reported as such.
    """
    threads = min(_THREADS, math.ceil(len(sources) / _SOURCES_A_THREAD))
    benches = [Workbench(settings) for _ in range(threads)]
    idle = benches.copy()

    def register(source: Source) -> list[Finding]:
        bench = idle.pop()
        try:
            return Registrar(bench, reading, exports).register(source.uri)
        finally:
            idle.append(bench)

    try:
        with ThreadPoolExecutor(threads, thread_name_prefix="register") as pool:
            yield from pool.map(register, sources)
    finally:
        for bench in benches:
            bench.close()


class Registrar:
    """Registers one source at a time.

    Idempotent: source and manifest are create-only under the file's hash, and the slices planned
    are those the store lacks. The first run that registers a book decides how it is read.
    """

    def __init__(self, bench: Workbench, reading: ReadingOptions, exports: Sequence[str]) -> None:
        self._bench = bench
        self._settings = bench.settings
        self._store = bench.store
        self._reading = reading
        self._exports = exports

    def register(self, uri: str) -> list[Finding]:
        """The missing slices of the book at `uri`, or the one thing to do or to say instead."""
        try:
            return self._bench.run(self._register(uri))
        except BookRefused as error:
            return [Refused(source=uri, fault=error.fault, detail=error.detail)]
        except (ScriptoriumError, OSError) as error:
            return [Undone(source=uri, detail=str(error))]

    async def _register(self, uri: str) -> list[Finding]:
        with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
            path = await self._fetch(uri, Path(folder))
            manifest = await self._manifest(_sha256(path), uri, path)
        return await self._plan(manifest, uri)

    async def _fetch(self, uri: str, folder: Path) -> Path:
        """The source as a local file no larger than allowed."""
        if path := local_path(uri):
            self._check_size(path.stat().st_size)
            return path
        bucket, key = split_bucket(uri)
        store = open_store(self._settings, bucket)
        try:
            info = await store.head(key)
            self._check_size(info.size if info else 0)
            await store.download(key, folder / "source")
        finally:
            await store.close()
        return folder / "source"

    def _check_size(self, size: int) -> None:
        limit = self._settings.book_bytes
        if size > limit:
            raise BookRefused(
                BookFault.TOO_LARGE, f"{size} bytes; the limit is {limit} (SCRIPTORIUM_BOOK_BYTES)"
            )

    async def _manifest(self, book_id: str, uri: str, path: Path) -> Manifest:
        """The manifest in the store, written now if the book is new."""
        key = library.manifest_key(book_id)
        if await self._store.head(key):
            return await load(self._store, key, Manifest)
        inspected = self._bench.reader(self._reading).inspect(path, path.stat().st_size)
        limit = self._settings.book_pages
        if inspected.pages > limit:
            raise BookRefused(
                BookFault.TOO_LARGE,
                f"{inspected.pages} pages; the limit is {limit} (SCRIPTORIUM_BOOK_PAGES)",
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
        return await load(self._store, key, Manifest)

    async def _plan(self, manifest: Manifest, uri: str) -> list[Finding]:
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
        )
        if gaps:
            return [SliceTask(book=book, pages=gap) for gap in gaps]
        if complete and all(
            library.export_key(book.book_id, exporter(name).suffix) in keys
            for name in self._exports
        ):
            stands = await Completer(self._bench, []).complete(book)
            return [stands] if stands else []
        return [CompletionTask(book=book)]


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
