"""Events for tests."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from adapters.event_log.base import Append, EventLog
from domain.events import START, Metadata, NewEvent, RecordedEvent, StreamId

BOOK = StreamId("book", "b1")
OTHER = StreamId("book", "b2")
TIME = datetime(2031, 5, 17, 20, 15, 3, 120_000, tzinfo=UTC)


def an_event(
    data: str = "{}", *, event_id: UUID | None = None, command_id: str = "command-1"
) -> NewEvent:
    return NewEvent(
        event_id=event_id or uuid4(),
        type="PageTurned",
        schema_version=1,
        data=data,
        metadata=Metadata(command_id, correlation_id="correlation-1"),
        occurred_at=TIME,
    )


def events(count: int, command_id: str = "command-1") -> list[NewEvent]:
    return [an_event(f'{{"n":{n}}}', command_id=command_id) for n in range(1, count + 1)]


async def stored(log: EventLog, stream: StreamId, count: int) -> list[NewEvent]:
    """So many events at the end of a stream."""
    new = events(count)
    await log.append([Append(stream, await log.version(stream), new)])
    return new


async def whole(log: EventLog, stream: StreamId) -> list[RecordedEvent]:
    """All events of a stream."""
    return [event async for event in log.read(stream)]


async def everything(log: EventLog, limit: int = 100) -> Sequence[RecordedEvent]:
    """All events that the log shows, in its order."""
    found: list[RecordedEvent] = []
    after = START
    while (batch := await log.read_all(after, limit)).events:
        found += batch.events
        after = batch.reached
    return found
