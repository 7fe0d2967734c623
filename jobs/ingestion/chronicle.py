"""The event log's part in a run: recorded behind the back of whoever reads the books."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from queue import Empty, Queue
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from cluster.settings import Settings
from cluster.wiring import open_store
from domain.entity import Origin
from domain.errors import Retryable, ScriptoriumError
from jobs.ingestion.register import Registration, Wish
from jobs.ingestion.rows import (
    BookDone,
    CompletionTask,
    Outcome,
    Refused,
    SliceDone,
    SliceTask,
)

if TYPE_CHECKING:  # importing entities and logs costs time, which only the recording thread spends
    from actors.entities import Entities
    from jobs.ingestion.book_events import BookEvents

OpenEntities = Callable[[Settings], AbstractAsyncContextManager["Entities"]]

_WAITING = 10_000  # notes; whoever makes more of them waits
_AT_ONCE = 500  # notes


_Write = Callable[["BookEvents"], Awaitable[None]]


class _Note(NamedTuple):
    book_id: str
    write: _Write


class Chronicle:
    """Records books in the event log, in a thread of its own.

    Notes are taken at once and recorded in the order they come in for a book, different books side
    by side. What cannot be recorded holds nothing up: the store is the truth, and the next run over
    the same books records it. `trouble` says why. Leaving it waits until all is recorded.
    """

    def __init__(self, settings: Settings, open_entities: OpenEntities, origin: Origin) -> None:
        self._settings = settings
        self._open_entities = open_entities
        self._origin = origin
        self._notes: Queue[_Note | Event | None] = Queue(_WAITING)  # None is the end
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="chronicle")
        self._recording: Future[None] | None = None
        self._is_over = False
        self._broken: str | None = None
        self._lost: dict[str, str] = {}  # why, by book

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._recording or not self._notes.empty():
            self.start()
            self._notes.put(None)
        self._thread.shutdown()
        if self._recording:
            self._recording.result()

    @property
    def trouble(self) -> str | None:
        """Why the log lacks something of this run."""
        if self._broken or not self._lost:
            return self._broken
        return f"{len(self._lost)} books: {next(iter(self._lost.values()))}"

    def trouble_with(self, book_id: str) -> str | None:
        """Why the log lacks something of a book."""
        return self._broken or self._lost.get(book_id)

    def start(self) -> None:
        """Begin to record. Before, notes are only kept, and nothing is imported or opened."""
        if self._recording is None:
            self._recording = self._thread.submit(self._run)

    def registered(self, found: Registration, wish: Wish) -> None:
        """Note what was found in a source."""
        size, title = found.size, found.title
        match found.findings:
            case [Refused(book_id=str(book_id)) as refused]:
                self._put(book_id, lambda events: events.refuse(book_id, refused, size, wish))
            case [(SliceTask() | CompletionTask() | BookDone()) as first, *_]:
                book = first.book
                self._put(book.book_id, lambda events: events.begin(book, size, title))
        for finding in found.findings:
            if isinstance(finding, BookDone):
                self.note(finding)

    def note(self, outcome: Outcome) -> None:
        """Note what became of a task."""
        match outcome:
            case SliceDone():
                self._put(outcome.book.book_id, lambda events: events.slice_done(outcome))
            case BookDone():
                self._put(outcome.book.book_id, lambda events: events.book_done(outcome))

    def settle(self) -> None:
        """Wait until all that was noted is recorded, or cannot be."""
        self.start()
        settled = Event()
        self._notes.put(settled)
        settled.wait()

    def _put(self, book_id: str, write: _Write) -> None:
        if self._notes.full():
            self.start()
        self._notes.put(_Note(book_id, write))

    def _run(self) -> None:
        try:
            asyncio.run(self._record())
        except ScriptoriumError as error:
            self._broken = str(error)
        finally:
            while not self._is_over:  # nobody may wait in vain
                for item in self._take():
                    if isinstance(item, Event):
                        item.set()

    async def _record(self) -> None:
        from jobs.ingestion.book_events import BookEvents

        store = open_store(self._settings)
        try:
            async with self._open_entities(self._settings) as entities:
                events = BookEvents(entities, store, self._origin)
                while not self._is_over and not self._broken:
                    await self._write_all(events, await asyncio.to_thread(self._take))
        finally:
            await store.close()

    def _take(self) -> list[_Note | Event]:
        """What has come in, as soon as there is something."""
        items = [self._notes.get()]
        with suppress(Empty):
            while len(items) < _AT_ONCE:
                items.append(self._notes.get_nowait())
        self._is_over = None in items
        return [item for item in items if item is not None]

    async def _write_all(self, events: "BookEvents", items: Sequence[_Note | Event]) -> None:
        writes: dict[str, list[_Write]] = {}
        for item in items:
            if isinstance(item, _Note):
                writes.setdefault(item.book_id, []).append(item.write)
        try:
            async with asyncio.TaskGroup() as books:
                for book_id, of_book in writes.items():
                    books.create_task(self._write_book(events, book_id, of_book))
        finally:
            for item in items:
                if isinstance(item, Event):
                    item.set()

    async def _write_book(
        self, events: "BookEvents", book_id: str, writes: Sequence[_Write]
    ) -> None:
        for write in writes:
            if book_id in self._lost:
                return
            try:
                await write(events)
            except Retryable as error:
                self._broken = str(error)  # it was tried often enough, further down
                return
            except ScriptoriumError as error:
                self._lost[book_id] = str(error)


@asynccontextmanager
async def entities_of_cluster(settings: Settings) -> AsyncIterator["Entities"]:
    """The entities as the cluster's shards hold them."""
    from actors.directory import Directory

    directory = Directory(settings)
    try:
        yield directory
    finally:
        await directory.close()


@asynccontextmanager
async def entities_of_this_process(settings: Settings) -> AsyncIterator["Entities"]:
    """The entities of the log, held by this process; others may write to it as well."""
    from actors.sharding.limits import Limits
    from actors.sharding.shard import Shard
    from cluster.wiring import open_log
    from domain.entities import KINDS

    log = open_log(settings)
    shard = Shard(log, KINDS, limits=Limits.of(settings))
    try:
        yield shard
    finally:
        await shard.close()
        await log.close()
