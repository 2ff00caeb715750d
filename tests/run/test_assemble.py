"""One finding per fault, whichever operations and trials lead to it."""

from __future__ import annotations

from datetime import date

from crashworthy.constraints.model import Acceptance, Constraints
from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.location import Location
from crashworthy.core.proof import Proof
from crashworthy.core.scenario import Scenario
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.weakness import Severity
from crashworthy.run.assemble import Findings, fingerprint, mark_of

PLACE = Location(file="app.py", line=7, symbol="buy")


def history(*operations: str, weakness: str = "crash-on-input") -> History:
    return History(id="h", experiment="e", weakness=weakness, operations=operations, seed=1)


def judgement(
    status: Status = Status.PROVEN,
    location: Location | None = PLACE,
    root: str | None = "KeyError",
    severity: Severity = Severity.MINOR,
) -> Judgement:
    return Judgement(status=status, location=location, root=root, severity=severity, trials=3)


def proof() -> Proof:
    return Proof(
        id="?",
        experiment="e",
        weakness="crash-on-input",
        title="t",
        severity=Severity.MINOR,
        operations=(),
        expected="",
        seen="",
        scenario=Scenario(),
        trial=Trial(id="t", purpose="replay", scenario=Scenario()),
        replayed=2,
        replays=2,
        history="h",
    )


def add(findings: Findings, past: History, found: Judgement) -> None:
    shown = proof() if found.status is Status.PROVEN and mark_of(past, found) not in findings.proven else None
    findings.judged(past, found, shown)


def test_the_same_fault_through_two_operations_is_one_finding() -> None:
    findings = Findings(Constraints())
    add(findings, history("POST /a"), judgement())
    add(findings, history("POST /b"), judgement(severity=Severity.MAJOR))
    (made,) = findings.made
    assert made.operations == ("POST /a", "POST /b")
    assert (made.severity, made.trials, made.proof) == (Severity.MAJOR, 6, "P1")
    assert [each.id for each in findings.proofs] == ["P1"]


def test_who_meets_a_fault_of_another_operation_is_not_blamed_for_it() -> None:
    findings = Findings(Constraints())
    add(findings, history("POST /a"), judgement())
    for _ in range(2):
        add(findings, history("POST /a", "POST /b"), judgement())
    (made,) = findings.made
    assert made.operations == ("POST /a",)
    assert made.seen.count("also together with POST /b") == 1


def test_two_faults_in_one_function_are_two_findings() -> None:
    findings = Findings(Constraints())
    add(findings, history("POST /a"), judgement())
    add(findings, history("POST /a"), judgement(root="ValueError"))
    add(findings, history("POST /a"), judgement(location=Location(file="app.py", line=9, symbol="buy")))
    assert [each.id for each in findings.made] == ["P1", "P2", "P3"]
    assert len({each.fingerprint for each in findings.made}) == 3


def test_failures_without_a_place_are_one_by_their_root_or_apart_by_operation() -> None:
    findings = Findings(Constraints())
    add(findings, history("POST /a"), judgement(location=None))
    add(findings, history("POST /b"), judgement(location=None))
    add(findings, history("POST /a"), judgement(location=None, root=None))
    add(findings, history("POST /b"), judgement(location=None, root=None))
    assert [each.operations for each in findings.made] == [("POST /a", "POST /b"), ("POST /a",), ("POST /b",)]


def test_fingerprints_survive_line_moves() -> None:
    moved = PLACE.model_copy(update={"line": 70})
    assert fingerprint("w", PLACE, (), "KeyError") == fingerprint("w", moved, (), "KeyError")
    assert fingerprint("w", PLACE, (), "KeyError") != fingerprint("w", PLACE, (), "ValueError")


def suspicion(*operations: str) -> Suspicion:
    return Suspicion(
        weakness="lost-update", rule="r", location=PLACE, message="read, then written", operations=operations
    )


def test_a_suspicion_that_was_tried_is_not_told_again() -> None:
    findings = Findings(Constraints())
    add(findings, history("POST /a", weakness="lost-update"), judgement(Status.HELD, location=None, root=None))
    findings.add_untried([suspicion("POST /a")], frozenset({"POST /a"}))
    assert [each.status for each in findings.made] == [Status.HELD]


def test_a_suspicion_that_was_not_tried_is_suspected_or_unreached() -> None:
    findings = Findings(Constraints())
    findings.add_untried([suspicion("POST /a"), suspicion("POST /b"), suspicion()], frozenset({"POST /a"}))
    assert [each.status for each in findings.made] == [Status.SUSPECTED, Status.UNREACHED, Status.SUSPECTED]


def test_an_acceptance_counts_until_its_day() -> None:
    def made(until: date) -> str | None:
        acceptance = Acceptance(weakness="crash-on-input", operation="POST /a", reason="known", until=until)
        findings = Findings(Constraints(accept=(acceptance,)))
        add(findings, history("POST /a"), judgement())
        return findings.made[0].accepted

    assert made(date(2100, 1, 1)) == "known (until 2100-01-01)"
    assert made(date(2020, 1, 1)) is None
