"""Ledgers with a known history, for the tests of roles."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine

from crashworthy.ledger.store import Ledger, open_ledger
from crashworthy.ledger.tables import EXPERIMENTS, FINDINGS, OUTCOMES, RUNS
from crashworthy.weaknesses.catalogue import CATALOGUE

WEAKNESSES = tuple(CATALOGUE)


class History:
    """Writes runs one after another, an hour apart."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'ledger.db'}"
        self.ledger: Ledger = open_ledger(self.url)
        self._engine = create_engine(self.url)
        self._count = 0

    def run(
        self,
        commit: str | None = "c1",
        *,
        author: str = "ai",
        service: str = "shop",
        broke: str | None = None,
        severity: str = "blocker",
        tried: tuple[str, ...] = WEAKNESSES,
        finished: bool = True,
        days_ago: int = 0,
        budget_s: float = 120.0,
    ) -> str:
        """One run that tried these weaknesses; `broke` is the one that it proved. Returns the run's id."""
        self._count += 1
        run = f"run-{self._count:03d}"
        at = (datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=self._count, days=-days_ago)).isoformat()
        begun = {
            "id": run,
            "service": service,
            "path": f"/{service}",
            "started_at": at,
            "commit": commit,
            "base": None,
            "dirty": False,
            "author": author,
            "agent": None,
            "model": None,
            "author_source": "flags",
            "round": 1,
            "budget_s": budget_s,
            "seed": "1",
            "constraints": {},
            "constraints_hash": "",
            "version": "0",
        }
        verdict = "BREAKS" if broke else "HOLDS"
        ended = {"run": run, "finished_at": at, "verdict": verdict, "duration_s": 1.0, "interrupted": False}
        ended |= {"operations": 1, "reached": 1, "trials": 20}
        proof = {"run": run, "finding": "P1", "fingerprint": "", "weakness": broke, "status": "proven"}
        proof |= {"severity": severity, "title": "Two orders take the last item", "trials": 20}
        with self._engine.begin() as connection:
            connection.execute(RUNS.insert(), begun)
            if finished:
                connection.execute(OUTCOMES.insert(), ended)
                for number, weakness in enumerate(tried):
                    status = "proven" if weakness == broke else "held"
                    experiment = {"run": run, "number": number, "experiment": weakness, "weakness": weakness}
                    experiment |= {"operations": [], "status": status, "trials": 20, "seconds": 1.0}
                    connection.execute(EXPERIMENTS.insert(), experiment)
                if broke:
                    connection.execute(FINDINGS.insert(), proof)
        return run
