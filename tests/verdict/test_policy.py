"""The verdict's rules, one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.finding import Finding, Status
from crashworthy.core.report import NotTried, OperationReport
from crashworthy.core.verdict import Outcome
from crashworthy.core.weakness import Severity
from crashworthy.verdict.policy import decide

REACHED = (OperationReport(operation="GET /a", reached=True),)


def finding(
    status: Status = Status.PROVEN, severity: Severity = Severity.MAJOR, accepted: str | None = None
) -> Finding:
    return Finding(
        id="P1",
        weakness="lost-update",
        cwe=362,
        status=status,
        severity=severity,
        title="Two withdrawals leave one",
        accepted=accepted,
    )


def test_a_proof_of_major_severity_breaks() -> None:
    verdict = decide([finding()], REACHED, [])
    assert (verdict.outcome, verdict.exit_code) == (Outcome.BREAKS, 1)
    assert "P1" in verdict.reasons[0]


@pytest.mark.parametrize(
    "harmless",
    [
        finding(severity=Severity.MINOR),
        finding(accepted="known, mended in the next release"),
        finding(status=Status.SUSPECTED, severity=Severity.BLOCKER),
        finding(status=Status.HELD),
        finding(status=Status.OBSERVED),
    ],
)
def test_what_is_minor_accepted_or_unproven_does_not_break(harmless: Finding) -> None:
    verdict = decide([harmless], REACHED, [])
    assert (verdict.outcome, verdict.exit_code) == (Outcome.HOLDS, 0)


def test_fail_on_moves_the_line() -> None:
    assert decide([finding(severity=Severity.MINOR)], REACHED, [], fail_on=Severity.MINOR).exit_code == 1
    assert decide([finding()], REACHED, [], fail_on=Severity.BLOCKER).exit_code == 0


def test_ninety_percent_of_the_operations_must_be_reached() -> None:
    operations = [OperationReport(operation=f"GET /{n}", reached=n != 0) for n in range(10)]
    assert decide([], operations, []).outcome is Outcome.HOLDS
    assert decide([], operations[:9], []).outcome is Outcome.UNKNOWN


def test_a_service_without_operations_is_unknown() -> None:
    assert decide([], [], []).exit_code == 3


def test_what_did_not_finish_is_unknown_unless_allowed() -> None:
    unfinished = [NotTried(what="lost-update on POST /a", why="the budget was over")]
    assert decide([], REACHED, unfinished).exit_code == 3
    allowed = decide([], REACHED, unfinished, allow_unknown=True)
    assert (allowed.outcome, allowed.exit_code) == (Outcome.UNKNOWN, 0)
    assert "the budget was over" in allowed.missing[0]


def test_a_verdict_on_a_part_says_so() -> None:
    assert "only lost-update was tried" in " ".join(decide([], REACHED, [], only={"lost-update"}).reasons)
    assert "crash-on-input was left out" in " ".join(decide([], REACHED, [], skip={"crash-on-input"}).reasons)
    assert len(decide([], REACHED, []).reasons) == 1


@given(
    statuses=st.lists(st.sampled_from(Status)),
    severity=st.sampled_from(Severity),
    fail_on=st.sampled_from(Severity),
)
def test_only_proof_breaks(statuses: list[Status], severity: Severity, fail_on: Severity) -> None:
    verdict = decide([finding(status, severity) for status in statuses], REACHED, [], fail_on=fail_on)
    assert (verdict.outcome is Outcome.BREAKS) == (Status.PROVEN in statuses and severity.at_least(fail_on))
