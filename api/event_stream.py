"""An entity's events as they happen (Server-Sent Events).

The id of an event is its version, so that a reader that comes back with `Last-Event-ID` misses
nothing. A stream ends after a bounded time, when the log does not answer, or when the process is
to end; browsers come back by themselves.
"""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BeforeValidator
from starlette.responses import Response, StreamingResponse

from actors.clock import Clock
from actors.patience import News
from adapters.event_log.base import EventLog
from api.limits import Gate
from api.models import EventView
from api.services import Services
from domain.entities import KINDS
from domain.errors import LogUnavailable
from domain.events import RecordedEvent, StreamId

_log = logging.getLogger("scriptorium.api")
_WAIT_SECONDS = 1.0  # from one look at the time to the next
_SILENCE_SECONDS = 15.0  # after which the log is looked at for no reason
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


class Streams(Gate):
    """The places for event streams, and the log's news, for which all of them wait together."""

    def __init__(self, places: int, log: EventLog) -> None:
        super().__init__("event streams", places)
        self._news = News(log, Clock(), _SILENCE_SECONDS, "the event streams")
        self._followers = 0
        self._watching: asyncio.Task[None] | None = None

    @contextmanager
    def news(self) -> Iterator[News]:
        """The news, watched as long as anybody is in this context."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._news.run())
        self._followers += 1
        try:
            yield self._news
        finally:
            self._followers -= 1
            if not self._followers:
                self._watching.cancel()
                self._watching = None


def _place(request: Request) -> Iterator[Streams]:
    streams: Streams = request.app.state.streams
    with streams.enter():
        yield streams


def _place_if_asked(request: Request) -> Iterator[Streams]:
    if not wants_stream(request):
        yield request.app.state.streams
        return
    yield from _place(request)


OneOfTheStreams = Annotated[Streams, Depends(_place)]
"""A route with it takes one of the places for streams; it is to end when they are closed."""

OneOfTheStreamsIfAsked = Annotated[Streams, Depends(_place_if_asked)]
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
    services: Services, stream: StreamId, after: int, streams: Streams
) -> AsyncIterator[bytes]:
    """The events of an entity after a version, then those to come, in pieces of a stream."""
    yield COME_BACK
    async for recorded in recorded_events(services, stream, after, streams):
        yield KEEPALIVE_COMMENT if recorded is None else written(recorded)


async def recorded_events(
    services: Services, stream: StreamId, after: int, streams: Streams
) -> AsyncGenerator[RecordedEvent | None, None]:
    """The events of an entity after a version, then those to come; None after a long silence.

    Ends after `http_stream_seconds`, when the log does not answer, or when `streams` are closed.
    """
    settings, now = services.settings, asyncio.get_running_loop().time
    ends, spoke = now() + settings.http_stream_seconds, now()
    try:
        with streams.news() as news:
            while now() < ends and not streams.is_closed:
                told = news.next  # of what comes after this reading
                async for recorded in services.log.read(stream, after):
                    yield recorded
                    after, spoke = recorded.version, now()
                while not told.is_set() and now() < ends and not streams.is_closed:
                    quiet = spoke + settings.http_heartbeat_seconds
                    if now() >= quiet:
                        yield None
                        spoke = now()
                        continue
                    with suppress(TimeoutError):
                        async with asyncio.timeout(min(_WAIT_SECONDS, ends - now(), quiet - now())):
                            await told.wait()
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
