"""`GET /v1/books/{id}/events`: a book's events as they happen (Server-Sent Events).

The id of an event is its version, so that a reader that comes back with `Last-Event-ID` misses
nothing. A stream ends after a bounded time, or when the log does not answer; browsers come back
by themselves. It does not end with the book's reading: dead pages may be tried again.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from starlette.responses import Response, StreamingResponse

from adapters.event_log.base import EventLog
from api.book_state import BookIdInPath, book_not_found
from api.limits import Gate
from api.models import EventView
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.services import Using
from cluster.settings import Settings
from domain.entities.book import BOOK
from domain.errors import LogUnavailable
from domain.events import RecordedEvent, StreamId

router = APIRouter()
_log = logging.getLogger("scriptorium.api")
_WAIT_SECONDS = 1.0  # news that came between reading and waiting is found then
_COME_BACK_MILLISECONDS = 1000

_ITEM = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "event": {"type": "string"},
        "data": {"type": "string"},
        "retry": {"type": "integer", "minimum": 0},
    },
}

LastEventId = Annotated[
    int,
    Header(alias="Last-Event-ID", ge=0, le=10**15, description="the last event that was seen"),
]


def _place(request: Request) -> Iterator[None]:
    gate: Gate = request.app.state.streams
    with gate.enter():
        yield


@router.get(
    "/v1/books/{book_id}/events",
    summary="Follow a book",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "`id` is the version, `event` the type, `data` an EventView in JSON.",
            "content": {"text/event-stream": {"itemSchema": _ITEM}},
        },
        **documented(
            ProblemType.BOOK_NOT_FOUND,
            ProblemType.INVALID_REQUEST,
            ProblemType.TOO_MANY_REQUESTS,
            *ENTITY_PROBLEMS,
        ),
    },
    dependencies=[Depends(_place)],
)
async def events(
    book_id: BookIdInPath, services: Using, last_event_id: LastEventId = 0
) -> Response:
    """All events of the book, then those to come."""
    stream = StreamId(BOOK.name, book_id)
    if not await services.log.version(stream):
        raise book_not_found(book_id)
    return StreamingResponse(
        _followed(services.log, stream, last_event_id, services.settings),
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        media_type="text/event-stream",
    )


async def _followed(
    log: EventLog, stream: StreamId, after: int, settings: Settings
) -> AsyncIterator[bytes]:
    now = asyncio.get_running_loop().time
    ends = now() + settings.http_stream_seconds
    spoke = now()
    yield format_sse_event(retry=_COME_BACK_MILLISECONDS)
    try:
        while now() < ends:
            async for recorded in log.read(stream, after):
                yield _written(recorded)
                after, spoke = recorded.version, now()
            if now() - spoke >= settings.http_heartbeat_seconds:
                yield KEEPALIVE_COMMENT
                spoke = now()
            await log.wait(min(_WAIT_SECONDS, ends - now(), settings.http_heartbeat_seconds))
    except LogUnavailable as error:
        _log.warning("the events of %s break off: %s", stream, error)


def _written(recorded: RecordedEvent) -> bytes:
    event = recorded.event
    today = BOOK.decode(event.type, event.schema_version, event.data)
    view = EventView(
        version=recorded.version,
        type=event.type,
        occurred_at=event.occurred_at.isoformat(),
        data=json.loads(today.model_dump_json()),
    )
    return format_sse_event(
        data_str=view.model_dump_json(), event=event.type, id=str(recorded.version)
    )
