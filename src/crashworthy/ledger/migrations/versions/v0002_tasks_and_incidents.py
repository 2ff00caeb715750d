"""What tasks a change belongs to, and incidents: defects that escaped into production."""

import sqlalchemy as sa
from alembic import op

from crashworthy.ledger.migrations.append_only import make_append_only

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Create the tables and the triggers."""
    op.create_table(
        "tasks",
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("saying", sa.Integer, primary_key=True),
        sa.Column("task", sa.String(64), primary_key=True),
        sa.Column("weight", sa.Float, nullable=False),
        sa.Column("said_by", sa.String(16), nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
    )
    op.create_table(
        "incidents",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.id"), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("weakness", sa.String(64)),
        sa.Column("task", sa.String(64)),
        sa.Column("matched_by", sa.Text, nullable=False),
        sa.Column("imported_at", sa.String(32), nullable=False),
    )
    make_append_only(("tasks", "incidents"))
