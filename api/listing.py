"""`GET /v1/books`: all books, the newest first, page by page.

The list is made from the event log and lags a moment behind it: a book that was handed in just now
may be missing here and is found under its own address.
"""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema
from starlette.responses import Response

from adapters.catalogue.base import Entry
from api.models import book_path
from api.openapi import headers
from api.problems import ProblemType, documented
from api.services import Using
from domain.entities.book import Stage

router = APIRouter()
_MOST_ITEMS = 500
_CURSOR = "^[0-9a-f]{1,15}$"


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
    status: Annotated[Stage | None, Query(description="only books of this stage")] = None,
    limit: Annotated[
        int,
        Query(ge=1, le=_MOST_ITEMS, description="books on the page; the server may give fewer"),
    ] = _MOST_ITEMS,
    cursor: Annotated[
        str | SkipJsonSchema[None],
        Query(
            pattern=_CURSOR,
            json_schema_extra={"pattern": _CURSOR},
            description="the `next_cursor` of the page before",
        ),
    ] = None,
) -> Response:
    """The newest first. The header `Link` leads to the next page, too."""
    wanted = min(limit, services.settings.http_page_items)
    after = None if cursor is None else int(cursor, 16)
    entries = await services.catalogue.list(status, after, wanted + 1)
    page, has_more = entries[:wanted], len(entries) > wanted
    found = BookList(
        items=[_item(entry) for entry in page],
        next_cursor=f"{page[-1].created:x}" if has_more else None,
    )
    link = {}
    if found.next_cursor:
        filtered = f"&status={status}" if status else ""
        address = f"/v1/books?limit={wanted}&cursor={found.next_cursor}{filtered}"
        link["Link"] = f'<{address}>; rel="next"'
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
