"""What travels through the pipeline: keys and ranges, never pages or files.

A row is one JSON text, so that blocks of different kinds of rows have one schema.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, TypeAdapter

from domain.book import BookFault, BookStats, BookStatus, Frozen, PageFault, ReadingOptions
from domain.errors import Terminal
from domain.slices import PageRange

Row = dict[str, str]
"""A row as Ray Data holds it."""

_COLUMN = "row"
_LASTING = (Terminal, PermissionError, FileNotFoundError, NotADirectoryError)


class Source(Frozen):
    """A file to be ingested; `uri` is a local path or `s3://bucket/key`."""

    kind: Literal["source"] = "source"
    uri: str


class Registered(Frozen):
    """What the store knows of a book: where it came from and how it is read; and the formats it is
    to be exported to."""

    book_id: str
    source: str
    pages: int
    reading: ReadingOptions
    exports: tuple[str, ...] = ()


class SliceTask(Frozen):
    """A slice to be read, one of the book's missing ones, of which `last` is the last."""

    kind: Literal["slice_task"] = "slice_task"
    book: Registered
    pages: PageRange
    last: PageRange


class CompletionTask(Frozen):
    """A book that lacks no slice: put together if that was not done, exported if asked."""

    kind: Literal["completion_task"] = "completion_task"
    book: Registered


class SliceDone(Frozen):
    """A slice that is in the store; times are seconds since the epoch."""

    kind: Literal["slice_done"] = "slice_done"
    book: Registered
    slice: PageRange
    pages: int
    failed: int
    began: float
    ended: float
    read_now: bool = Field(description="False when another run had stored it first")


class BookDone(Frozen):
    """A complete book; `is_new` when this run put it together. `usual_fault` is that of most dead
    pages; `trouble` says why an export could not be made."""

    kind: Literal["book_done"] = "book_done"
    book: Registered
    status: BookStatus
    stats: BookStats
    dead_pages: tuple[int, ...]
    is_new: bool
    usual_fault: PageFault | None = None
    trouble: str | None = None


class Undone(Frozen):
    """A source, slice or book that could not be finished this time. The next run goes on, unless
    the cause is a lasting one: then something is to be changed first."""

    kind: Literal["undone"] = "undone"
    source: str
    book_id: str | None = None
    detail: str
    is_lasting: bool = False

    @classmethod
    def because(cls, error: Exception, source: str, book_id: str | None = None) -> Self:
        """Undone by an error."""
        lasting = isinstance(error, _LASTING)
        return cls(source=source, book_id=book_id, detail=str(error), is_lasting=lasting)


class Refused(Frozen):
    """A source that is no readable book; without a `book_id` its bytes were not looked at."""

    kind: Literal["refused"] = "refused"
    source: str
    book_id: str | None = None
    fault: BookFault
    detail: str


Task = SliceTask | CompletionTask


class Stretch(Frozen):
    """Tasks that one worker does one after the other."""

    kind: Literal["stretch"] = "stretch"
    tasks: tuple[Task, ...]


Outcome = SliceDone | BookDone | Undone | Refused
Message = Source | Task | Stretch | Outcome
_ADAPTER: TypeAdapter[Message] = TypeAdapter(Annotated[Message, Field(discriminator="kind")])


def pack(message: Message) -> Row:
    """Make a row of a message."""
    return {_COLUMN: message.model_dump_json()}


def unpack(row: Row) -> Message:
    """The message in a row."""
    return _ADAPTER.validate_json(row[_COLUMN])
