"""An entity's events as they happen (Server-Sent Events).

The id of an event is its version, so that a reader that comes back with `Last-Event-ID` misses
nothing. A stream ends after a bounded time, when the log does not answer, or when the process is
to end; browsers come back by themselves.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BeforeValidator
from starlette.responses import Response, StreamingResponse

from adapters.event_log.base import EventLog
from api.limits import Gate
from api.models import EventView
from cluster.settings import Settings
from domain.entities import KINDS
from domain.errors import LogUnavailable
from domain.events import RecordedEvent, StreamId

_log = logging.getLogger("scriptorium.api")
_WAIT_SECONDS = 1.0  # from one look at the time to the next
_COME_BACK_MILLISECONDS = 1000

EVENT_STREAM = "text/event-stream"
COME_BACK = format_sse_event(retry=_COME_BACK_MILLISECONDS)
"""Says when to come back after a stream has ended."""

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
    BeforeValidator(lambda given: given or 0),
    Header(
        alias="Last-Event-ID",
        ge=0,
        le=10**15,
        description="the last event that was seen; empty: none was",
    ),
]


def _place(request: Request) -> Iterator[Gate]:
    gate: Gate = request.app.state.streams
    with gate.enter():
        yield gate


def _place_if_asked(request: Request) -> Iterator[Gate]:
    if not wants_stream(request):
        yield request.app.state.streams
        return
    yield from _place(request)


OneOfTheStreams = Annotated[Gate, Depends(_place)]
"""A route with it takes one of the places for streams; it is to end when they are closed."""

OneOfTheStreamsIfAsked = Annotated[Gate, Depends(_place_if_asked)]
"""As `OneOfTheStreams`, when a stream is asked for."""


def wants_stream(request: Request) -> bool:
    """Whether the client would rather have an event stream."""
    return EVENT_STREAM in request.headers.get("accept", "")


def described(text: str) -> dict[str, Any]:  # as FastAPI has it
    """An OpenAPI response that is an event stream."""
    return {"description": text, "content": {EVENT_STREAM: {"itemSchema": _ITEM}}}


def stream_response(pieces: AsyncIterator[bytes]) -> Response:
    """The pieces as a stream that nothing on the way may hold back."""
    return StreamingResponse(
        pieces,
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},
        media_type=EVENT_STREAM,
    )


async def followed(
    log: EventLog, stream: StreamId, after: int, settings: Settings, gate: Gate
) -> AsyncIterator[bytes]:
    """The events of an entity after a version, then those to come, in pieces of a stream."""
    yield COME_BACK
    async for recorded in recorded_events(log, stream, after, settings, gate):
        yield KEEPALIVE_COMMENT if recorded is None else written(recorded)


async def recorded_events(
    log: EventLog, stream: StreamId, after: int, settings: Settings, gate: Gate
) -> AsyncGenerator[RecordedEvent | None, None]:
    """The events of an entity after a version, then those to come; None after a long silence.

    Ends after `http_stream_seconds`, when the log does not answer, or when `gate` is closed.
    """
    now = asyncio.get_running_loop().time
    ends = now() + settings.http_stream_seconds
    spoke = now()
    try:
        while now() < ends and not gate.is_closed:
            known = await log.head()  # what comes after it, ends the wait
            async for recorded in log.read(stream, after):
                yield recorded
                after, spoke = recorded.version, now()
            if now() - spoke >= settings.http_heartbeat_seconds:
                yield None
                spoke = now()
            wait = min(_WAIT_SECONDS, ends - now(), settings.http_heartbeat_seconds)
            await log.wait(wait, known)
    except LogUnavailable as error:
        _log.warning("the events of %s break off: %s", stream, error)


def written(recorded: RecordedEvent) -> bytes:
    """An event as a piece of a stream."""
    event = recorded.event
    today = KINDS[recorded.stream.kind].decode(event.type, event.schema_version, event.data)
    view = EventView(
        version=recorded.version,
        type=event.type,
        occurred_at=event.occurred_at.isoformat(),
        data=json.loads(today.model_dump_json()),
    )
    return format_sse_event(
        data_str=view.model_dump_json(), event=event.type, id=str(recorded.version)
    )
