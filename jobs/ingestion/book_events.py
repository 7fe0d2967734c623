"""What is recorded of a book that is registered, read and finished: commands to its entity.

A run of the job and the reading room give the same ones. Their ids follow from what they say, and
each is given only where the entity lacks it: a further run over the same book adds what an earlier
one could not say any more, and nothing else.
"""

import asyncio
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar, cast

from tenacity import (
    AsyncRetrying,
    retry_if_exception_type,
    stop_after_delay,
    wait_exponential_jitter,
)

from actors.entities import Entities
from adapters.object_store.base import ObjectStore
from domain import library
from domain.book import ReadingOptions
from domain.entities.book import (
    BookState,
    FinishReading,
    RecordSlice,
    RefuseBook,
    RetryDeadPages,
    Stage,
    StartReading,
    UploadBook,
    WholeBook,
)
from domain.entity import Command, Origin
from domain.errors import ShardBusy
from domain.slices import PageRange, missing
from jobs.ingestion.register import Wish
from jobs.ingestion.rows import BookDone, Refused, Registered, SliceDone

T = TypeVar("T")

_BUSY_SECONDS = 60.0
_AT_ONCE = 100  # commands to one book
_TEXT = 4096  # characters of a name


class BookEvents:
    """Records what becomes of books. The calls for one book come one after another.

    Every call may be repeated. They raise what `Entities` and the store raise.
    """

    def __init__(self, entities: Entities, store: ObjectStore, origin: Origin) -> None:
        self._entities = entities
        self._store = store
        self._origin = origin
        self._attempts: dict[str, int] = {}  # by book: the retry it is being read in

    async def begin(self, book: Registered, size: int, title: str | None) -> None:
        """A book of `size` bytes is registered; what is missing of it is read next."""
        book_id = book.book_id
        state = await self._uploaded(book_id, book.source, size, book.reading, book.exports)
        if state.stage is Stage.UPLOADED or state.was_refused:
            title = title and title[:_TEXT]
            id = f"{book_id}:start:{state.requests}"
            start = StartReading(command_id=id, pages=book.pages, title=title)
            await self._do(book_id, start)
        self._attempts[book_id] = state.retries

    async def refuse(self, book_id: str, refused: Refused, size: int, wish: Wish) -> None:
        """A file of `size` bytes is no readable book."""
        state = await self._uploaded(book_id, wish.uri, size, wish.reading, wish.exports)
        if state.is_open:
            id = f"{book_id}:refuse:{state.requests}"
            refuse = RefuseBook(command_id=id, fault=refused.fault, detail=refused.detail)
            await self._do(book_id, refuse)

    async def slice_done(self, done: SliceDone) -> None:
        """A slice is in the store."""
        book_id = done.book.book_id
        attempt = self._attempts.get(book_id, 0)
        await self._do(book_id, _record(book_id, done.slice, done.failed, attempt))

    async def book_done(self, done: BookDone) -> None:
        """The book is in the store, complete."""
        book_id = done.book.book_id
        self._attempts.pop(book_id, None)
        state = await self._state(book_id)
        if not state.is_open:
            if state.dead_pages in {(), done.dead_pages}:
                return
            # Somebody removed the dead pages' slices by hand, and they were read once more.
            await self._do(book_id, RetryDeadPages(command_id=f"{book_id}:retry:{state.retries}"))
            state = await self._state(book_id)
        elif state.retries and not done.is_new and done.dead_pages == state.dead_pages:
            return  # what stands is from before the retry: whoever does that finishes the book
        await self._record_missing(state, done)
        await self._do(
            book_id,
            FinishReading(
                command_id=f"{book_id}:finish:{state.retries}",
                stats=done.stats,
                dead_pages=done.dead_pages,
                attempt=state.retries,
            ),
        )

    async def _record_missing(self, state: BookState, done: BookDone) -> None:
        """Record the slices of runs that could not do it themselves."""
        pages, book_id = done.book.pages, done.book.book_id
        if not missing(pages, state.slices, pages):
            return
        prefix = library.slices_prefix(book_id)
        stored = library.slices_among([item.key async for item in self._store.list(prefix)])
        commands = [
            _record(book_id, slice_, _count(done.dead_pages, slice_), state.retries)
            for slice_ in stored
            if slice_ not in state.slices
        ]
        for start in range(0, len(commands), _AT_ONCE):
            some = commands[start : start + _AT_ONCE]
            await asyncio.gather(*(self._do(book_id, command) for command in some))

    async def _uploaded(
        self, book_id: str, source: str, size: int, reading: ReadingOptions, exports: Sequence[str]
    ) -> BookState:
        """The state of a book, which is known from here on."""
        state = await self._state(book_id)
        if state.stage is not None:
            return state
        upload = UploadBook(
            command_id=f"{book_id}:upload",
            source=source[:_TEXT],
            size=size,
            reading=reading,
            exports=tuple(exports),
            read_by_sender=True,
        )
        await self._do(book_id, upload)
        return await self._state(book_id)

    async def _do(self, book_id: str, command: Command) -> None:
        await _patiently(
            lambda: self._entities.execute("book", book_id, command, origin=self._origin)
        )

    async def _state(self, book_id: str) -> BookState:
        answer = await _patiently(lambda: self._entities.query("book", book_id, WholeBook()))
        return cast(BookState, answer.value)


async def _patiently(call: Callable[[], Awaitable[T]]) -> T:
    """The result of a call, repeated while the shard is busy. Other troubles it outwaits itself."""
    attempts = AsyncRetrying(
        retry=retry_if_exception_type(ShardBusy),
        stop=stop_after_delay(_BUSY_SECONDS),
        wait=wait_exponential_jitter(multiplier=0.1, max=5),
        reraise=True,
    )

    async def attempt() -> T:
        return await call()

    return await attempts(attempt)


def _record(book_id: str, pages: PageRange, failed: int, attempt: int) -> RecordSlice:
    return RecordSlice(
        command_id=f"{book_id}:slice:{pages.first}-{pages.last}:{attempt}",
        pages=pages,
        failed=failed,
        attempt=attempt,
    )


def _count(numbers: Sequence[int], pages: PageRange) -> int:
    """How many of the sorted numbers lie in the range."""
    return bisect_right(numbers, pages.last) - bisect_left(numbers, pages.first)
