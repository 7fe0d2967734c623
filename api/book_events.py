"""`GET /v1/books/{id}/events`: a book's events as they happen.

The stream does not end with the book's reading: dead pages may be tried again.
"""

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from api.book_state import BookIdInPath, book_not_found
from api.event_stream import (
    LastEventId,
    OneOfTheStreams,
    described,
    followed,
    stream_response,
)
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.services import Using
from domain.entities.book import BOOK
from domain.events import StreamId

router = APIRouter()


@router.get(
    "/v1/books/{book_id}/events",
    summary="Follow a book",
    response_class=StreamingResponse,
    responses={
        200: described("`id` is the version, `event` the type, `data` an EventView in JSON."),
        **documented(
            ProblemType.BOOK_NOT_FOUND,
            ProblemType.INVALID_REQUEST,
            ProblemType.TOO_MANY_REQUESTS,
            *ENTITY_PROBLEMS,
        ),
    },
)
async def events(
    book_id: BookIdInPath,
    services: Using,
    streams: OneOfTheStreams,
    last_event_id: LastEventId = 0,
) -> Response:
    """All events of the book, then those to come."""
    stream = StreamId(BOOK.name, book_id)
    if not await services.log.version(stream):
        raise book_not_found(book_id)
    return stream_response(followed(services, stream, last_event_id, streams))
