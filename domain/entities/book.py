"""The entity `book`: from the file handed in to the finished record, and back for dead pages.

    uploaded -> reading -> read -> ready
                   |  \\-> partial -> reading (dead pages again)
                   \\---> failed  -> reading (if it failed page by page)

A file that was refused goes to reading, too, should it be readable after all; asked to be tried
again it is as good as uploaded. A book that is open can always be asked for once more: whoever was
about to read it may be no more.

The pages themselves are in the object store; the entity knows how far they are.
"""

from collections.abc import Sequence
from enum import StrEnum

from pydantic import Field

from domain.book import BookFault, BookStats, Frozen, ReadingOptions
from domain.entity import Command, EntityKind, Event, Query
from domain.errors import CommandRefused
from domain.slices import PageRange


class Stage(StrEnum):
    """Where a book stands."""

    UPLOADED = "uploaded"
    READING = "reading"
    READ = "read"
    READY = "ready"
    PARTIAL = "partial"
    FAILED = "failed"


class UploadBook(Command):
    """The file is in the store and is to be read as `reading` says; `size` in bytes.

    Who says `read_by_sender` reads it as well, and nobody else is asked to.
    """

    source: str = Field(max_length=4096)
    size: int = Field(ge=0)
    reading: ReadingOptions
    exports: tuple[str, ...] = ()
    read_by_sender: bool = False


class StartReading(Command):
    """The book is registered with its pages, and about to be read."""

    pages: int = Field(ge=1)
    title: str | None = Field(default=None, max_length=4096)


class RecordSlice(Command):
    """A slice is in the store, `failed` of its pages unread.

    `attempt` is the retry it was read in; one of an earlier retry comes too late and says nothing.
    """

    pages: PageRange
    failed: int = Field(ge=0)
    attempt: int | None = Field(default=None, ge=0)


class FinishReading(Command):
    """Every page is terminal and the book is put together; `dead_pages` could not be read.

    `attempt` as in `RecordSlice`.
    """

    stats: BookStats
    dead_pages: tuple[int, ...] = ()
    attempt: int | None = Field(default=None, ge=0)


class RefuseBook(Command):
    """The file cannot be read as a book."""

    fault: BookFault
    detail: str


class RetryDeadPages(Command):
    """The pages that could not be read are to be tried again; the whole book, if it was refused or
    is not read yet."""


class BookUploaded(Event):
    """See `UploadBook`."""

    source: str
    size: int
    reading: ReadingOptions
    exports: tuple[str, ...]
    read_by_sender: bool = False


class ReadingRequested(Event):
    """Somebody wants the book read, whoever was to do so before."""


class ReadingStarted(Event):
    """See `StartReading`."""

    pages: int
    title: str | None


class SliceRead(Event):
    """See `RecordSlice`."""

    pages: PageRange
    failed: int


class BookRead(Event):
    """Every page was read."""

    stats: BookStats


class BookPartlyRead(Event):
    """Some pages could not be read."""

    stats: BookStats
    dead_pages: tuple[int, ...]


class BookFailed(Event):
    """The file is no readable book, or no page of it could be read (then there are `stats`)."""

    reason: str
    detail: str
    stats: BookStats | None = None
    dead_pages: tuple[int, ...] = ()


class BookReady(Event):
    """Nothing is left to be done for the book."""


class DeadPagesRetried(Event):
    """The book goes back to reading for its dead pages, for the `attempt`th time."""

    dead_pages: tuple[int, ...]
    attempt: int


class WholeBook(Query):
    """Everything the entity knows."""


class BookState(Frozen):
    """What is known of a book; `stage` is None before it is uploaded."""

    stage: Stage | None = None
    source: str = ""
    title: str | None = None
    size: int = 0
    reading: ReadingOptions = ReadingOptions()
    exports: tuple[str, ...] = ()
    pages: int | None = None
    slices: tuple[PageRange, ...] = ()
    stats: BookStats | None = None
    dead_pages: tuple[int, ...] = ()
    reason: str | None = None
    detail: str | None = None
    retries: int = 0
    requests: int = Field(default=0, description="how often somebody was asked to read it")

    @property
    def pages_done(self) -> int:
        """Pages whose slice is in the store; slices of runs with different lengths may overlap."""
        return len({page for first, last in self.slices for page in range(first, last + 1)})

    @property
    def is_open(self) -> bool:
        """Whether the book is still to be read, or being read."""
        return self.stage in {Stage.UPLOADED, Stage.READING}

    @property
    def was_refused(self) -> bool:
        """Whether the file was taken for no readable book, so that no page was looked at."""
        return self.stage is Stage.FAILED and self.stats is None


def decide(state: BookState, command: Command) -> list[Event]:
    """What follows from a command.

    Raises:
        CommandRefused: as things stand, it cannot be done.
    """
    match command:
        case UploadBook():
            return _upload(state, command)
        case _ if state.stage is None:
            raise CommandRefused("unknown_book", "no such book was uploaded")
        case StartReading():
            return _start(state, command)
        case RecordSlice():
            return _record(state, command)
        case FinishReading():
            return _finish(state, command)
        case RefuseBook():
            return _refuse(state, command)
        case RetryDeadPages():
            return _retry(state)
    raise CommandRefused("unknown_command", f"a book knows no {type(command).__name__}")


def _upload(state: BookState, command: UploadBook) -> list[Event]:
    if state.stage is None:
        return [
            BookUploaded(
                source=command.source,
                size=command.size,
                reading=command.reading,
                exports=command.exports,
                read_by_sender=command.read_by_sender,
            )
        ]
    # The same file is the same book; but who wanted to read it may never have done so.
    is_waiting = state.is_open and not state.requests
    return [ReadingRequested()] if is_waiting and not command.read_by_sender else []


def _start(state: BookState, command: StartReading) -> list[Event]:
    # A book that goes back for its dead pages, or whose run was resumed, has been started. One
    # that was refused can be readable after all: by a newer version, or under other limits.
    if state.stage is not Stage.UPLOADED and not state.was_refused:
        return []
    return [ReadingStarted(pages=command.pages, title=command.title)]


def _record(state: BookState, command: RecordSlice) -> list[Event]:
    if not _is_being_read(state, command.attempt) or command.pages in state.slices:
        return []
    return [SliceRead(pages=command.pages, failed=command.failed)]


def _is_being_read(state: BookState, attempt: int | None) -> bool:
    return state.stage is Stage.READING and attempt in {None, state.retries}


def _finish(state: BookState, command: FinishReading) -> list[Event]:
    if not _is_being_read(state, command.attempt):
        return []
    if not command.dead_pages:
        return [BookRead(stats=command.stats), BookReady()]
    if len(command.dead_pages) < command.stats.pages:
        return [BookPartlyRead(stats=command.stats, dead_pages=command.dead_pages)]
    return [
        BookFailed(
            reason="no_page_read",
            detail="not one page could be read",
            stats=command.stats,
            dead_pages=command.dead_pages,
        )
    ]


def _refuse(state: BookState, command: RefuseBook) -> list[Event]:
    if not state.is_open:
        return []
    return [BookFailed(reason=command.fault, detail=command.detail)]


def _retry(state: BookState) -> list[Event]:
    if state.is_open or state.was_refused:
        return [ReadingRequested()]
    if not state.dead_pages:
        raise CommandRefused("no_dead_pages", "no page of the book is left to be tried again")
    return [DeadPagesRetried(dead_pages=state.dead_pages, attempt=state.retries + 1)]


def evolve(state: BookState, event: Event) -> BookState:
    """The state after an event."""
    match event:
        case BookUploaded():
            return BookState(
                stage=Stage.UPLOADED,
                source=event.source,
                size=event.size,
                reading=event.reading,
                exports=event.exports,
                requests=not event.read_by_sender,
            )
        case ReadingRequested():
            change: dict[str, object] = {"requests": state.requests + 1}
            if state.was_refused:
                change |= {"stage": Stage.UPLOADED, "reason": None, "detail": None}
        case ReadingStarted():
            change = {
                "stage": Stage.READING,
                "pages": event.pages,
                "title": event.title,
                "reason": None,
                "detail": None,
            }
        case SliceRead():
            change = {"slices": (*state.slices, event.pages)}
        case BookRead():
            change = {"stage": Stage.READ, "stats": event.stats, "dead_pages": ()}
        case BookPartlyRead():
            change = {
                "stage": Stage.PARTIAL,
                "stats": event.stats,
                "dead_pages": event.dead_pages,
            }
        case BookFailed():
            change = {
                "stage": Stage.FAILED,
                "stats": event.stats,
                "dead_pages": event.dead_pages,
                "reason": event.reason,
                "detail": event.detail,
            }
        case BookReady():
            change = {"stage": Stage.READY}
        case DeadPagesRetried():
            change = {
                "stage": Stage.READING,
                "slices": _without(state.slices, event.dead_pages),
                "reason": None,
                "detail": None,
                "retries": event.attempt,
            }
        case _:
            return state
    return state.model_copy(update=change)


def _without(slices: Sequence[PageRange], pages: Sequence[int]) -> tuple[PageRange, ...]:
    """The slices that hold none of the pages."""
    dead = set(pages)
    return tuple(
        PageRange(first, last) for first, last in slices if dead.isdisjoint(range(first, last + 1))
    )


def answer(state: BookState, query: Query) -> Frozen:
    """What is so.

    Raises:
        CommandRefused: a book does not know that question.
    """
    if isinstance(query, WholeBook):
        return state
    raise CommandRefused("unknown_query", f"a book knows no {type(query).__name__}")


BOOK = EntityKind(
    name="book",
    initial=BookState(),
    events=(
        BookUploaded,
        ReadingRequested,
        ReadingStarted,
        SliceRead,
        BookRead,
        BookPartlyRead,
        BookFailed,
        BookReady,
        DeadPagesRetried,
    ),
    decide=decide,
    evolve=evolve,
    answer=answer,
)
