"""The append transaction: fence, heads, events."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Connection,
    Text,
    bindparam,
    cast,
    func,
    insert,
    select,
    tuple_,
    update,
)

from adapters.event_log.base import Append, Appended, Conflict, Fence, Outcome, Repeated
from adapters.event_log.fences import check_fence
from adapters.event_log.tables import EVENTS, STREAMS
from domain.events import StreamId, chained

_CHUNK = 500  # keys in one statement: databases limit its parameters

T = TypeVar("T")


class Head(NamedTuple):
    """The end of a stream; `transaction` is the first half of its last event's position."""

    version: int
    checksum: str
    transaction: int


EMPTY = Head(0, "", 0)


class Standing(NamedTuple):
    """An event that the log has: where, and what it says."""

    stream: StreamId
    version: int
    type: str
    data: str


def append(
    connection: Connection, appends: Sequence[Append], fence: Fence | None, *, compare_ids: bool
) -> Sequence[Outcome]:
    """Store what fits; gives the outcomes.

    Without `compare_ids` the ids of events are looked up only for streams that are at another
    version than expected; if some stand elsewhere, the database's refusal of a second one ends it.
    """
    if fence is not None:
        check_fence(connection, fence)
    heads = _locked_heads(connection, [append.stream for append in appends])
    doubtful = [
        append
        for append in appends
        if compare_ids or heads.get(append.stream, EMPTY).version != append.expected_version
    ]
    standing = _standing(connection, (e.event_id for each in doubtful for e in each.events))
    outcomes: list[Outcome] = []
    accepted: list[Append] = []
    for each in appends:
        outcome = _judged(each, heads.get(each.stream, EMPTY).version, standing)
        outcomes.append(outcome or Appended(each.expected_version + len(each.events)))
        if outcome is None and each.events:
            accepted.append(each)
            taken = Standing(each.stream, 0, "", "")
            standing.update(dict.fromkeys((e.event_id for e in each.events), taken))
    if accepted:
        _store(connection, accepted, heads)
    return outcomes


def _judged(append: Append, version: int, standing: Mapping[UUID, Standing]) -> Outcome | None:
    """The outcome that is certain without storing anything; None if the append may go ahead."""
    ids = [event.event_id for event in append.events]
    known = frozenset(event_id for event_id in ids if event_id in standing)
    if known:
        whole = [
            Standing(append.stream, version, event.type, event.data)
            for version, event in enumerate(append.events, append.expected_version + 1)
        ]
        if [standing.get(event_id) for event_id in ids] == whole:
            return Appended(append.expected_version + len(ids))
        return Repeated(known)
    if len(set(ids)) < len(ids):
        return Repeated(frozenset(event_id for event_id, n in Counter(ids).items() if n > 1))
    return None if version == append.expected_version else Conflict(version)


def _locked_heads(connection: Connection, streams: Iterable[StreamId]) -> dict[StreamId, Head]:
    """The ends of those streams that exist, locked in one order so that no two writers block
    each other."""
    heads = {}
    for some in _chunks(sorted(streams)):
        for kind, entity_id, *head in connection.execute(_HEADS, {"keys": some}):
            heads[StreamId(kind, entity_id)] = Head(*head)
    return heads


def _standing(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """Those of the events that are in the log."""
    known = {}
    for some in _chunks(str(event_id) for event_id in ids):
        for event_id, kind, entity_id, *rest in connection.execute(_STANDING, {"ids": some}):
            known[UUID(event_id)] = Standing(StreamId(kind, entity_id), *rest)
    return known


def _store(
    connection: Connection, appends: Sequence[Append], heads: Mapping[StreamId, Head]
) -> None:
    # The order of a stream's events in the whole log is that of its versions, also where a
    # transaction that began early had to wait for the lock of the stream's head.
    own = _transaction(connection)
    rows: list[dict[str, object]] = []
    ends: dict[StreamId, Head] = {}
    for each in appends:
        head = heads.get(each.stream, EMPTY)
        transaction = max(own, head.transaction)
        new = event_rows(each, head.checksum, transaction)
        rows += new
        ends[each.stream] = Head(
            each.expected_version + len(new), str(new[-1]["checksum"]), transaction
        )
    in_order = sorted(ends.items())
    created = [_head_row(stream, end) for stream, end in in_order if stream not in heads]
    moved = [_head_row(stream, end) for stream, end in in_order if stream in heads]
    if created:
        connection.execute(_CREATE, created)
    if moved:
        connection.execute(_MOVE, moved)
    connection.execute(_INSERT, rows)


def event_rows(append: Append, previous: str, transaction: int) -> list[dict[str, object]]:
    """The rows of an append's events; `previous` is the checksum of the event before them."""
    rows: list[dict[str, object]] = []
    kind, entity_id = append.stream
    for version, event in enumerate(append.events, append.expected_version + 1):
        previous = chained(previous, append.stream, version, event)
        rows.append(
            {
                "transaction": transaction,
                "kind": kind,
                "id": entity_id,
                "version": version,
                "event_id": str(event.event_id),
                "type": event.type,
                "schema_version": event.schema_version,
                "data": event.data,
                "command_id": event.metadata.command_id,
                "metadata": event.metadata.to_json(),
                "occurred_at": event.occurred_at.isoformat(),
                "checksum": previous,
            }
        )
    return rows


def _head_row(stream: StreamId, end: Head) -> dict[str, object]:
    return {
        "of_kind": stream.kind,
        "of_id": stream.id,
        "version": end.version,
        "checksum": end.checksum,
        "transaction": end.transaction,
    }


def _transaction(connection: Connection) -> int:
    """The number of this transaction; 0 where transactions become visible in one order anyway."""
    if connection.dialect.name == "sqlite":
        return 0
    return connection.scalars(_OWN_TRANSACTION).one()


def _chunks(items: Iterable[T]) -> Iterator[list[T]]:
    remaining = iter(items)
    while chunk := list(islice(remaining, _CHUNK)):
        yield chunk


# SQLite, which has one writer at a time, knows no FOR UPDATE and is not asked for it.
_HEADS = (
    select(STREAMS)
    .where(tuple_(STREAMS.c.kind, STREAMS.c.id).in_(bindparam("keys", expanding=True)))
    .order_by(STREAMS.c.kind, STREAMS.c.id)
    .with_for_update()
)
_STANDING = select(
    EVENTS.c.event_id,
    EVENTS.c.kind,
    EVENTS.c.id,
    EVENTS.c.version,
    EVENTS.c.type,
    EVENTS.c.data,
).where(EVENTS.c.event_id.in_(bindparam("ids", expanding=True)))
_OWN_TRANSACTION = select(cast(cast(func.pg_current_xact_id(), Text), BigInteger))
_INSERT = insert(EVENTS)
_CREATE = insert(STREAMS).values(kind=bindparam("of_kind"), id=bindparam("of_id"))
_MOVE = (
    update(STREAMS)
    .where(STREAMS.c.kind == bindparam("of_kind"), STREAMS.c.id == bindparam("of_id"))
    .values(
        version=bindparam("version"),
        checksum=bindparam("checksum"),
        transaction=bindparam("transaction"),
    )
)
