"""A team's ledger on a real PostgreSQL: the same promises as on SQLite."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crashworthy.constraints.model import Constraints, Workload
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Finding, Status
from crashworthy.core.report import ExperimentReport, OperationReport, RunReport, ServiceReport
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.core.weakness import Severity
from crashworthy.lab.databases.needs import PostgresAccess
from crashworthy.lab.databases.postgresql import PostgresServer
from crashworthy.lab.databases.postgresql_binaries import find_postgresql
from crashworthy.ledger.author import Author
from crashworthy.ledger.exchange import read_json_lines, to_json_lines
from crashworthy.ledger.schema import open_database
from crashworthy.ledger.store import Ledger, open_ledger


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    try:
        find_postgresql()
    except CrashworthyError as missing:
        pytest.skip(missing.message)
    running = PostgresServer(tmp_path_factory.mktemp("pg"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def url(server: PostgresServer) -> str:
    database = f"evidence_{uuid.uuid4().hex}"
    server.ensure([PostgresAccess("team", database)])
    return f"postgresql://team:any@{server.address.host}:{server.address.port}/{database}"


def begin(ledger: Ledger, run: str, source: Path) -> None:
    stated = Constraints(workload=Workload(requests_per_s=50))
    ledger.begin(run, source, Author(kind="ai", agent="codex"), budget_s=60, seed=2**64, constraints=stated)


def report(run: str) -> RunReport:
    return RunReport(
        run=run,
        verdict=Outcome.BREAKS,
        judgement=Verdict(outcome=Outcome.BREAKS, exit_code=1),
        seed=7,
        budget_s=60,
        duration_s=12.5,
        started_at="2026-11-20T05:00:00+00:00",
        service=ServiceReport(path="/service", name="service"),
        operations=(OperationReport(operation="GET /a", reached=True),),
        findings=(
            Finding(
                id="P1",
                weakness="lost-update",
                cwe=362,
                status=Status.PROVEN,
                severity=Severity.BLOCKER,
                title="Zwei Abhebungen, eine Buchung \N{SNOWMAN}",
                operation="POST /withdraw",
            ),
        ),
        experiments=(
            ExperimentReport(
                experiment="lost-update",
                weakness="lost-update",
                operations=("POST /withdraw",),
                status="proven",
                trials=9,
                seconds=1.5,
            ),
        ),
    )


def test_a_run_is_begun_finished_and_read_back(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url)
    begin(ledger, "r1", tmp_path)
    assert ledger.run("r1")["verdict"] is None
    ledger.finish(report("r1"))
    row = ledger.run("r1")
    assert (row["verdict"], row["author"], row["agent"], row["seed"]) == ("BREAKS", "ai", "codex", str(2**64))
    assert row["constraints"] == {"workload": {"requests_per_s": 50}}
    assert ledger.findings("r1")[0]["title"].endswith("\N{SNOWMAN}")
    assert ledger.experiments("r1")[0]["operations"] == ["POST /withdraw"]


@pytest.mark.parametrize("table", ["runs", "outcomes", "findings", "experiments"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {} = {}", "TRUNCATE {} CASCADE"])
def test_the_database_itself_refuses_to_change_a_row(url: str, tmp_path: Path, table: str, statement: str) -> None:
    ledger = open_ledger(url)
    begin(ledger, "r1", tmp_path)
    ledger.finish(report("r1"))
    key = "id" if table == "runs" else "run"
    engine = open_database(url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement.format(table, key, key)))
    engine.dispose()
    assert ledger.run("r1")["verdict"] == "BREAKS"


def test_a_report_is_written_whole_or_not_at_all(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url)
    begin(ledger, "r1", tmp_path)
    twice = report("r1").model_copy(update={"findings": report("r1").findings * 2})
    with pytest.raises(CrashworthyError, match="could not be written"):
        ledger.finish(twice)
    assert ledger.run("r1")["verdict"] is None
    assert ledger.findings("r1") == []


def test_evidence_moves_from_sqlite_to_the_team_and_arrives_once(url: str, tmp_path: Path) -> None:
    local = open_ledger(f"sqlite:///{tmp_path / 'local.db'}")
    begin(local, "r1", tmp_path)
    local.finish(report("r1"))
    file = tmp_path / "evidence.jsonl"
    file.write_text("".join(f"{line}\n" for line in to_json_lines(local)))
    team = open_ledger(url)
    assert team.merge(read_json_lines(file)) == 4
    assert team.merge(read_json_lines(file)) == 0
    assert team.export() == local.export()


def test_several_machines_open_a_new_ledger_at_once(url: str, tmp_path: Path) -> None:
    def run(number: int) -> None:
        begin(open_ledger(url), f"r{number}", tmp_path)

    with ThreadPoolExecutor(4) as machines:
        list(machines.map(run, range(4)))
    assert {row["id"] for row in open_ledger(url).runs()} == {"r0", "r1", "r2", "r3"}
