"""The first tables, and triggers that keep them append-only."""

import sqlalchemy as sa
from alembic import op

from crashworthy.ledger.migrations.append_only import make_append_only

revision = "0001"
down_revision = None

_TABLES = ("runs", "outcomes", "findings", "experiments")


def upgrade() -> None:
    """Create the tables and the triggers."""
    op.create_table(
        "runs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("path", sa.Text, nullable=False),
        sa.Column("started_at", sa.String(32), nullable=False),
        sa.Column("commit", sa.String(64)),
        sa.Column("base", sa.String(64)),
        sa.Column("dirty", sa.Boolean, nullable=False),
        sa.Column("author", sa.String(16), nullable=False),
        sa.Column("agent", sa.Text),
        sa.Column("model", sa.Text),
        sa.Column("author_source", sa.Text, nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        sa.Column("budget_s", sa.Float, nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("constraints", sa.JSON, nullable=False),
        sa.Column("constraints_hash", sa.String(64), nullable=False),
        sa.Column("version", sa.String(32), nullable=False),
    )
    op.create_table(
        "outcomes",
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("finished_at", sa.String(32), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("duration_s", sa.Float, nullable=False),
        sa.Column("interrupted", sa.Boolean, nullable=False),
        sa.Column("operations", sa.Integer, nullable=False),
        sa.Column("reached", sa.Integer, nullable=False),
        sa.Column("trials", sa.Integer, nullable=False),
    )
    op.create_table(
        "findings",
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("finding", sa.String(32), primary_key=True),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("weakness", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("operation", sa.Text),
        sa.Column("file", sa.Text),
        sa.Column("line", sa.Integer),
        sa.Column("trials", sa.Integer, nullable=False),
        sa.Column("accepted", sa.Text),
    )
    op.create_index("ix_findings_weakness", "findings", ["weakness"])
    op.create_table(
        "experiments",
        sa.Column("run", sa.String(64), sa.ForeignKey("runs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("experiment", sa.String(64), nullable=False),
        sa.Column("weakness", sa.String(64), nullable=False),
        sa.Column("operations", sa.JSON, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("trials", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION crashworthy_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
        )
    make_append_only(_TABLES)
