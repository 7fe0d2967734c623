"""`GET /v1/books`: all books, the newest first, page by page.

The list is made from the event log and lags a moment behind it: a book that was handed in just now
may be missing here and is found under its own address.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from adapters.catalogue.base import Entry
from api.models import book_path
from api.openapi import headers
from api.paging import Paged
from api.problems import ProblemType, documented
from api.services import Using
from domain.entities.book import Stage

router = APIRouter()


class BookItem(BaseModel):
    """A book in a list."""

    book_id: str
    version: int
    stage: Stage
    source: str
    title: str | None
    size: int = Field(description="bytes")
    pages: int | None
    pages_done: int
    dead_pages: int = Field(description="how many pages could not be read")
    updated_at: str = Field(description="ISO 8601, UTC")
    href: str


class BookList(BaseModel):
    """One page of the list."""

    items: list[BookItem]
    next_cursor: str | None = Field(description="leads to the next page; null on the last one")


@router.get(
    "/v1/books",
    summary="All books",
    response_model=BookList,
    response_description="A page of the list.",
    responses={
        200: {"headers": headers(Link="the next page, as `rel=next`")},
        **documented(ProblemType.INVALID_REQUEST, ProblemType.LOG_UNAVAILABLE),
    },
)
async def books(
    services: Using,
    paged: Paged,
    status: Annotated[Stage | None, Query(description="only books of this stage")] = None,
) -> Response:
    """The newest first. The header `Link` leads to the next page, too."""
    page, next_cursor = paged.cut(await services.catalogue.list(status, paged.after, paged.wanted))
    found = BookList(items=[_item(entry) for entry in page], next_cursor=next_cursor)
    filters = {"status": status.value} if status else {}
    link = paged.link("/v1/books", next_cursor, **filters)
    return Response(found.model_dump_json(), 200, link, media_type="application/json")


def _item(entry: Entry) -> BookItem:
    return BookItem(
        book_id=entry.book_id,
        version=entry.version,
        stage=entry.stage,
        source=entry.source,
        title=entry.title,
        size=entry.size,
        pages=entry.pages,
        pages_done=entry.pages_done,
        dead_pages=entry.dead_pages,
        updated_at=entry.updated_at.isoformat(),
        href=book_path(entry.book_id),
    )
