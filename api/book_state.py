"""Books as entities: looking one up, and answering with it."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

from fastapi import Path
from starlette.responses import Response

from api.errors import Refusal
from api.models import BookView
from api.problems import ProblemType
from api.services import Services
from api.versions import etag
from domain.entities.book import BookState, WholeBook

BookIdInPath = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the book's file")
]


class FoundBook(NamedTuple):
    """A book that was uploaded."""

    id: str
    version: int
    state: BookState

    @property
    def etag(self) -> str:
        """Changes with every event of the book."""
        return etag(self.version)


async def find_book(services: Services, book_id: str) -> FoundBook:
    """A book as it stands.

    Raises:
        Refusal: there is none.
        ShardUnavailable, LogUnavailable: as `Entities`.
    """
    answer = await services.entities.query("book", book_id, WholeBook())
    if not isinstance(answer.value, BookState) or answer.value.stage is None:
        raise book_not_found(book_id)
    return FoundBook(book_id, answer.version, answer.value)


def book_not_found(book_id: str) -> Refusal:
    """Nobody handed this book in."""
    return Refusal(
        ProblemType.BOOK_NOT_FOUND, f"No book {book_id} was handed in; POST it to /v1/books."
    )


def book_response(
    book: FoundBook, status: int, headers: Mapping[str, str] | None = None
) -> Response:
    """The book as a response."""
    view = BookView.of(book.id, book.version, book.state)
    return Response(
        view.model_dump_json(),
        status,
        {"ETag": book.etag, **(headers or {})},
        media_type="application/json",
    )
