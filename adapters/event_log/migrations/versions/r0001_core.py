"""Streams, events, fences and snapshots."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0001"
down_revision = None

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_EVENT_ID = sa.Text().with_variant(UUID(as_uuid=False), "postgresql")
_SEQUENCE = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create the tables of the core."""
    op.create_table(
        "streams",
        sa.Column("kind", _NAME, primary_key=True),
        sa.Column("id", _NAME, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("checksum", sa.Text, nullable=False),
        sa.Column("transaction", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "events",
        sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        sa.Column("transaction", sa.BigInteger, nullable=False),
        sa.Column("kind", _NAME, nullable=False),
        sa.Column("id", _NAME, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("event_id", _EVENT_ID, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("schema_version", sa.Integer, nullable=False),
        sa.Column("data", sa.Text, nullable=False),
        sa.Column("command_id", _NAME, nullable=False),
        sa.Column("metadata", sa.Text, nullable=False),
        sa.Column("occurred_at", sa.Text, nullable=False),
        sa.Column("checksum", sa.Text, nullable=False),
        sa.UniqueConstraint("kind", "id", "version", name="events_stream_version"),
        sa.UniqueConstraint("event_id", name="events_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("events_position", "events", ["transaction", "sequence"])
    op.create_table(
        "fences",
        sa.Column("name", _NAME, primary_key=True),
        sa.Column("epoch", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "snapshots",
        sa.Column("kind", _NAME, primary_key=True),
        sa.Column("id", _NAME, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("state_schema", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("checksum", sa.Text, nullable=False),
    )
