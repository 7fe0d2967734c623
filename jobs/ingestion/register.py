"""Registering books: files into the store, manifests beside them, missing slices planned.

This is hashing and copying, so the driver does it, in a few threads, before any worker starts:
what is to be read is then known, and where nothing is, no cluster is needed.
"""

import math
import tempfile
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from adapters.exports import exporter
from cluster.settings import Settings
from domain import library
from domain.book import BookFault, BookId, Manifest, ReadingOptions
from domain.errors import BookRefused, ObjectMissing, ScriptoriumError
from domain.slices import missing
from jobs.ingestion.complete import Completer
from jobs.ingestion.fetch import book_id_of, fetch, keep
from jobs.ingestion.records import load
from jobs.ingestion.rows import (
    BookDone,
    CompletionTask,
    Refused,
    Registered,
    SliceTask,
    Task,
    Undone,
)
from jobs.ingestion.workbench import Workbench

Finding = Task | BookDone | Refused | Undone
"""A source's task, or what there is to say of it at once."""

_THREADS = 4
_SOURCES_A_THREAD = 20  # fewer are not worth another process to inspect files in


class Wish(NamedTuple):
    """A source, and what is to become of it if it is new."""

    uri: str
    reading: ReadingOptions
    exports: Sequence[str] = ()


class Registration(NamedTuple):
    """What there is to do or to say of a source, its size in bytes and the title it has."""

    findings: Sequence[Finding]
    size: int = 0
    title: str | None = None


class Desk:
    """Registers sources in a few threads, each with a page reader to look into files."""

    def __init__(self, settings: Settings, threads: int = _THREADS) -> None:
        self._benches = [Workbench(settings) for _ in range(threads)]
        self._idle = self._benches.copy()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="register")

    def register(self, wishes: Iterable[Wish]) -> Iterator[Registration]:
        """For each source, in order, what there is to do or to say."""
        return self._threads.map(
            lambda wish: self._at_a_bench(lambda registrar: registrar.register(wish)), wishes
        )

    def take_up(self, books: Iterable[tuple[BookId, Wish]]) -> Iterator[Registration]:
        """As `register`, for files that are in the store already."""
        return self._threads.map(
            lambda book: self._at_a_bench(lambda registrar: registrar.take_up(*book)), books
        )

    def _at_a_bench(self, work: Callable[["Registrar"], Registration]) -> Registration:
        bench = self._idle.pop()  # there are as many as threads
        try:
            return work(Registrar(bench))
        finally:
            self._idle.append(bench)

    def close(self) -> None:
        """End the page readers."""
        self._threads.shutdown(cancel_futures=True)
        for bench in self._benches:
            bench.close()


def register_all(wishes: Sequence[Wish], settings: Settings) -> Iterator[Registration]:
    """For each source, in order, what there is to do or to say.

    A book that is complete, and has the exports asked for, is reported as such.
    """
    desk = Desk(settings, min(_THREADS, math.ceil(len(wishes) / _SOURCES_A_THREAD)))
    try:
        yield from desk.register(wishes)
    finally:
        desk.close()


class Registrar:
    """Registers one source at a time.

    Idempotent: source and manifest lie under the file's hash, the manifest is create-only, and the
    slices planned are those the store lacks. The first run that registers a book decides how it is
    read.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._settings = bench.settings
        self._store = bench.store

    def register(self, wish: Wish) -> Registration:
        """The missing slices of the book, or the one thing to do or to say instead."""
        return self._said(wish, self._register(wish))

    def take_up(self, book_id: BookId, wish: Wish) -> Registration:
        """As `register`, for a file that is in the store already."""
        return self._said(wish, self._take_up(book_id, wish))

    def _said(self, wish: Wish, work: Coroutine[object, object, Registration]) -> Registration:
        try:
            return self._bench.run(work)
        except (ScriptoriumError, OSError) as error:
            return Registration([Undone.because(error, wish.uri)])

    async def _register(self, wish: Wish) -> Registration:
        with tempfile.TemporaryDirectory(prefix="scriptorium-") as folder:
            try:
                path = await fetch(wish.uri, Path(folder), self._settings)
            except BookRefused as error:
                return Registration([_refusal(wish, error)])
            book_id = book_id_of(path)
            if manifest := await self._known(book_id):
                return await self._plan(manifest, wish)
            return await self._taken_up(book_id, path, wish, is_kept=False)

    async def _take_up(self, book_id: BookId, wish: Wish) -> Registration:
        if manifest := await self._known(book_id):
            return await self._plan(manifest, wish)
        try:
            path = await self._bench.books.path(library.source_key(book_id))
        except ObjectMissing:  # a job refused it, and did not keep it; or it was removed
            gone = BookRefused(BookFault.EMPTY, "its file is not kept: hand it in, then try again")
            return Registration([_refusal(wish, gone, book_id)])
        return await self._taken_up(book_id, path, wish, is_kept=True)

    async def _known(self, book_id: BookId) -> Manifest | None:
        """The manifest of a book that was registered before."""
        key = library.manifest_key(book_id)
        return await load(self._store, key, Manifest) if await self._store.head(key) else None

    async def _taken_up(
        self, book_id: BookId, path: Path, wish: Wish, *, is_kept: bool
    ) -> Registration:
        """The plan of a new book, which is kept and whose manifest is written, or why it is none.

        What is refused is not kept.
        """
        size = path.stat().st_size
        try:
            manifest = self._inspect(book_id, path, size, wish)
        except BookRefused as error:
            return Registration([_refusal(wish, error, book_id)], size)
        if not is_kept:
            await keep(path, book_id, self._store)
        key = library.manifest_key(book_id)
        if not await self._store.create(key, manifest.model_dump_json().encode()):
            manifest = await load(self._store, key, Manifest)
        return await self._plan(manifest, wish)

    def _inspect(self, book_id: BookId, path: Path, size: int, wish: Wish) -> Manifest:
        inspected = self._bench.inspector(wish.reading).inspect(path, size)
        limit = self._settings.book_pages
        if inspected.pages > limit:
            raise BookRefused(
                BookFault.TOO_LARGE,
                f"{inspected.pages} pages; the limit is {limit} (SCRIPTORIUM_BOOK_PAGES)",
            )
        return Manifest(
            book_id=book_id,
            source=wish.uri,
            metadata=inspected.metadata,
            pages=inspected.pages,
            reading=wish.reading,
        )

    async def _plan(self, manifest: Manifest, wish: Wish) -> Registration:
        findings = await self._findings(manifest, wish)
        return Registration(findings, manifest.metadata.size, manifest.metadata.title)

    async def _findings(self, manifest: Manifest, wish: Wish) -> list[Finding]:
        prefix = library.book_prefix(manifest.book_id)
        keys = [item.key async for item in self._store.list(prefix)]
        complete = library.book_key(manifest.book_id) in keys
        done = library.slices_among(keys)
        gaps = [] if complete else missing(manifest.pages, done, self._settings.slice_pages)
        book = Registered(
            book_id=manifest.book_id,
            source=wish.uri,
            pages=manifest.pages,
            reading=manifest.reading,
            exports=tuple(wish.exports),
        )
        if gaps:
            return [SliceTask(book=book, pages=gap, last=gaps[-1]) for gap in gaps]
        if complete and all(
            library.export_key(book.book_id, exporter(name).suffix) in keys for name in book.exports
        ):
            stands = await Completer(self._bench).complete(book)
            return [stands] if stands else []
        return [CompletionTask(book=book)]


def _refusal(wish: Wish, error: BookRefused, book_id: BookId | None = None) -> Refused:
    return Refused(source=wish.uri, book_id=book_id, fault=error.fault, detail=error.detail)
