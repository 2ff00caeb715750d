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

TASKS = Table(
    "tasks",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("saying", Integer, primary_key=True),
    Column("task", String(64), primary_key=True),
    Column("weight", Float, nullable=False),
    Column("said_by", String(16), nullable=False),
    Column("why", Text, nullable=False),
    Column("at", String(32), nullable=False),
)
"""Which tasks a run's change belongs to, and how far. The last saying counts; one by "hand" before any by "change"."""

INCIDENTS = Table(
    "incidents",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("run", String(64), ForeignKey("runs.id"), nullable=False),
    Column("at", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("weakness", String(64)),
    Column("task", String(64)),
    Column("matched_by", Text, nullable=False),
    Column("imported_at", String(32), nullable=False),
)
"""Defects that escaped, each with the run that let it through."""

REVIEWS = Table(
    "reviews",
    metadata,
    Column("run", String(64), ForeignKey("runs.id"), primary_key=True),
    Column("saying", Integer, primary_key=True),
    Column("minutes", Float, nullable=False),
    Column("by_hand_minutes", Float),
    Column("at", String(32), nullable=False),
)
"""How long people reviewed a run's change, and what the work would have taken them by hand. The last saying counts."""

DESCRIPTIONS = Table(
    "descriptions",
    metadata,
    Column("role", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("content", JSON, nullable=False),
)
"""Job descriptions, by role, with what each version rested on. Versions count from 1."""

ALL = (RUNS, OUTCOMES, FINDINGS, EXPERIMENTS, TASKS, INCIDENTS, DESCRIPTIONS, REVIEWS)
