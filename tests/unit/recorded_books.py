"""A library in a folder: its settings, its log as it is on the disk, its entities."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from actors.sharding.shard import Shard
from cluster.settings import Settings
from cluster.wiring import open_log
from domain import library
from domain.book import BookStats, BookStatus, ReadingOptions
from domain.entities import KINDS
from domain.entities.book import BookState, WholeBook
from domain.entity import Command, Origin
from domain.events import RecordedEvent, StreamId
from domain.slices import PageRange
from jobs.ingestion.chronicle import Chronicle, entities_of_this_process
from jobs.ingestion.rows import BookDone, Registered, SliceDone, SliceTask

BOOK_ID = "ab" * 32


@dataclass(frozen=True)
class RecordedLibrary:
    """A store and an event log below `folder`."""

    folder: Path

    @property
    def settings(self) -> Settings:
        return Settings(data_dir=self.folder, shard_log_seconds=0.1)

    def chronicle(self, principal: str = "test") -> Chronicle:
        origin = Origin(correlation_id="run", principal=principal)
        return Chronicle(self.settings, entities_of_this_process, origin)

    def events(self, book_id: str = BOOK_ID) -> list[RecordedEvent]:
        """All events of a book."""
        return asyncio.run(self._events(book_id))

    def types(self, book_id: str = BOOK_ID) -> list[str]:
        """What happened to a book, in order."""
        return [event.event.type for event in self.events(book_id)]

    def state(self, book_id: str = BOOK_ID) -> BookState:
        """Where a book stands."""
        return asyncio.run(self._state(book_id))

    def do(self, command: Command, book_id: str = BOOK_ID) -> None:
        """Execute a command of a book."""
        asyncio.run(self._do(command, book_id))

    def store_slices(self, *slices: PageRange, book_id: str = BOOK_ID) -> None:
        """Have objects where slices would be; what is in them matters to nobody here."""
        for pages in slices:
            path = self.folder / "store" / library.slice_key(book_id, pages)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("{}")

    @asynccontextmanager
    async def entities(self) -> AsyncIterator[Shard]:
        log = open_log(self.settings)
        shard = Shard(log, KINDS)
        try:
            yield shard
        finally:
            await shard.close()
            await log.close()

    async def _events(self, book_id: str) -> list[RecordedEvent]:
        log = open_log(self.settings)
        try:
            return [event async for event in log.read(StreamId("book", book_id))]
        finally:
            await log.close()

    async def _state(self, book_id: str) -> BookState:
        async with self.entities() as entities:
            return cast(BookState, (await entities.query("book", book_id, WholeBook())).value)

    async def _do(self, command: Command, book_id: str) -> None:
        async with self.entities() as entities:
            await entities.execute("book", book_id, command)


def registered(pages: int = 16, book_id: str = BOOK_ID) -> Registered:
    return Registered(
        book_id=book_id, source="a.pdf", pages=pages, reading=ReadingOptions(), exports=("md",)
    )


def slice_task(book: Registered, first: int, last: int) -> SliceTask:
    pages = PageRange(first, last)
    return SliceTask(book=book, pages=pages, last=pages)


def slice_done(book: Registered, first: int, last: int, failed: int = 0) -> SliceDone:
    return SliceDone(
        book=book,
        slice=PageRange(first, last),
        pages=last - first + 1,
        failed=failed,
        began=1.0,
        ended=2.0,
        read_now=True,
    )


def book_done(book: Registered, dead_pages: Sequence[int] = (), *, is_new: bool = True) -> BookDone:
    failed = len(dead_pages)
    stats = BookStats(
        pages=book.pages,
        native=0,
        ocr=book.pages - failed,
        redone=0,
        blank=0,
        low_confidence=0,
        failed=failed,
        words=100,
        characters=600,
        confidence=0.9,
        page_seconds=1.0,
    )
    if not failed:
        status = BookStatus.READ
    else:
        status = BookStatus.PARTIAL if failed < book.pages else BookStatus.FAILED
    return BookDone(
        book=book, status=status, stats=stats, dead_pages=tuple(dead_pages), is_new=is_new
    )
