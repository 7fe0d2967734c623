"""Events as they are recorded: what happened to one entity, in order, and where it came from."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class StreamId(NamedTuple):
    """The events of one entity: its kind, such as `book`, and its id."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class Position(NamedTuple):
    """A place in the whole log. The order is that in which events became visible.

    `transaction` is the writing transaction where a database commits out of order, else 0;
    `sequence` orders the events within it.
    """

    transaction: int
    sequence: int


START = Position(0, 0)
"""Before the first event."""


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where an event came from."""

    command_id: str
    correlation_id: str
    causation_id: str | None = None
    traceparent: str | None = None
    principal: str | None = None

    def to_json(self) -> str:
        """One JSON object with all fields, in their order."""
        return _COMPACT.encode({name: getattr(self, name) for name in self.__slots__})


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event about to be recorded.

    `data` is JSON text, kept byte for byte. `occurred_at` is an aware time in UTC.
    """

    event_id: UUID
    type: str
    schema_version: int
    data: str
    metadata: Metadata
    occurred_at: datetime


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event in the log; versions of a stream start at 1 and have no gaps."""

    position: Position
    stream: StreamId
    version: int
    event: NewEvent
    checksum: str


def chained(previous: str, stream: StreamId, version: int, event: NewEvent) -> str:
    """The checksum of an event (SHA-256, hexadecimal), which covers all the stream's earlier ones.

    `previous` is the checksum of the stream's event before it, empty for the first.
    """
    record = (
        previous,
        *stream,
        version,
        str(event.event_id),
        event.type,
        event.schema_version,
        event.data,
        event.metadata.to_json(),
        event.occurred_at.isoformat(),
    )
    return hashlib.sha256(json.dumps(record).encode()).hexdigest()
