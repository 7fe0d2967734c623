"""What was read: a page, the whole text, the book in other formats.

Pages come from their slices, which hold a few pages each, so that memory stays small however long
the book is.
"""

from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from starlette.responses import Response, StreamingResponse

from adapters.exports import EXPORTERS
from adapters.exports.text import page_text
from adapters.object_store.base import ObjectStore
from api.book_state import BookIdInPath, FoundBook, find_book
from api.errors import Refusal
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.services import Using
from domain import library
from domain.book import Page, Slice
from domain.entities.book import Stage
from domain.errors import ObjectMissing
from domain.slices import PageRange
from jobs.ingestion.records import load

router = APIRouter()
_CHUNK = 1024 * 1024  # bytes of a download in memory at once
_NOT_HTML = {"X-Content-Type-Options": "nosniff"}  # whatever a book's text looks like
_TEXT = EXPORTERS["txt"].media_type
_BOOK_PROBLEMS = (
    ProblemType.BOOK_NOT_FOUND,
    ProblemType.BOOK_UNREADABLE,
    ProblemType.NOT_READ_YET,
    ProblemType.INVALID_REQUEST,
    ProblemType.STORE_UNAVAILABLE,
    *ENTITY_PROBLEMS,
)
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/v1/books/{book_id}/pages/{number}",
    summary="One page",
    response_model=Page,
    response_description="The page.",
    responses=documented(ProblemType.PAGE_NOT_FOUND, *_BOOK_PROBLEMS),
)
async def page(
    book_id: BookIdInPath,
    number: Annotated[int, Path(ge=1, le=10**9, description="counts from 1")],
    services: Using,
) -> Response:
    """A page of the book's JSON. It can be had as soon as it is read."""
    book = await find_book(services, book_id)
    if book.state.pages is not None and number > book.state.pages:
        raise Refusal(
            ProblemType.PAGE_NOT_FOUND, f"The book has the pages 1 to {book.state.pages}."
        )
    for pages in book.state.slices:
        if pages.first <= number <= pages.last:
            part = await _slice(services.store, book, pages)
            return Response(
                part.pages[number - pages.first].model_dump_json(), media_type="application/json"
            )
    raise _not_there(book)


@router.get(
    "/v1/books/{book_id}/text",
    summary="The whole text",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "UTF-8; form feeds part the pages.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **documented(*_BOOK_PROBLEMS),
    },
)
async def text(book_id: BookIdInPath, services: Using) -> Response:
    """The pages' text, one after the other, once all pages are done."""
    book = await find_book(services, book_id)
    if book.state.stage in {Stage.UPLOADED, Stage.READING} or not book.state.slices:
        raise _not_there(book)
    pieces = _text_pieces(services.store, book)
    first = await anext(pieces, b"")  # so that a store that is down makes a problem
    return StreamingResponse(_preceded(first, pieces), headers=_NOT_HTML, media_type=_TEXT)


@router.get(
    "/v1/books/{book_id}/exports/{format}",
    summary="The book in another format",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The file.",
            "content": {each.media_type.partition(";")[0]: _BINARY for each in EXPORTERS.values()},
        },
        **documented(ProblemType.EXPORT_NOT_FOUND, *_BOOK_PROBLEMS),
    },
)
async def export(
    book_id: BookIdInPath,
    format: Annotated[str, Path(description=", ".join(EXPORTERS), max_length=20)],
    services: Using,
) -> Response:
    """A file made when the book was read, if it was asked for then."""
    book = await find_book(services, book_id)
    exporter = EXPORTERS.get(format)
    if exporter is None:
        raise Refusal(ProblemType.EXPORT_NOT_FOUND, f"The formats are {', '.join(EXPORTERS)}.")
    key = library.export_key(book_id, exporter.suffix)
    found = await services.store.head(key)
    if found is None:
        raise _no_export(book, format)
    pieces = _object_pieces(services.store, key, found.size)
    first = await anext(pieces, b"")
    headers = {
        "Content-Length": str(found.size),
        "Content-Disposition": _attachment(book, exporter.suffix),
        **_NOT_HTML,
    }
    return StreamingResponse(
        _preceded(first, pieces), headers=headers, media_type=exporter.media_type
    )


async def _slice(store: ObjectStore, book: FoundBook, pages: PageRange) -> Slice:
    try:
        return await load(store, library.slice_key(book.id, pages), Slice)
    except ObjectMissing:
        raise _not_there(book) from None  # it was removed a moment ago, to be read again


async def _text_pieces(store: ObjectStore, book: FoundBook) -> AsyncIterator[bytes]:
    """The text, a slice at a time; slices of different runs may overlap."""
    done = 0
    for pages in sorted(book.state.slices):
        if pages.last > done:
            part = await _slice(store, book, pages)
            yield "".join(page_text(each) for each in part.pages if each.number > done).encode()
            done = pages.last


async def _object_pieces(store: ObjectStore, key: str, size: int) -> AsyncIterator[bytes]:
    for start in range(0, size, _CHUNK):
        yield await store.get_range(key, start, min(_CHUNK, size - start))


async def _preceded(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


def _not_there(book: FoundBook) -> Refusal:
    """Why something of a book cannot be had now."""
    if book.state.stage is Stage.FAILED and book.state.stats is None:
        return Refusal(
            ProblemType.BOOK_UNREADABLE,
            book.state.detail or "The file cannot be read as a book.",
            reason=book.state.reason,
        )
    return Refusal(
        ProblemType.NOT_READ_YET,
        f"{book.state.pages_done} of {book.state.pages or 'an unknown number of'} pages are done.",
    )


def _no_export(book: FoundBook, format: str) -> Refusal:
    asked_for = format in book.state.exports
    if asked_for and book.state.stage in {Stage.UPLOADED, Stage.READING, Stage.READ}:
        return _not_there(book)
    if asked_for:
        detail = f"The {format} of this book could not be made."
    else:
        detail = f"No {format} was asked for when the book was handed in (field `exports`)."
    return Refusal(ProblemType.EXPORT_NOT_FOUND, detail)


def _attachment(book: FoundBook, suffix: str) -> str:
    """A download's file name: the title where there is one (RFC 6266)."""
    plain = f"book-{book.id[:12]}.{suffix}"
    titled = quote(f"{(book.state.title or '')[:100].strip()}.{suffix}", safe="")
    return f'attachment; filename="{plain}"' + (
        f"; filename*=UTF-8''{titled}" if book.state.title else ""
    )
