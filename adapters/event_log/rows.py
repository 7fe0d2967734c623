"""Events as rows of the log, and back."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from adapters.event_log.base import Append
from adapters.event_log.tables import EVENTS
from domain.errors import RecordDamaged, UsageError
from domain.events import Metadata, NewEvent, Position, RecordedEvent, StreamId

DATA_LIMIT = 8 * 1024**2
"""Most characters in the data of one event."""

APPEND_LIMIT = 10_000
"""Most events in one call."""

NAME_LIMIT = 200
"""Most characters in a kind, an id or another name: three of them fit in an index entry."""

_UTC = timedelta(0)

EVENT_COLUMNS = (
    EVENTS.c.transaction,
    EVENTS.c.sequence,
    EVENTS.c.kind,
    EVENTS.c.id,
    EVENTS.c.version,
    EVENTS.c.event_id,
    EVENTS.c.type,
    EVENTS.c.schema_version,
    EVENTS.c.data,
    EVENTS.c.metadata,
    EVENTS.c.occurred_at,
    EVENTS.c.checksum,
)
"""What `recorded` reads, in its order."""


def recorded(row: Sequence[Any]) -> RecordedEvent:  # whatever the database gives
    """The event of a row of `EVENT_COLUMNS`.

    Raises:
        RecordDamaged: the row is not what this log writes.
    """
    try:
        return _recorded(*row)
    except (ValueError, TypeError, AttributeError) as error:
        _, _, kind, entity_id, version, *_ = row
        raise RecordDamaged(
            f"event {version} of {kind}/{entity_id} cannot be understood ({error}); it was left "
            "as it is: restore it from a backup"
        ) from error


def _recorded(  # noqa: PLR0913, PLR0917  # one parameter a column
    transaction: int,
    sequence: int,
    kind: str,
    entity_id: str,
    version: object,
    event_id: str,
    type_name: object,
    schema_version: object,
    data: object,
    metadata: str,
    occurred_at: str,
    checksum: object,
) -> RecordedEvent:
    # SQLite keeps in any column whatever it was given.
    if not (isinstance(version, int) and isinstance(schema_version, int)):
        raise TypeError("a version is no number")
    if not (isinstance(type_name, str) and isinstance(data, str) and isinstance(checksum, str)):
        raise TypeError("a text is no text")
    event = NewEvent(
        event_id=UUID(event_id),
        type=type_name,
        schema_version=schema_version,
        data=data,
        metadata=_metadata(metadata),
        occurred_at=datetime.fromisoformat(occurred_at),
    )
    stream = StreamId(kind, entity_id)
    return RecordedEvent(Position(transaction, sequence), stream, version, event, checksum)


def _metadata(text: str) -> Metadata:
    fields = json.loads(text)
    if not isinstance(fields, dict):
        raise TypeError("metadata is no object")
    metadata = Metadata(**fields)
    optional = (metadata.causation_id, metadata.traceparent, metadata.principal)
    if not (isinstance(metadata.command_id, str) and isinstance(metadata.correlation_id, str)):
        raise TypeError("metadata lacks an id")
    if not all(value is None or isinstance(value, str) for value in optional):
        raise TypeError("metadata has a wrong type")
    return metadata


def check_appends(appends: Sequence[Append]) -> None:
    """Refuse what no log can store.

    Raises:
        UsageError: there is too much of it, a text holds what a database cannot, a time is not in
            UTC, or a stream occurs twice.
    """
    if len({append.stream for append in appends}) < len(appends):
        raise UsageError("a stream may occur only once in an append")
    if sum(len(append.events) for append in appends) > APPEND_LIMIT:
        raise UsageError(f"one append may have {APPEND_LIMIT} events, not more")
    for append in appends:
        check_names(*append.stream)
        if append.expected_version < 0:
            raise UsageError(f"{append.stream}: a version cannot be negative")
        for event in append.events:
            check_names(event.type, event.metadata.command_id)
            if len(event.data) > DATA_LIMIT:
                raise UsageError(
                    f"{append.stream}: the data of {event.type} has more than {DATA_LIMIT} "
                    "characters; keep it in the object store and its key in the event"
                )
            _check_text(event.data)
            _check_text(event.metadata.to_json())
            if event.occurred_at.utcoffset() != _UTC:
                raise UsageError(f"{append.stream}: {event.type} must have a time in UTC")


def check_names(*names: str) -> None:
    """Refuse names that cannot be stored. Raises `UsageError`."""
    for name in names:
        if not 0 < len(name) <= NAME_LIMIT:
            raise UsageError(f"a name must have 1 to {NAME_LIMIT} characters, not {len(name)}")
        _check_text(name)


def _check_text(text: str) -> None:
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UsageError("a text with half of a surrogate pair cannot be stored") from error
    if "\0" in text:
        raise UsageError("a text with a NUL character cannot be stored; JSON writes it as \\u0000")
