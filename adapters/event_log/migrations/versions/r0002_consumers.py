"""Consumers' checkpoints and dead letters; events are found by their command."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0002"
down_revision = "0001"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_EVENT_ID = sa.Text().with_variant(UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    """Create the consumers' tables and the index by command."""
    op.create_index("events_command", "events", ["kind", "id", "command_id"])
    op.create_table(
        "consumers",
        sa.Column("name", _NAME, primary_key=True),
        sa.Column("transaction", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "dead_letters",
        sa.Column("consumer", _NAME, primary_key=True),
        sa.Column("event_id", _EVENT_ID, primary_key=True),
        sa.Column("transaction", sa.BigInteger, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("died_at", sa.Text, nullable=False),
        sa.Column("replay", sa.Boolean, nullable=False),
    )
    op.create_index("dead_letters_position", "dead_letters", ["transaction", "sequence"])
