"""One book as it stands, and its dead pages again."""

import hashlib

from fastapi import APIRouter
from starlette.responses import Response

from api.book_state import BookIdInPath, book_response, find_book
from api.idempotency import Once
from api.models import BookView, book_path
from api.openapi import headers
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.services import From, Using
from api.versions import IfMatch, IfNoneMatch, expected_version, knows
from domain.entities.book import RetryDeadPages

router = APIRouter()


@router.get(
    "/v1/books/{book_id}",
    summary="A book as it stands",
    response_model=BookView,
    response_description="The book.",
    responses={
        200: {"headers": headers(ETag="the version")},
        304: {"description": "The book still has the ETag."},
        **documented(ProblemType.BOOK_NOT_FOUND, ProblemType.INVALID_REQUEST, *ENTITY_PROBLEMS),
    },
)
async def book(
    book_id: BookIdInPath, services: Using, if_none_match: IfNoneMatch = None
) -> Response:
    """Where the book stands, how many of its pages are done, and what else there is of it."""
    found = await find_book(services, book_id)
    if knows(if_none_match, found.version):
        return Response(status_code=304, headers={"ETag": found.etag})
    return book_response(found, 200)


@router.post(
    "/v1/books/{book_id}/retry",
    status_code=202,
    summary="Try again what could not be read",
    response_model=BookView,
    response_description="It will be read again.",
    responses={
        202: {"headers": headers(ETag="the version", Location="the book")},
        **documented(
            ProblemType.BOOK_NOT_FOUND,
            ProblemType.COMMAND_REFUSED,
            ProblemType.VERSION_MISMATCH,
            ProblemType.INVALID_REQUEST,
            ProblemType.IDEMPOTENCY_KEY_REUSED,
            *ENTITY_PROBLEMS,
        ),
    },
)
async def retry(
    book_id: BookIdInPath,
    services: Using,
    origin: From,
    idempotency: Once,
    if_match: IfMatch = None,
) -> Response:
    """Asks for the whole book once more if it was refused, or is not read to its end and somebody
    may have given it up. Refused with the reason `no_dead_pages` if nothing is left to be read."""

    async def respond(command_id: str) -> Response:
        command = RetryDeadPages(command_id=command_id)
        expected = expected_version(if_match)
        await services.entities.execute(
            "book", book_id, command, origin=origin, expected_version=expected
        )
        found = await find_book(services, book_id)
        return book_response(found, 202, {"Location": book_path(book_id)})

    fingerprint = hashlib.sha256(f"retry\n{if_match}".encode()).hexdigest()
    return await idempotency.once(fingerprint, respond)
