"""The ledger keeps every run, loses nothing, and changes nothing."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from crashworthy.constraints.model import Constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Finding, Status
from crashworthy.core.location import Location
from crashworthy.core.report import ExperimentReport, OperationReport, RunReport, ServiceReport
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.core.weakness import Severity
from crashworthy.ledger import schema
from crashworthy.ledger.author import Author
from crashworthy.ledger.exchange import read_json_lines, to_csv, to_json_lines
from crashworthy.ledger.schema import open_database
from crashworthy.ledger.store import Ledger, open_ledger


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'deep' / 'ledger.db'}"


def report(run: str, verdict: Outcome = Outcome.BREAKS, title: str = "Two withdrawals leave one") -> RunReport:
    return RunReport(
        run=run,
        verdict=verdict,
        judgement=Verdict(outcome=verdict, exit_code=1),
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
                title=title,
                operation="POST /withdraw",
                location=Location(file="app.py", line=3),
                trials=9,
                fingerprint="abc",
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


def begin(ledger: Ledger, run: str, source: Path) -> None:
    ledger.begin(run, source, Author(kind="ai", agent="codex"), budget_s=60, seed=2**63, constraints=Constraints())


def test_a_run_is_kept_with_what_it_found(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url)
    begin(ledger, "r1", tmp_path)
    ledger.finish(report("r1"))
    (row,) = open_ledger(url).runs()
    assert (row["verdict"], row["author"], row["agent"], row["round"]) == ("BREAKS", "ai", "codex", 1)
    assert row["seed"] == str(2**63)
    (finding,) = ledger.findings("r1")
    assert (finding["weakness"], finding["file"], finding["trials"]) == ("lost-update", "app.py", 9)
    (experiment,) = ledger.experiments("r1")
    assert experiment["operations"] == ["POST /withdraw"]


def test_rounds_count_from_the_last_run_that_held(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url)
    for number, verdict in enumerate([Outcome.BREAKS, Outcome.BREAKS, Outcome.HOLDS, Outcome.UNKNOWN]):
        begin(ledger, f"r{number}", tmp_path)
        ledger.finish(report(f"r{number}", verdict))
    begin(ledger, "other", tmp_path / "elsewhere")
    rounds = {row["id"]: row["round"] for row in ledger.runs()}
    assert rounds == {"r0": 1, "r1": 2, "r2": 3, "r3": 1, "other": 1}


@pytest.mark.parametrize("statement", ["UPDATE runs SET author = 'human'", "DELETE FROM runs"])
def test_nothing_is_changed_or_deleted(url: str, tmp_path: Path, statement: str) -> None:
    ledger = open_ledger(url)
    begin(ledger, "r1", tmp_path)
    with pytest.raises(DBAPIError, match="append-only"), open_database(url).begin() as connection:
        connection.execute(text(statement))
    assert ledger.runs()[0]["author"] == "ai"


def test_a_run_killed_in_the_middle_is_kept_as_interrupted(url: str, tmp_path: Path) -> None:
    code = textwrap.dedent(
        f"""
        import os, signal
        from pathlib import Path
        from crashworthy.constraints.model import Constraints
        from crashworthy.ledger.author import Author
        from crashworthy.ledger.store import open_ledger
        ledger = open_ledger({url!r})
        ledger.begin("r1", Path({str(tmp_path)!r}), Author(), budget_s=1, seed=1, constraints=Constraints())
        with ledger._engine.begin() as connection:
            connection.exec_driver_sql("INSERT INTO outcomes VALUES ('r1', '', 'HOLDS', 1, 0, 1, 1, 1)")
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -signal.SIGKILL
    (row,) = open_ledger(url).runs()
    assert (row["id"], row["verdict"]) == ("r1", None)


def test_two_processes_may_open_a_new_ledger_together(url: str, tmp_path: Path) -> None:
    code = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from crashworthy.constraints.model import Constraints
        from crashworthy.ledger.author import Author
        from crashworthy.ledger.store import open_ledger
        ledger = open_ledger({url!r})
        for number in range(20):
            ledger.begin(f"{{sys.argv[1]}}-{{number}}", Path({str(tmp_path)!r}), Author(), budget_s=1, seed=1,
                         constraints=Constraints())
        """
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("one", "two")]
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(open_ledger(url).runs()) == 40


def test_export_and_merge_carry_everything_and_add_nothing_twice(url: str, tmp_path: Path) -> None:
    source = open_ledger(url)
    begin(source, "r1", tmp_path)
    source.finish(report("r1"))
    file = tmp_path / "evidence.jsonl"
    file.write_text("\n".join(to_json_lines(source)))
    target = open_ledger(f"sqlite:///{tmp_path / 'team.db'}")
    begin(target, "r0", tmp_path)
    assert target.merge(read_json_lines(file)) == 4
    assert target.merge(read_json_lines(file)) == 0
    assert {row["id"] for row in target.runs()} == {"r0", "r1"}
    assert target.findings("r1") == source.findings("r1")


def test_a_broken_export_names_the_line(tmp_path: Path) -> None:
    file = tmp_path / "evidence.jsonl"
    file.write_text('{"crashworthy_ledger": 1}\n{"table": "runs", "row": {}}\n')
    with pytest.raises(CrashworthyError, match=r"evidence\.jsonl:2"):
        read_json_lines(file)


def test_csv_runs_no_formulas(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url)
    begin(ledger, "r1", tmp_path)
    ledger.finish(report("r1", title="=cmd|' /C calc'!A0"))
    assert "'=cmd" in to_csv(ledger)


def test_the_named_head_is_the_newest_migration() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    assert scripts.get_current_head() == schema.HEAD


def test_a_ledger_of_a_newer_version_is_refused_with_a_message(url: str) -> None:
    with open_database(url).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(CrashworthyError, match="newer crashworthy"):
        open_ledger(url)


@pytest.mark.parametrize("bad", ["nonsense", "mysql://u@h/d", "sqlite:////proc/no/such/ledger.db"])
def test_a_bad_url_is_an_error_with_a_remedy(bad: str) -> None:
    with pytest.raises(CrashworthyError) as caught:
        open_ledger(bad)
    assert caught.value.remedy


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    file.write_text("not a database, but long enough to look at: " + "x" * 4096)
    with pytest.raises(CrashworthyError, match="cannot be opened"):
        open_ledger(f"sqlite:///{file}")


def test_a_run_is_found_by_its_beginning_or_as_the_last(url: str, tmp_path: Path) -> None:
    ledger = open_ledger(url)
    for run in ("r1", "r2"):
        begin(ledger, run, tmp_path)
    assert ledger.run("last")["id"] == "r2"
    assert ledger.run("r1")["id"] == "r1"
    with pytest.raises(CrashworthyError, match="several runs"):
        ledger.run("r")
