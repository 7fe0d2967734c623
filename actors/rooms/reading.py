"""The reading room: uploaded books are read in small batches, several at once."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from domain.errors import ReadingInterrupted

_MOST_BOOKS = 64  # in a batch
_SHORTEST = 8  # slices: the bound on a batch that takes the last place
_LONGEST = 4096  # slices
_logger = logging.getLogger(__name__)


class BatchEnd(NamedTuple):
    """How a batch leaves a book: finished, or to be gone on with, or in trouble."""

    book_id: str
    is_finished: bool
    trouble: str | None = None


ReadBatch = Callable[[Sequence[str], int], Iterator[BatchEnd]]
"""Reads the missing slices of books, up to a number of them and of each book one at least; gives
the end of each book as soon as it is known. Blocks, and is called in a thread."""


class ReadingRoom:
    """Reads books for whoever asks, each by one batch at a time.

    Requests that come within `gather_seconds` share a batch, and up to `batches` run at once. The
    fewer places are left, the fewer slices a batch may read; a book that is not finished then
    waits for its next turn, behind those that have had none. So some place is always free soon,
    however long the books are.
    """

    def __init__(self, read_batch: ReadBatch, *, batches: int, gather_seconds: float) -> None:
        self._read_batch = read_batch
        self._places = batches
        self._gather_seconds = gather_seconds
        self._wanted: dict[str, asyncio.Future[None]] = {}
        self._new: deque[str] = deque()
        self._begun: deque[str] = deque()
        self._is_gathering = False
        self._batches: set[asyncio.Task[None]] = set()
        self._threads = ThreadPoolExecutor(batches, thread_name_prefix="batch")

    async def read(self, book_id: str) -> None:
        """Return when the book is read to its end, or refused.

        Raises:
            ReadingInterrupted: it could not be done this time; the next call goes on.
        """
        if book_id not in self._wanted:
            self._wanted[book_id] = asyncio.get_running_loop().create_future()
            self._new.append(book_id)
            self._look()
        await asyncio.shield(self._wanted[book_id])

    async def close(self) -> None:
        """Wait for the batches that run, and begin no other."""
        self._new.clear()
        self._begun.clear()
        await asyncio.gather(*self._batches)
        self._threads.shutdown()

    def _look(self) -> None:
        """Begin a batch if there is something to read and a place to do so."""
        if (self._new or self._begun) and not self._is_gathering and self._free:
            self._is_gathering = True
            batch = asyncio.create_task(self._batch())
            self._batches.add(batch)
            batch.add_done_callback(self._leave)

    @property
    def _free(self) -> int:
        return self._places - len(self._batches)

    def _leave(self, batch: "asyncio.Task[None]") -> None:
        self._batches.discard(batch)
        self._look()

    async def _batch(self) -> None:
        await asyncio.sleep(self._gather_seconds)
        most = min(_SHORTEST * 8**self._free, _LONGEST)
        books = self._take(most)
        self._is_gathering = False
        self._look()
        unsettled = dict.fromkeys(books)
        loop = asyncio.get_running_loop()

        def settle(end: BatchEnd) -> None:
            unsettled.pop(end.book_id, None)
            self._settle(end)

        def run() -> None:
            for end in self._read_batch(books, most):
                loop.call_soon_threadsafe(settle, end)

        trouble = "its batch said nothing of it"
        try:
            await loop.run_in_executor(self._threads, run)
        except Exception as error:  # whatever it is: those who wait for the books must be told
            _logger.exception("a batch of %d books was interrupted", len(books))
            trouble = f"{type(error).__name__}: {error}"
        for book_id in unsettled:
            self._settle(BatchEnd(book_id, is_finished=False, trouble=trouble))

    def _take(self, most: int) -> list[str]:
        """The books of the next batch: new ones first, for they may be short."""
        books: list[str] = []
        for waiting in (self._new, self._begun):
            while waiting and len(books) < min(most, _MOST_BOOKS):
                books.append(waiting.popleft())
        return books

    def _settle(self, end: BatchEnd) -> None:
        if not end.is_finished and not end.trouble:
            self._begun.append(end.book_id)
            self._look()
            return
        asked = self._wanted.pop(end.book_id)
        if end.trouble:
            asked.set_exception(ReadingInterrupted(f"book {end.book_id}: {end.trouble}"))
            asked.exception()  # nobody may be waiting any more
        else:
            asked.set_result(None)
