"""What is read of events: one stream, one command, or all of them in their order."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from adapters.event_log.rows import EVENT_COLUMNS, recorded
from adapters.event_log.tables import EVENTS, STREAMS
from domain.events import START, Position, RecordedEvent, StreamId


def version(connection: Connection, stream: StreamId) -> int:
    """The version of a stream, 0 when it has no events."""
    return connection.scalars(_VERSION, stream._asdict()).one_or_none() or 0


def page(
    connection: Connection, stream: StreamId, after: int, limit: int
) -> Sequence[RecordedEvent]:
    """Up to `limit` events of a stream after a version."""
    values = {**stream._asdict(), "after": after, "limit": limit}
    return [recorded(row) for row in connection.execute(_PAGE, values)]


def of_command(
    connection: Connection, stream: StreamId, command_id: str, limit: int
) -> Sequence[RecordedEvent]:
    """Up to `limit` events that a command led to."""
    values = {**stream._asdict(), "command": command_id, "limit": limit}
    return [recorded(row) for row in connection.execute(_OF_COMMAND, values)]


class WholeLog:
    """The one order over all streams, of those events that are `shown`."""

    def __init__(
        self,
        after: ColumnElement[bool],
        order: Sequence[ColumnElement[int]],
        shown: ColumnElement[bool] | None = None,
    ) -> None:
        visible = [shown] if shown is not None else []
        self._after = (
            select(*EVENT_COLUMNS).where(after, *visible).order_by(*order).limit(bindparam("limit"))
        )
        self._head = (
            select(EVENTS.c.transaction, EVENTS.c.sequence)
            .where(*visible)
            .order_by(*(column.desc() for column in order))
            .limit(1)
        )

    def read(self, connection: Connection, after: Position, limit: int) -> Sequence[RecordedEvent]:
        """Up to `limit` events after a position."""
        values = {**after._asdict(), "limit": limit}
        return [recorded(row) for row in connection.execute(self._after, values)]

    def head(self, connection: Connection) -> Position:
        """The position of the newest event."""
        row = connection.execute(self._head).one_or_none()
        return START if row is None else Position(*row)


def _of_stream() -> Select[*tuple[object, ...]]:
    return select(*EVENT_COLUMNS).where(
        EVENTS.c.kind == bindparam("kind"), EVENTS.c.id == bindparam("id")
    )


_VERSION = select(STREAMS.c.version).where(
    STREAMS.c.kind == bindparam("kind"), STREAMS.c.id == bindparam("id")
)
_PAGE = (
    _of_stream()
    .where(EVENTS.c.version > bindparam("after"))
    .order_by(EVENTS.c.version)
    .limit(bindparam("limit"))
)
_OF_COMMAND = (
    _of_stream()
    .where(EVENTS.c.command_id == bindparam("command"))
    .order_by(EVENTS.c.version)
    .limit(bindparam("limit"))
)
