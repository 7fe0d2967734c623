"""What the API answers with."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from adapters.exports import EXPORTERS
from api.problems import DependencyState
from domain.book import BookStats, ReadingOptions
from domain.entities.book import BookState, Stage
from domain.entities.intake import IntakeStage, IntakeState


class Links(BaseModel):
    """Addresses that belong to a book."""

    self: str
    pages: str = Field(description="`{number}` stands for the page's number")
    text: str
    events: str
    retry: str
    exports: dict[str, str] = Field(description="by format; only those asked for are made")


class BookView(BaseModel):
    """A book, as far as it has come."""

    model_config = ConfigDict(extra="forbid")

    book_id: str = Field(description="SHA-256 of the file")
    version: int = Field(description="the ETag: grows with every event of the book")
    stage: Stage
    source: str = Field(description="the name under which the file was handed in")
    size: int = Field(description="bytes")
    title: str | None
    reading: ReadingOptions
    exports: list[str]
    pages: int | None = Field(description="null until reading begins")
    pages_done: int
    dead_pages: list[int] = Field(description="pages that could not be read")
    retries: int
    reason: str | None = Field(description="a stable word for why the book failed")
    detail: str | None
    stats: BookStats | None
    links: Links

    @classmethod
    def of(cls, book_id: str, version: int, state: BookState) -> Self:
        """The view of a book that was uploaded."""
        if state.stage is None:
            raise ValueError(f"book {book_id} was not uploaded")
        return cls(
            book_id=book_id,
            version=version,
            stage=state.stage,
            source=state.source,
            size=state.size,
            title=state.title,
            reading=state.reading,
            exports=list(state.exports),
            pages=state.pages,
            pages_done=state.pages_done,
            dead_pages=list(state.dead_pages),
            retries=state.retries,
            reason=state.reason,
            detail=state.detail,
            stats=state.stats,
            links=links(book_id),
        )


def book_path(book_id: str) -> str:
    """Where a book is found."""
    return f"/v1/books/{book_id}"


def links(book_id: str) -> Links:
    """The addresses that belong to a book."""
    base = book_path(book_id)
    return Links(
        self=base,
        pages=f"{base}/pages/{{number}}",
        text=f"{base}/text",
        events=f"{base}/events",
        retry=f"{base}/retry",
        exports={name: f"{base}/exports/{name}" for name in EXPORTERS},
    )


class HookReceipt(BaseModel):
    """What became of a notification."""

    accepted: int = Field(description="objects that will be read as books")
    ignored: int = Field(description="objects that were removed, or are the library's own")
    objects: list[str] = Field(description="where what becomes of the accepted ones can be seen")


class ObjectView(BaseModel):
    """An object that a bucket announced."""

    stage: IntakeStage
    uri: str
    size: int = Field(description="bytes")
    book: str | None = Field(description="the book it was taken as")
    reason: str | None = Field(description="a stable word for why it was refused")
    detail: str | None

    @classmethod
    def of(cls, state: IntakeState) -> Self:
        """The view of an object that was announced."""
        if state.stage is None:
            raise ValueError("the object was not announced")
        return cls(
            stage=state.stage,
            uri=state.uri,
            size=state.size,
            book=state.book_id and book_path(state.book_id),
            reason=state.reason,
            detail=state.detail,
        )


class EventView(BaseModel):
    """One event of a book, as the data of a Server-Sent Event."""

    version: int
    type: str
    occurred_at: str = Field(description="ISO 8601, UTC")
    data: dict[str, object]


class Health(BaseModel):
    """The process is up."""

    status: str = "up"


class Readiness(BaseModel):
    """Requests can be answered."""

    status: str = Field(
        description="`ready`, or `degraded`: something is down that requests can do without for a "
        "while, and what they ask for is done later or without it"
    )
    dependencies: dict[str, DependencyState]


class ProblemDescription(BaseModel):
    """What a problem's `type` stands for."""

    type: str
    title: str
    status: int
    retry_after: int | None = Field(description="seconds after which trying again may help")
