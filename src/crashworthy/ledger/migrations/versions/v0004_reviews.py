"""How long people reviewed a change."""

import sqlalchemy as sa
from alembic import op

from crashworthy.ledger.migrations.append_only import make_append_only

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the table and its triggers."""
    op.create_table(
        "reviews",
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("saying", sa.Integer, primary_key=True),
        sa.Column("minutes", sa.Float, nullable=False),
        sa.Column("by_hand_minutes", sa.Float),
        sa.Column("at", sa.String(32), nullable=False),
    )
    make_append_only(("reviews",))
