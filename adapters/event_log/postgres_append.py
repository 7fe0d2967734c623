"""The append of the usual case in one statement, which PostgreSQL runs as one transaction."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cachetools import LRUCache
from sqlalchemy import Connection

from adapters.event_log.appending import event_rows
from adapters.event_log.base import Append, Fence
from domain.events import StreamId

_CACHED = 10_000  # streams whose ends are remembered


class End(NamedTuple):
    """A stream's version, and the checksum that its next event is chained to."""

    version: int
    checksum: str


_EMPTY = End(0, "")

# The usual case of the usual case: one event, for half the price.
_APPEND_ONE = """
WITH fence AS MATERIALIZED (
    SELECT 1 FROM fences WHERE name = $14 AND epoch = $15 FOR SHARE
), moved AS (
    INSERT INTO streams (kind, id, version, checksum, transaction)
    SELECT $1, $2, $5, $6, pg_current_xact_id()::text::bigint
    WHERE $14::text IS NULL OR EXISTS (SELECT FROM fence)
    ON CONFLICT (kind, id) DO UPDATE
    SET version = excluded.version, checksum = excluded.checksum,
        transaction = greatest(excluded.transaction, streams.transaction)
    WHERE streams.version = $3 AND streams.checksum = $4
    RETURNING transaction
)
INSERT INTO events (
    transaction, kind, id, version, checksum, event_id, type, schema_version, data, command_id,
    metadata, occurred_at
)
SELECT transaction, $1, $2, $5, $6, $7::uuid, $8, $9, $10, $11, $12, $13 FROM moved
RETURNING 1
"""

# Nothing is stored unless the fence is the newest claim and all streams are where they should be:
# `own` has no row then. Rows are locked in one order; one that somebody else is just changing is
# waited for and looked at anew. Positions are those that `appending` gives.
_APPEND = """
WITH fence AS MATERIALIZED (
    SELECT 1 FROM fences WHERE name = $17 AND epoch = $18 FOR SHARE
), given AS MATERIALIZED (
    SELECT *
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[])
        WITH ORDINALITY AS given (kind, id, expected, previous, version, checksum, place)
), held AS MATERIALIZED (
    SELECT place, kind, id, given.version, given.checksum, streams.transaction
    FROM given JOIN streams USING (kind, id)
    WHERE streams.version = expected AND streams.checksum = previous
    ORDER BY kind, id
    FOR UPDATE OF streams
), own AS MATERIALIZED (
    SELECT pg_current_xact_id()::text::bigint AS transaction
    WHERE ($17::text IS NULL OR EXISTS (SELECT FROM fence))
        AND (SELECT count(*) FROM held) = (SELECT count(*) FROM given WHERE expected > 0)
), moved AS (
    UPDATE streams
    SET version = held.version, checksum = held.checksum,
        transaction = greatest(own.transaction, held.transaction)
    FROM held, own
    WHERE streams.kind = held.kind AND streams.id = held.id
), created AS (
    INSERT INTO streams (kind, id, version, checksum, transaction)
    SELECT kind, id, version, checksum, transaction
    FROM given, own
    WHERE expected = 0
    ORDER BY kind, id
), positions AS MATERIALIZED (
    SELECT array_agg(greatest(own.transaction, ends.transaction) ORDER BY place) AS transactions
    FROM own, (
        SELECT place, transaction FROM held
        UNION ALL SELECT place, 0 FROM given WHERE expected = 0
    ) AS ends
), stored AS (
    INSERT INTO events (
        transaction, kind, id, version, checksum, event_id, type, schema_version, data,
        command_id, metadata, occurred_at
    )
    SELECT
        transactions[stream], $1[stream], $2[stream], version, checksum, event_id, type,
        schema_version, data, command_id, metadata, occurred_at
    FROM own, positions, unnest(
        $7::int[], $8::bigint[], $9::text[], $10::uuid[], $11::text[], $12::int[], $13::text[],
        $14::text[], $15::text[], $16::text[]
    ) WITH ORDINALITY AS new (
        stream, version, checksum, event_id, type, schema_version, data, command_id, metadata,
        occurred_at, place
    )
    ORDER BY place
    RETURNING 1
)
SELECT count(*) FROM stored
"""

_COLUMNS = (
    "event_id",
    "type",
    "schema_version",
    "data",
    "command_id",
    "metadata",
    "occurred_at",
)
_ENDS = """
SELECT kind, id, version, checksum
FROM unnest($1::text[], $2::text[]) AS given (kind, id) JOIN streams USING (kind, id)
"""


class KnownEnds:
    """The ends of the streams used last. They may be out of date: the append compares them."""

    def __init__(self) -> None:
        self._ends: LRUCache[StreamId, End] = LRUCache(_CACHED)

    def before(self, append: Append) -> End | None:
        """What an append goes behind, None where that is not known."""
        if append.expected_version == 0:
            return _EMPTY
        end = self._ends.get(append.stream)
        return end if end and end.version == append.expected_version else None

    def note(self, ends: Mapping[StreamId, End]) -> None:
        """Remember ends."""
        self._ends.update(ends)

    def forget(self, appends: Sequence[Append]) -> None:
        """Forget ends that may be others by now."""
        for append in appends:
            self._ends.pop(append.stream, None)


def read_ends(connection: Connection, streams: Sequence[StreamId]) -> dict[StreamId, End]:
    """The ends of those streams that exist."""
    kinds, ids = [stream.kind for stream in streams], [stream.id for stream in streams]
    rows = connection.exec_driver_sql(_ENDS, (kinds, ids))
    return {StreamId(kind, entity_id): End(*end) for kind, entity_id, *end in rows}


class Statement(NamedTuple):
    """SQL that stores appends, and the ends of their streams after it.

    It gives a true value when it has stored them all, else it has stored nothing.
    """

    sql: str
    values: Sequence[object]
    ends: Mapping[StreamId, End]


def statement(appends: Sequence[Append], before: Sequence[End], fence: Fence | None) -> Statement:
    """What stores all of `appends` behind the ends `before`."""
    places: list[int] = []
    rows: list[dict[str, object]] = []
    ends: dict[StreamId, End] = {}
    for place, (each, end) in enumerate(zip(appends, before, strict=True), 1):
        new = event_rows(each, end.checksum, transaction=0)  # only the statement knows that
        places += [place] * len(new)
        rows += new
        ends[each.stream] = End(end.version + len(new), str(new[-1]["checksum"]))
    columns: list[Sequence[object]] = [
        [each.stream.kind for each in appends],
        [each.stream.id for each in appends],
        [end.version for end in before],
        [end.checksum for end in before],
        [end.version for end in ends.values()],
        [end.checksum for end in ends.values()],
    ]
    fencing = fence or (None, None)
    if len(rows) == 1:
        event = [rows[0][name] for name in _COLUMNS]
        return Statement(_APPEND_ONE, (*(each[0] for each in columns), *event, *fencing), ends)
    events = [[row[name] for row in rows] for name in ("version", "checksum", *_COLUMNS)]
    return Statement(_APPEND, (*columns, places, *events, *fencing), ends)
