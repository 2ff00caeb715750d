"""The tables of the ledger. Rows are only ever added; a trigger of the database refuses everything else."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, ForeignKey, Integer, MetaData, String, Table, Text

metadata = MetaData()

RUNS = Table(
    "runs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("service", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("started_at", String(32), nullable=False),
    Column("commit", String(64)),
    Column("base", String(64)),
    Column("dirty", Boolean, nullable=False),
    Column("author", String(16), nullable=False),
    Column("agent", Text),
    Column("model", Text),
    Column("author_source", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("budget_s", Float, nullable=False),
    Column("seed", String(32), nullable=False),
    Column("constraints", JSON, nullable=False),
    Column("constraints_hash", String(64), nullable=False),
    Column("version", String(32), nullable=False),
)

OUTCOMES = Table(
    "outcomes",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("finished_at", String(32), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("duration_s", Float, nullable=False),
    Column("interrupted", Boolean, nullable=False),
    Column("operations", Integer, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("trials", Integer, nullable=False),
)

FINDINGS = Table(
    "findings",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("finding", String(32), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("weakness", String(64), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("severity", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("operation", Text),
    Column("file", Text),
    Column("line", Integer),
    Column("trials", Integer, nullable=False),
    Column("accepted", Text),
)

EXPERIMENTS = Table(
    "experiments",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("experiment", String(64), nullable=False),
    Column("weakness", String(64), nullable=False),
    Column("operations", JSON, nullable=False),
    Column("status", String(16), nullable=False),
    Column("trials", Integer, nullable=False),
    Column("seconds", Float, nullable=False),
)

ALL = (RUNS, OUTCOMES, FINDINGS, EXPERIMENTS)
