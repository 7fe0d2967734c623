"""Reading slices and putting books together: the stage that costs the time."""

import time

from domain import library
from domain.book import PageStatus, Slice
from domain.errors import ScriptoriumError
from domain.slices import PageRange
from jobs.ingestion.complete import Completer
from jobs.ingestion.records import load_slice
from jobs.ingestion.rows import (
    CompletionTask,
    Outcome,
    Registered,
    SliceDone,
    SliceTask,
    Task,
    Undone,
)
from jobs.ingestion.workbench import Workbench


class SliceReader:
    """Reads slices into the store.

    A slice is stored by a create-only put: when two runs read the same one, the first result
    stands. A worker that dies leaves nothing half written; its slice is read again elsewhere.
    Whoever stores a book's last slice puts the book together, so that no book waits for the run.
    """

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._store = bench.store
        self._completer = Completer(bench)

    def do(self, task: Task) -> list[Outcome]:
        """Read a slice, and put its book together if it was the last; or do only the latter."""
        return self._bench.run(self._do(task))

    async def _do(self, task: Task) -> list[Outcome]:
        outcomes: list[Outcome] = []
        try:
            if isinstance(task, SliceTask):
                outcomes.append(await self._read(task.book, task.pages))
            if await self._may_complete(task) and (
                done := await self._completer.complete(task.book)
            ):
                outcomes.append(done)
        except (ScriptoriumError, OSError) as error:
            outcomes.append(Undone.because(error, task.book.source, task.book.book_id))
        return outcomes

    async def _may_complete(self, task: Task) -> bool:
        """Whether a look at all that is stored of the book is worth it after this task.

        While the last slice that the run was to read is not stored, the book is not complete; to
        ask that costs the same for a book of any length, and slices are read from the first on.
        """
        if isinstance(task, CompletionTask) or task.pages == task.last:
            return True
        key = library.slice_key(task.book.book_id, task.last)
        return await self._store.head(key) is not None

    async def _read(self, book: Registered, pages: PageRange) -> SliceDone:
        began = time.time()
        key = library.slice_key(book.book_id, pages)
        slice_ = None if await self._store.head(key) else await self._read_pages(book, pages)
        stored_now = slice_ is not None and await self._store.create(
            key, slice_.model_dump_json().encode()
        )
        if slice_ is None or not stored_now:
            slice_ = await load_slice(self._store, book.book_id, pages)
        return SliceDone(
            book=book,
            slice=pages,
            pages=len(slice_.pages),
            failed=sum(page.status is PageStatus.FAILED for page in slice_.pages),
            began=began,
            ended=time.time(),
            read_now=stored_now,
        )

    async def _read_pages(self, book: Registered, pages: PageRange) -> Slice:
        path = await self._bench.books.path(library.source_key(book.book_id))
        numbers = range(pages.first, pages.last + 1)
        read = self._bench.reader(book.reading).read(path, numbers, book.reading.text)
        return Slice(book_id=book.book_id, pages=read)
