"""A log that was restored from a dump into another PostgreSQL server.

Positions begin with the number of the writing transaction, and another server counts from its own
beginning: it would take the old events for those of transactions to come, and not show them.
"""

from sqlalchemy import Connection, text

# Both are done within one transaction, which waits for and keeps out everybody else.
_LOCK = text("LOCK TABLE events, streams, consumers, dead_letters IN ACCESS EXCLUSIVE MODE")
_RENUMBER = [
    text(statement)
    for statement in (
        """
        UPDATE consumers SET transaction = 0, sequence = (
            SELECT count(*) FROM events
            WHERE (events.transaction, events.sequence)
                <= (consumers.transaction, consumers.sequence)
        )
        """,
        # By way of negative numbers: no two events may have the same one in between.
        """
        UPDATE events SET transaction = 0, sequence = -place
        FROM (
            SELECT event_id, row_number() OVER (ORDER BY transaction, sequence) AS place
            FROM events
        ) AS ordered
        WHERE events.event_id = ordered.event_id
        """,
        "UPDATE events SET sequence = -sequence",
        """
        UPDATE dead_letters SET transaction = 0, sequence = events.sequence
        FROM events WHERE events.event_id = dead_letters.event_id
        """,
        "UPDATE streams SET transaction = 0",
        """
        SELECT setval(
            pg_get_serial_sequence('events', 'sequence'), (SELECT max(sequence) FROM events)
        )
        """,
    )
]
_FROM_THE_FUTURE = text(
    """
    SELECT EXISTS (
        SELECT FROM events
        WHERE transaction >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    )
    """
)


def is_restored(connection: Connection) -> bool:
    """Whether there are events of transactions that this server has not seen."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.execute(_FROM_THE_FUTURE).scalar_one())


def renumber(connection: Connection) -> None:
    """Give all events, and what refers to them, new positions in the same order."""
    connection.execute(_LOCK)
    for statement in _RENUMBER:
        connection.execute(statement)
