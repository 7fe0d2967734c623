"""One batch of the reading room: the parts of `jobs.ingest`, for books that were uploaded."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import chain, islice, zip_longest
from threading import Lock
from typing import cast
from uuid import uuid4

from actors.entities import Entities
from actors.rooms.reading import BatchEnd
from adapters.object_store.base import ObjectStore
from cluster.settings import Settings
from cluster.wiring import open_store
from domain.entities.book import BookState, WholeBook
from domain.entity import Origin
from domain.errors import ScriptoriumError
from jobs.ingestion.chronicle import Chronicle, OpenEntities, entities_of_cluster
from jobs.ingestion.principals import READING_ROOM
from jobs.ingestion.register import Desk, Wish
from jobs.ingestion.retry import forget_dead_pages
from jobs.ingestion.rows import (
    BookDone,
    CompletionTask,
    Outcome,
    Refused,
    SliceTask,
    Task,
    Undone,
)

_INSPECTORS = 2  # page readers that stay to look into new files

_ONE_DESK = Lock()

RunTasks = Callable[[Sequence[Task]], Iterator[Outcome]]


class BatchReader:
    """Reads batches of books; several may run at once. See `ReadBatch`.

    Everything may end at any point: what is in the store is not read again, and what is not in the
    log is recorded by the next batch.
    """

    def __init__(
        self, settings: Settings, desk: Desk, open_entities: OpenEntities, run: RunTasks
    ) -> None:
        self._settings = settings
        self._desk = desk
        self._open_entities = open_entities
        self._run = run

    def __call__(self, book_ids: Sequence[str], most: int) -> Iterator[BatchEnd]:
        """Read up to `most` slices, of each book one at least while there are enough."""
        states = asyncio.run(self._states(book_ids))
        origin = Origin(correlation_id=str(uuid4()), principal=READING_ROOM)
        with Chronicle(self._settings, self._open_entities, origin) as chronicle:
            chronicle.start()
            batch = _Batch(chronicle, states)
            yield from batch.leave_settled()
            yield from batch.register(self._desk)
            if tasks := batch.tasks(most):
                yield from batch.read(self._run(tasks))
            yield from batch.leave_others()

    async def _states(self, book_ids: Sequence[str]) -> Mapping[str, BookState | ScriptoriumError]:
        """Where the books stand, or why that is unknown."""
        store = open_store(self._settings)
        try:
            async with self._open_entities(self._settings) as entities:
                states = await asyncio.gather(
                    *(_begin(book_id, entities, store) for book_id in book_ids)
                )
                return dict(zip(book_ids, states, strict=True))
        finally:
            await store.close()


class _Batch:
    """The books of a batch that have not come to its end yet."""

    def __init__(
        self, chronicle: Chronicle, states: Mapping[str, BookState | ScriptoriumError]
    ) -> None:
        self._chronicle = chronicle
        self._states = states
        self._open: dict[str, BookState] = {}
        self._tasks: list[Sequence[Task]] = []
        self._troubles: dict[str, str] = {}

    def leave_settled(self) -> Iterator[BatchEnd]:
        """Leave books that are at their end, and those that nothing is known of."""
        for book_id, state in self._states.items():
            if isinstance(state, ScriptoriumError):
                yield BatchEnd(book_id, is_finished=False, trouble=str(state))
            elif state.stage is None:
                yield BatchEnd(book_id, is_finished=False, trouble="it was never uploaded")
            elif state.is_open:
                self._open[book_id] = state
            else:
                yield BatchEnd(book_id, is_finished=True)

    def register(self, desk: Desk) -> Iterator[BatchEnd]:
        """Register the books; leaves those that need no reading."""
        wishes = [
            (book_id, Wish(state.source, state.reading, state.exports))
            for book_id, state in self._open.items()
        ]
        for (book_id, wish), found in zip(wishes, desk.take_up(wishes), strict=True):
            self._chronicle.registered(found, wish)
            match found.findings:
                case [Refused()]:
                    yield self._leave(book_id)
                case [BookDone() as done]:
                    yield from self._leave_if_done(done)
                case [Undone(detail=detail)]:
                    self._troubles[book_id] = detail
                case tasks:
                    self._tasks.append(
                        [task for task in tasks if isinstance(task, SliceTask | CompletionTask)]
                    )

    def tasks(self, most: int) -> Sequence[Task]:
        """Up to `most` of what is to be done, from book to book: a short one does not wait."""
        turns = chain.from_iterable(zip_longest(*self._tasks))
        return list(islice((task for task in turns if task), most))

    def read(self, outcomes: Iterator[Outcome]) -> Iterator[BatchEnd]:
        """Note what comes of the tasks; leaves each book when it is put together."""
        for outcome in outcomes:
            self._chronicle.note(outcome)
            if isinstance(outcome, BookDone):
                yield from self._leave_if_done(outcome)
            elif isinstance(outcome, Undone) and outcome.book_id:
                self._troubles[outcome.book_id] = outcome.detail

    def leave_others(self) -> Iterator[BatchEnd]:
        """Leave the others, in trouble or to be gone on with."""
        self._chronicle.settle()
        for book_id in self._open:
            trouble = self._chronicle.trouble_with(book_id) or self._troubles.get(book_id)
            yield BatchEnd(book_id, is_finished=False, trouble=trouble)

    def _leave_if_done(self, done: BookDone) -> Iterator[BatchEnd]:
        book_id = done.book.book_id
        state = self._open.get(book_id)
        # What somebody else has put together may be from before the retry: see `BookEvents`.
        if state and (done.is_new or not state.retries):
            yield self._leave(book_id)

    def _leave(self, book_id: str) -> BatchEnd:
        """Leave a book as soon as its end is recorded."""
        self._chronicle.settle()
        del self._open[book_id]
        trouble = self._chronicle.trouble_with(book_id)
        return BatchEnd(book_id, is_finished=not trouble, trouble=trouble)


def read_batch(settings: Settings, book_ids: Sequence[str], most: int) -> Iterator[BatchEnd]:
    """The recipe of the cluster's reading room."""
    from jobs.ingestion.pipeline import run

    # One slice a task: whoever comes next waits for the slices that are being read, not for more.
    run_tasks = partial(run, settings=settings, longest_stretch=1)
    with _ONE_DESK:
        desk = _desk(settings)
    return BatchReader(settings, desk, entities_of_cluster, run_tasks)(book_ids, most)


@cache
def _desk(settings: Settings) -> Desk:
    """This process's desk, whose page readers stay for the next batch."""
    return Desk(settings, _INSPECTORS)


async def _begin(
    book_id: str, entities: Entities, store: ObjectStore
) -> BookState | ScriptoriumError:
    try:
        answer = await entities.query("book", book_id, WholeBook())
        state = cast(BookState, answer.value)
        if state.is_open and state.retries:
            await forget_dead_pages(book_id, state, store)
    except ScriptoriumError as error:
        return error
    return state
