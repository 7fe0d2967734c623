"""Looking for damage: every event against its checksum, every stream against its end."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, exists, select, tuple_

from adapters.event_log.base import Damage
from adapters.event_log.rows import EVENT_COLUMNS, recorded
from adapters.event_log.tables import EVENTS, STREAMS
from domain.errors import RecordDamaged
from domain.events import RecordedEvent, StreamId, chained


class StreamCheck:
    """Walks one stream, page by page, and tells what is wrong."""

    def __init__(self, stream: StreamId) -> None:
        self._stream = stream
        self.reached = 0
        self._checksum = ""  # of the event at `reached`, as it is stored
        self._previous = {""}  # checksums that the next event may be chained to

    def step(self, connection: Connection, limit: int) -> tuple[list[Damage], bool]:
        """Check up to `limit` events; says whether they were the last.

        The stream's end is read before the events or together with them, so that events appended
        meanwhile do not look like damage.
        """
        end = connection.execute(_END, self._stream._asdict()).first() or (None, None)
        values = {**self._stream._asdict(), "after": self.reached, "limit": limit}
        rows = connection.execute(_EVENTS_AND_END, values).all()
        damages = [damage for row in rows for damage in self._check(row)]
        done = len(rows) < limit
        if done:
            damages += self._check_end(*(rows[-1][:2] if rows else end))
        return damages, done

    def _check(self, row: Sequence[Any]) -> Iterator[Damage]:  # whatever the database gives
        _, _, command_id, metadata, *columns = row
        try:
            event = recorded(columns)
        except RecordDamaged as error:
            version = columns[4] if isinstance(columns[4], int) else self.reached + 1
            yield Damage(self._stream, version, str(error))
            self.reached, self._checksum = version, str(columns[-1])
            self._previous = {self._checksum}
            return
        computed = {
            chained(previous, self._stream, event.version, event.event)
            for previous in self._previous
        }
        if event.version != self.reached + 1:
            yield self._missing(event.version - 1)
        elif problem := _problem(event, computed, command_id, metadata):
            yield Damage(self._stream, event.version, problem)
        self.reached, self._checksum = event.version, event.checksum
        # Where only a checksum was changed, the next event is chained to what it was.
        self._previous = {event.checksum, *computed}

    def _check_end(self, version: int | None, checksum: str | None) -> Iterator[Damage]:
        if version is None and self.reached > 0:
            yield Damage(self._stream, self.reached, "the stream's end is not recorded")
        elif version is not None and version > self.reached:
            yield self._missing(version)
        elif version is not None and version < self.reached:
            detail = f"the stream's end is recorded as version {version}"
            yield Damage(self._stream, self.reached, detail)
        elif version is not None and checksum not in {self._checksum, *self._previous}:
            yield Damage(
                self._stream, version, "the stream's end is recorded with another checksum"
            )

    def _missing(self, last: int) -> Damage:
        first = self.reached + 1
        detail = "it is missing" if first == last else f"versions {first} to {last} are missing"
        return Damage(self._stream, first, detail)


def _problem(
    event: RecordedEvent, computed: set[str], command_id: str, metadata: str
) -> str | None:
    if event.checksum not in computed:
        return "it does not match its checksum: one of them was changed"
    if event.event.metadata.to_json() != metadata:
        return "its metadata was changed"
    if event.event.metadata.command_id != command_id:
        return "it is filed under another command"
    return None


def streams_after(
    connection: Connection, last: StreamId | None, limit: int, *, ended: bool
) -> Sequence[StreamId]:
    """Up to `limit` streams after another, in the order of their names.

    With `ended` those whose end is recorded, as it should be; else those that only have events.
    """
    kind, entity_id = last or _BEFORE_ALL
    values = {"kind": kind, "id": entity_id, "limit": limit}
    rows = connection.execute(_ENDED if ended else _ENDLESS, values)
    return [StreamId(*row) for row in rows]


_BEFORE_ALL = StreamId("", "")
_SAME_STREAM = and_(STREAMS.c.kind == EVENTS.c.kind, STREAMS.c.id == EVENTS.c.id)
_END = select(STREAMS.c.version, STREAMS.c.checksum).where(
    STREAMS.c.kind == bindparam("kind"), STREAMS.c.id == bindparam("id")
)
_EVENTS_AND_END = (
    select(
        STREAMS.c.version,
        STREAMS.c.checksum,
        EVENTS.c.command_id,
        EVENTS.c.metadata,
        *EVENT_COLUMNS,
    )
    .select_from(EVENTS.outerjoin(STREAMS, _SAME_STREAM))
    .where(
        EVENTS.c.kind == bindparam("kind"),
        EVENTS.c.id == bindparam("id"),
        EVENTS.c.version > bindparam("after"),
    )
    .order_by(EVENTS.c.version)
    .limit(bindparam("limit"))
)
_ENDED = (
    select(STREAMS.c.kind, STREAMS.c.id)
    .where(tuple_(STREAMS.c.kind, STREAMS.c.id) > tuple_(bindparam("kind"), bindparam("id")))
    .order_by(STREAMS.c.kind, STREAMS.c.id)
    .limit(bindparam("limit"))
)
_ENDLESS = (
    select(EVENTS.c.kind, EVENTS.c.id)
    .distinct()
    .where(
        tuple_(EVENTS.c.kind, EVENTS.c.id) > tuple_(bindparam("kind"), bindparam("id")),
        ~exists().where(_SAME_STREAM),
    )
    .order_by(EVENTS.c.kind, EVENTS.c.id)
    .limit(bindparam("limit"))
)
