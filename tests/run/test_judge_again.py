"""A saved run that is judged again tells what the run told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from crashworthy.constraints.model import Constraints
from crashworthy.core.finding import Finding, Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.proof import Proof
from crashworthy.core.report import RunReport, ServiceReport
from crashworthy.core.scenario import Scenario
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.core.weakness import Severity
from crashworthy.run import judge_again as module
from crashworthy.run.folder import RunFolder, write_atomically
from crashworthy.run.job import Job

WEAKNESS = "crash-on-input"
LONG, LARGE, LATE = "fails on a long name", "fails on a large number", "fails on an empty list"
NO_TIME = "seen, but the budget ended before it was replayed from a fresh state: 500"


def judgement(title: str) -> Judgement:
    return Judgement(status=Status.PROVEN, title=title, seen="500", root=title, severity=Severity.MINOR)


def proof(id_: str, title: str) -> Proof:
    return Proof(
        id=id_,
        experiment=WEAKNESS,
        weakness=WEAKNESS,
        title=title,
        severity=Severity.MINOR,
        operations=("POST /a",),
        expected="",
        seen="500",
        scenario=Scenario(),
        trial=Trial(id="t", purpose="replay", scenario=Scenario()),
        replayed=2,
        replays=2,
        history="h",
    )


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """One history with three faults that have no place; the budget ended before the third was replayed."""
    judgements = [judgement(title) for title in (LONG, LARGE, LATE)]
    experiment = SimpleNamespace(id=WEAKNESS, judgements=lambda _history: judgements)
    monkeypatch.setattr(module, "EXPERIMENTS", (experiment,))
    folder = RunFolder(tmp_path / "run")
    job = Job(run="r", folder=str(folder.path), source="/s", python=None, constraints=Constraints(), started_at="now")
    write_atomically(folder.job_file, job.model_dump_json())
    folder.save_history(History(id="h", experiment=WEAKNESS, weakness=WEAKNESS, operations=("POST /a",), seed=1))
    late = Finding(
        id="U1",
        weakness=WEAKNESS,
        cwe=None,
        status=Status.UNKNOWN,
        severity=Severity.MINOR,
        title=LATE,
        why=NO_TIME,
        history="h",
    )
    folder.save_report(
        RunReport(
            run="r",
            verdict=Outcome.UNKNOWN,
            judgement=Verdict(outcome=Outcome.UNKNOWN, exit_code=3),
            seed=1,
            budget_s=9,
            duration_s=9,
            started_at="now",
            service=ServiceReport(path="/s", name="s"),
            findings=(late,),
            proofs=(proof("P1", LONG), proof("P2", LARGE)),
        )
    )
    return folder


def test_each_fault_of_a_history_keeps_its_own_proof(saved: RunFolder) -> None:
    report = module.judge_again(saved)
    assert [(each.id, each.title) for each in report.proofs] == [("P1", LONG), ("P2", LARGE)]


def test_why_a_fault_was_not_proven_is_told_as_the_run_told_it(saved: RunFolder) -> None:
    (late,) = [each for each in module.judge_again(saved).findings if each.status is Status.UNKNOWN]
    assert (late.title, late.why) == (LATE, NO_TIME)
