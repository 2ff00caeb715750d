"""The rules of the verdict. Only proof breaks a build; what was not tried never looks clean."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crashworthy.core.finding import Finding, Status
from crashworthy.core.report import NotTried, OperationReport
from crashworthy.core.verdict import Outcome, Verdict
from crashworthy.core.weakness import Severity

EXIT_HOLDS = 0
EXIT_BREAKS = 1
EXIT_ERROR = 2
EXIT_UNKNOWN = 3

REACHED_SHARE = 0.9


def decide(
    findings: Sequence[Finding],
    operations: Sequence[OperationReport],
    unfinished: Sequence[NotTried],
    *,
    fail_on: Severity = Severity.MAJOR,
    allow_unknown: bool = False,
    only: Collection[str] = (),
    skip: Collection[str] = (),
) -> Verdict:
    """The verdict.

    `unfinished` names every experiment that the constraints call for and that did not finish its minimum of
    trials. A proven finding of severity `fail_on` or worse that is not accepted breaks the service. `only` and
    `skip` are the weaknesses that the user chose and left out: who holds is told what that covers.
    """
    breaking = [
        finding
        for finding in findings
        if finding.status is Status.PROVEN and finding.severity.at_least(fail_on) and finding.accepted is None
    ]
    if breaking:
        reasons = tuple(f"{finding.id} {finding.title} ({finding.severity})" for finding in breaking)
        return Verdict(outcome=Outcome.BREAKS, reasons=reasons, exit_code=EXIT_BREAKS)

    missing = [f"{item.what}: {item.why}" for item in unfinished]
    missing += [f"{finding.title}: {finding.why}" for finding in findings if finding.status is Status.UNKNOWN]
    reached = sum(operation.reached for operation in operations)
    if not operations:
        missing.append("no operation of the service is known")
    elif reached < REACHED_SHARE * len(operations):
        missing.append(
            f"{reached} of {len(operations)} operations were reached; a verdict needs {REACHED_SHARE:.0%} of them"
        )
    if missing:
        code = EXIT_HOLDS if allow_unknown else EXIT_UNKNOWN
        return Verdict(outcome=Outcome.UNKNOWN, missing=tuple(missing), exit_code=code)

    tried = sum(finding.trials for finding in findings)
    minor = sum(finding.status is Status.PROVEN for finding in findings)
    reasons = (f"{reached} of {len(operations)} operations reached, {tried} trials",)
    if only or skip:
        chosen = f"only {', '.join(sorted(only))} was tried" if only else f"{', '.join(sorted(skip))} was left out"
        reasons += (f"{chosen}: this says nothing about other weaknesses",)
    if minor:
        reasons += (f"{minor} proven, each accepted or below the severity {fail_on}",)
    return Verdict(outcome=Outcome.HOLDS, reasons=reasons, exit_code=EXIT_HOLDS)
