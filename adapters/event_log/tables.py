"""The tables of the event log, the same in both databases."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import UUID

METADATA = MetaData()

# Compared byte by byte, whatever the database's language is.
NAME = Text().with_variant(Text(collation="C"), "postgresql")
EVENT_ID = Text().with_variant(UUID(as_uuid=False), "postgresql")
SEQUENCE = BigInteger().with_variant(Integer, "sqlite")

STREAMS = Table(
    "streams",
    METADATA,
    Column("kind", NAME, primary_key=True),
    Column("id", NAME, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("transaction", BigInteger, nullable=False),
)
"""The end of each stream. Whoever changes a stream holds the lock of its row here."""

EVENTS = Table(
    "events",
    METADATA,
    Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
    Column("transaction", BigInteger, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("id", NAME, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("event_id", EVENT_ID, nullable=False),
    Column("type", Text, nullable=False),
    Column("schema_version", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("command_id", NAME, nullable=False),
    Column("metadata", Text, nullable=False),
    Column("occurred_at", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    UniqueConstraint("kind", "id", "version", name="events_stream_version"),
    UniqueConstraint("event_id", name="events_event_id"),
    Index("events_command", "kind", "id", "command_id"),
    Index("events_position", "transaction", "sequence"),
    sqlite_autoincrement=True,
)
"""`metadata` is JSON text, of which `command_id` is a copy to search by; times are ISO 8601."""

FENCES = Table(
    "fences",
    METADATA,
    Column("name", NAME, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("kind", NAME, primary_key=True),
    Column("id", NAME, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("state_schema", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("checksum", Text, nullable=False),
)

CONSUMERS = Table(
    "consumers",
    METADATA,
    Column("name", NAME, primary_key=True),
    Column("transaction", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
)

DEAD_LETTERS = Table(
    "dead_letters",
    METADATA,
    Column("consumer", NAME, primary_key=True),
    Column("event_id", EVENT_ID, primary_key=True),
    Column("transaction", BigInteger, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, nullable=False),
    Column("died_at", Text, nullable=False),
    Column("replay", Boolean, nullable=False),
    Index("dead_letters_position", "transaction", "sequence"),
)
"""With a copy of the event's position, which is their order."""

ATTEMPTS = Table(
    "attempts",
    METADATA,
    Column("consumer", NAME, primary_key=True),
    Column("event_id", EVENT_ID, primary_key=True),
    Column("attempts", Integer, nullable=False),
)
