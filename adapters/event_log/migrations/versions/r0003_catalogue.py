"""The catalogue: one row a book, made from the events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_NAME = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the catalogue's table."""
    op.create_table(
        "catalogue",
        sa.Column("book_id", _NAME, primary_key=True),
        sa.Column("created", sa.BigInteger, nullable=False),
        sa.Column("stage", _NAME, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("title", sa.Text),
        sa.Column("pages", sa.Integer),
        sa.Column("pages_done", sa.Integer, nullable=False),
        sa.Column("dead_pages", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
    )
    op.create_index("catalogue_created", "catalogue", ["created"], unique=True)
    op.create_index("catalogue_stage", "catalogue", ["stage", "created"])
