"""The ledger itself: a row when a run begins, rows when it ends. A run without an outcome was interrupted."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from crashworthy import __version__
from crashworthy.constraints.model import Constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.report import RunReport
from crashworthy.ledger.author import Author, change_of
from crashworthy.ledger.incidents import Incident
from crashworthy.ledger.schema import default_url, open_database
from crashworthy.ledger.tables import (
    ALL,
    DESCRIPTIONS,
    EXPERIMENTS,
    FINDINGS,
    INCIDENTS,
    OUTCOMES,
    REVIEWS,
    RUNS,
    TASKS,
)

Row = dict[str, Any]
SaidBy = Literal["change", "hand"]


def open_ledger(url: str | None = None) -> Ledger:
    """The ledger at `url`, or the default one; made and migrated as needed."""
    return Ledger(open_database(url or default_url()))


class Ledger:
    """Append-only evidence of runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(
        self, run: str, source: Path, author: Author, *, budget_s: float, seed: int, constraints: Constraints
    ) -> None:
        """Record that a run began."""
        change = change_of(source)
        service = service_key(source, change.repository)
        content = constraints.model_dump(mode="json", exclude_defaults=True)
        rounds = self._rounds_since_held(service)
        canonical = constraints.model_dump_json(exclude_defaults=True)
        with self._engine.begin() as connection:
            connection.execute(
                RUNS.insert(),
                {
                    "id": run,
                    "service": service,
                    "path": str(source),
                    "started_at": _now(),
                    "commit": change.commit,
                    "base": change.base,
                    "dirty": change.dirty,
                    "author": author.kind,
                    "agent": author.agent,
                    "model": author.model,
                    "author_source": author.source,
                    "round": rounds + 1,
                    "budget_s": budget_s,
                    "seed": str(seed),
                    "constraints": content,
                    "constraints_hash": hashlib.sha256(canonical.encode()).hexdigest(),
                    "version": __version__,
                },
            )

    def finish(self, report: RunReport) -> None:
        """Record what a run found; all of it or nothing."""
        findings = [
            {
                "run": report.run,
                "finding": finding.id,
                "fingerprint": finding.fingerprint,
                "weakness": finding.weakness,
                "status": finding.status.value,
                "severity": finding.severity.value,
                "title": finding.title,
                "operation": finding.operation,
                "file": finding.location.file if finding.location else None,
                "line": finding.location.line if finding.location else None,
                "trials": finding.trials,
                "accepted": finding.accepted,
            }
            for finding in report.findings
        ]
        experiments = [
            {"run": report.run, "number": number, **experiment.model_dump(mode="json", exclude={"history"})}
            for number, experiment in enumerate(report.experiments)
        ]
        outcome = {
            "run": report.run,
            "finished_at": _now(),
            "verdict": report.verdict.value,
            "duration_s": report.duration_s,
            "interrupted": report.interrupted,
            "operations": len(report.operations),
            "reached": sum(operation.reached for operation in report.operations),
            "trials": sum(experiment.trials for experiment in report.experiments),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(OUTCOMES.insert(), outcome)
                if findings:
                    connection.execute(FINDINGS.insert(), findings)
                if experiments:
                    connection.execute(EXPERIMENTS.insert(), experiments)
        except SQLAlchemyError as problem:
            raise CrashworthyError(
                f"the run's evidence could not be written to the ledger: {getattr(problem, 'orig', problem)}",
                remedy=f"The report is kept; `crashworthy show {report.run}` prints it.",
            ) from None

    def runs(self, *, limit: int | None = None) -> list[Row]:
        """Runs with their outcome (None values when interrupted), the latest first."""
        query = (
            select(RUNS, *[column for column in OUTCOMES.c if column.name != "run"])
            .join_from(RUNS, OUTCOMES, isouter=True)
            .order_by(RUNS.c.started_at.desc(), RUNS.c.id.desc())
        )
        return self._rows(query.limit(limit) if limit is not None else query)

    def run(self, name: str) -> Row:
        """The run whose id is, or begins with, `name`; "last" is the one that began last."""
        matching = self.runs(limit=1) if name == "last" else [r for r in self.runs() if r["id"].startswith(name)]
        if len(matching) != 1:
            problem = "several runs begin" if matching else "no run begins"
            raise CrashworthyError(f"{problem} with {name!r} in this ledger", remedy="See `crashworthy ledger list`.")
        return matching[0]

    def findings(self, run: str | None = None) -> list[Row]:
        """Findings of one run, or of all."""
        query = select(FINDINGS).order_by(FINDINGS.c.run, FINDINGS.c.finding)
        return self._rows(query if run is None else query.where(FINDINGS.c.run == run))

    def experiments(self, run: str | None = None) -> list[Row]:
        """What was tried in one run, or in all."""
        query = select(EXPERIMENTS).order_by(EXPERIMENTS.c.run, EXPERIMENTS.c.number)
        return self._rows(query if run is None else query.where(EXPERIMENTS.c.run == run))

    def classify(self, run: str, weights: Mapping[str, float], *, said_by: SaidBy, why: str) -> None:
        """Say which tasks a run's change belongs to, and how far (0 to 1). What is said later counts instead."""
        with self._engine.begin() as connection:
            last = connection.execute(select(func.max(TASKS.c.saying)).where(TASKS.c.run == run)).scalar()
            said = {"run": run, "saying": 0 if last is None else last + 1, "said_by": said_by, "why": why, "at": _now()}
            rows = [{**said, "task": task, "weight": weight} for task, weight in weights.items()]
            if rows:
                connection.execute(TASKS.insert(), rows)

    def tasks(self) -> dict[str, dict[str, float]]:
        """By run the tasks of its change with their weights: the last that was said, by hand if anybody did."""
        said: dict[str, list[Row]] = {}
        for row in self._rows(select(TASKS).order_by(TASKS.c.run, TASKS.c.saying)):
            said.setdefault(row["run"], []).append(row)
        return {run: _last_said(rows) for run, rows in said.items()}

    def reviewed(self, run: str, minutes: float, by_hand_minutes: float | None = None) -> None:
        """Say how long people reviewed a run's change, and what the work would have taken them by hand. What is said
        later counts instead.
        """
        with self._engine.begin() as connection:
            last = connection.execute(select(func.max(REVIEWS.c.saying)).where(REVIEWS.c.run == run)).scalar()
            row = {"run": run, "saying": 0 if last is None else last + 1, "at": _now()}
            connection.execute(REVIEWS.insert(), row | {"minutes": minutes, "by_hand_minutes": by_hand_minutes})

    def reviews(self) -> dict[str, Row]:
        """By run the last that was said of its review."""
        return {row["run"]: row for row in self._rows(select(REVIEWS).order_by(REVIEWS.c.run, REVIEWS.c.saying))}

    def escaped(self, incident: Incident) -> str | None:
        """Record an incident with the run that let it through; that run's id, or None when none can be told.

        That is the run it names, else the last one of its commit, else the last one of its service before it.
        CrashworthyError when it is recorded already with another run.
        """
        found = self._let_through(incident)
        if found is None:
            return None
        run, matched_by = found
        row: Row = {"id": incident.id, "run": run, "at": incident.at.isoformat(), "title": incident.title}
        row |= {"weakness": incident.weakness, "task": incident.task, "matched_by": matched_by, "imported_at": _now()}
        with self._engine.begin() as connection:
            known = connection.execute(select(INCIDENTS.c.run).where(INCIDENTS.c.id == incident.id)).scalar()
            if known is None:
                connection.execute(INCIDENTS.insert(), row)
        if known not in (None, run):
            raise CrashworthyError(f"incident {incident.id} is in the ledger already, with run {known}")
        return run

    def incidents(self) -> list[Row]:
        """All incidents, the earliest first."""
        return self._rows(select(INCIDENTS).order_by(INCIDENTS.c.at, INCIDENTS.c.id))

    def describe(self, role: str, content: Mapping[str, Any]) -> int:
        """Keep a job description as the role's next version; that version's number."""
        with self._engine.begin() as connection:
            last = connection.execute(
                select(func.max(DESCRIPTIONS.c.version)).where(DESCRIPTIONS.c.role == role)
            ).scalar()
            version = 1 if last is None else int(last) + 1
            row = {"role": role, "version": version, "at": _now(), "content": dict(content)}
            connection.execute(DESCRIPTIONS.insert(), row)
        return version

    def descriptions(self, role: str) -> list[Row]:
        """The role's job descriptions, the earliest first."""
        return self._rows(select(DESCRIPTIONS).where(DESCRIPTIONS.c.role == role).order_by(DESCRIPTIONS.c.version))

    def _let_through(self, incident: Incident) -> tuple[str, str] | None:
        runs = self.runs()
        if incident.run:
            return next(((r["id"], "the run it names") for r in runs if r["id"].startswith(incident.run)), None)
        if incident.commit:
            commit = incident.commit
            return next(((r["id"], "its commit") for r in runs if (r["commit"] or "-").startswith(commit)), None)
        if not incident.service:
            return None
        before = (r for r in runs if datetime.fromisoformat(r["started_at"]) <= incident.at)
        named = incident.service.lower()
        return next(((r["id"], "its service and time") for r in before if named in _service_names(r)), None)

    def export(self) -> list[tuple[str, Row]]:
        """Every row with its table's name, in an order in which `merge` can take them."""
        return [(table.name, row) for table in ALL for row in self._rows(select(table).order_by(*table.primary_key))]

    def merge(self, rows: Sequence[tuple[str, Row]]) -> int:
        """Add rows that are not there yet; the number added. Merging twice adds nothing."""
        tables = {table.name: table for table in ALL}
        added = 0
        with self._engine.begin() as connection:
            for name, row in rows:
                table = tables[name]
                same = [column == row[column.name] for column in table.primary_key]
                if connection.execute(select(func.count()).select_from(table).where(*same)).scalar_one() == 0:
                    connection.execute(table.insert(), row)
                    added += 1
        return added

    def _rounds_since_held(self, service: str) -> int:
        """How many runs of this service came after the last one that held."""
        count = 0
        for row in self.runs():
            if row["service"] == service:
                if row["verdict"] == "HOLDS":
                    break
                count += 1
        return count

    def _rows(self, query: Any) -> list[Row]:
        with self._engine.begin() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def service_key(source: Path, repository: str | None) -> str:
    """What names the same service on other machines: its repository and folder, else its path."""
    if repository is None:
        return str(source)
    root = next((each for each in (source, *source.parents) if (each / ".git").exists()), source)
    return f"{repository}#{source.relative_to(root).as_posix()}"


def _service_names(run: Row) -> set[str]:
    """What people call the service of a run, in lower case."""
    folder = Path(run["path"]).name
    repository, _, inside = run["service"].partition("#")
    name = repository.rstrip("/").removesuffix(".git").rpartition("/")[2]
    return {each.lower() for each in (run["service"], folder, name, f"{name}/{inside}")}


def _last_said(rows: Sequence[Row]) -> dict[str, float]:
    by_hand = [row for row in rows if row["said_by"] == "hand"]
    chosen = by_hand or list(rows)
    return {row["task"]: row["weight"] for row in chosen if row["saying"] == chosen[-1]["saying"]}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
