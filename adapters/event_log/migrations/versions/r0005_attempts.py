"""How often consumers have begun with events that they have not ended."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0005"
down_revision = "0004"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
_EVENT_ID = sa.Text().with_variant(UUID(as_uuid=False), "postgresql")


def upgrade() -> None:
    """Create the table of attempts."""
    op.create_table(
        "attempts",
        sa.Column("consumer", _NAME, primary_key=True),
        sa.Column("event_id", _EVENT_ID, primary_key=True),
        sa.Column("attempts", sa.Integer, nullable=False),
    )
