"""A project's events as they happen, and a chapter's text as it is written."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress

from fastapi import APIRouter
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse

from actors.rooms.writing import Place
from api.event_stream import (
    COME_BACK,
    LastEventId,
    OneOfTheStreams,
    Streams,
    described,
    followed,
    recorded_events,
    stream_response,
    written,
)
from api.problems import ProblemType, documented
from api.projects.found import (
    CHAPTER_PROBLEMS,
    PROJECT,
    PROJECT_PROBLEMS,
    NumberInPath,
    ProjectIdInPath,
    ask,
    find_project,
)
from api.services import Services, Using
from domain.entities.project import PROJECT as KIND
from domain.entities.project.answers import ChapterDetails
from domain.entities.project.events import (
    ChapterDeleted,
    CoherenceValidated,
    GenerationCancelled,
    GenerationFailed,
    ProjectDeleted,
)
from domain.entities.project.queries import OneChapter
from domain.entities.project.state import RUNNING
from domain.errors import ClusterUnavailable, CommandRefused, Retryable
from domain.events import RecordedEvent, StreamId

router = APIRouter()
_log = logging.getLogger("scriptorium.api")
_AT_REST = frozenset(
    event.__name__
    for event in (
        CoherenceValidated,
        GenerationCancelled,
        GenerationFailed,
        ChapterDeleted,
        ProjectDeleted,
    )
)
_PIECES = 1000  # that wait for a slow reader; then the writer's pieces wait
_AGAIN_SECONDS = 1.0  # until the writing room is asked again when it did not answer


class Token(BaseModel):
    """A piece of a chapter's text, as the data of an event `token`."""

    scene: int = Field(description="counts from 1")
    text: str
    is_new: bool = Field(description="the scene begins here, perhaps again: forget what there was")
    missed: bool = Field(description="something before this was not sent; the chapter has it all")


@router.get(
    "/v1/projects/{project_id}/events",
    summary="Follow a project",
    response_class=StreamingResponse,
    responses={
        200: described("`id` is the version, `event` the type, `data` an EventView in JSON."),
        **documented(ProblemType.TOO_MANY_REQUESTS, *PROJECT_PROBLEMS),
    },
)
async def events(
    project_id: ProjectIdInPath,
    services: Using,
    streams: OneOfTheStreams,
    last_event_id: LastEventId = 0,
) -> Response:
    """All events of the project, then those to come."""
    await find_project(services, project_id)
    stream = StreamId(PROJECT, project_id)
    return stream_response(followed(services, stream, last_event_id, streams))


@router.get(
    "/v1/projects/{project_id}/chapters/{number}/stream",
    summary="Follow a chapter",
    response_class=StreamingResponse,
    responses={
        200: described("The project's events for this chapter, and `token` events with its text."),
        **documented(ProblemType.TOO_MANY_REQUESTS, *CHAPTER_PROBLEMS),
    },
)
async def stream(
    project_id: ProjectIdInPath,
    number: NumberInPath,
    services: Using,
    streams: OneOfTheStreams,
    last_event_id: LastEventId = 0,
) -> Response:
    """What happens to it after the last event that was seen, or else from now on, and its text as
    it is written, beginning with the scene under way. Ends when the chapter is at rest, or after
    `http_stream_seconds`: then ask again."""
    found = await find_project(services, project_id)
    chapter_id, after = found.chapter(number).chapter_id, last_event_id or found.version
    return stream_response(followed_chapter(services, project_id, chapter_id, after, streams))


async def followed_chapter(
    services: Services, project_id: str, chapter_id: str, after: int, streams: Streams
) -> AsyncIterator[bytes]:
    """Pieces of a stream: the project's events about a chapter after a version, and its text as it
    is written. Ends when the chapter is at rest, or when a stream may last no longer."""
    yield COME_BACK
    pieces: asyncio.Queue[bytes | None] = asyncio.Queue(_PIECES)

    async def tell_events() -> None:
        stream = StreamId(PROJECT, project_id)
        events = recorded_events(services, stream, after, streams)
        is_over = False
        try:
            async with aclosing(events):
                async for recorded in events:
                    if recorded is None:
                        if is_over:
                            break
                        # What it came to may have been told before; then nothing more comes.
                        is_over = not await _is_under_way(services, project_id, chapter_id)
                        await pieces.put(KEEPALIVE_COMMENT)
                    elif _is_about(recorded, chapter_id):
                        await pieces.put(written(recorded))
                        if recorded.event.type in _AT_REST:
                            break
        except Exception:  # whatever it is, the stream must not stay open without them
            _log.exception("the events of %s break off", stream)
        await pieces.put(None)

    async def tell_text() -> None:
        place, seen = Place(project_id, chapter_id), ""
        while True:
            try:
                news = await services.room.follow(place, seen)
            except ClusterUnavailable:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            for number, piece in enumerate(news.pieces):
                token = Token(**piece._asdict(), missed=news.missed and number == 0)
                await pieces.put(format_sse_event(data_str=token.model_dump_json(), event="token"))
            seen = news.after

    telling = [asyncio.create_task(tell_events()), asyncio.create_task(tell_text())]
    try:
        while (piece := await pieces.get()) is not None:
            yield piece
    finally:
        for task in telling:
            task.cancel()
        for task in telling:
            with suppress(asyncio.CancelledError):
                await task


async def _is_under_way(services: Services, project_id: str, chapter_id: str) -> bool:
    try:
        query = OneChapter(chapter_id=chapter_id)
        _, found = await ask(services, project_id, query, ChapterDetails)
    except Retryable:
        return True
    except CommandRefused:  # it is gone
        return False
    return found.chapter.status in RUNNING


def _is_about(recorded: RecordedEvent, chapter_id: str) -> bool:
    event = recorded.event
    happened = KIND.decode(event.type, event.schema_version, event.data)
    if isinstance(happened, ProjectDeleted):
        return True
    return getattr(happened, "chapter_id", None) == chapter_id
