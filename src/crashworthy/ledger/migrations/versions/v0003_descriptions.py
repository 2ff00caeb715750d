"""Job descriptions, each version with what it rested on."""

import sqlalchemy as sa
from alembic import op

from crashworthy.ledger.migrations.append_only import make_append_only

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        "descriptions",
        sa.Column("role", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
    make_append_only(("descriptions",))
