"""A report's findings in the order in which people want them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crashworthy.core.finding import Finding, Status
from crashworthy.core.proof import Proof
from crashworthy.core.report import OperationReport, RunReport
from crashworthy.reports.legible import plural


@dataclass(frozen=True)
class Overview:
    """Findings by what is known of them, the worst first. `proven` leaves out what is accepted."""

    report: RunReport
    proven: tuple[Finding, ...]
    accepted: tuple[Finding, ...]
    suspected: tuple[Finding, ...]
    held: tuple[Finding, ...]
    unknown: tuple[Finding, ...]
    unreached: tuple[Finding, ...]
    observed: tuple[Finding, ...]

    @property
    def reached(self) -> tuple[OperationReport, ...]:
        """Operations that answered with a 2xx at least once."""
        return tuple(operation for operation in self.report.operations if operation.reached)

    @property
    def missed(self) -> tuple[OperationReport, ...]:
        """Operations that never did."""
        return tuple(operation for operation in self.report.operations if not operation.reached)

    @property
    def trials(self) -> int:
        """How many trials all experiments played."""
        return sum(finding.trials for finding in self.report.findings)

    def proof(self, finding: Finding) -> Proof | None:
        """The proof of a finding."""
        return next((proof for proof in self.report.proofs if proof.id == finding.proof), None)

    def replay(self, finding: Finding) -> str:
        """The command that plays the finding's proof again."""
        return f"crashworthy replay {self.report.run} {finding.proof}"

    @property
    def summary(self) -> tuple[str, ...]:
        """The run in a few counts, for a line of its own."""
        counts = [f"{len(self.proven)} proven"]
        named = {
            "accepted": self.accepted,
            "suspected": self.suspected,
            "held": self.held,
            "unknown": self.unknown,
            "not reached": self.unreached,
        }
        counts += [f"{len(findings)} {name}" for name, findings in named.items() if findings]
        counts.append(f"{len(self.reached)} of {plural(len(self.report.operations), 'operation')} reached")
        return tuple(counts)


def overview(report: RunReport) -> Overview:
    """Sort the findings of a report."""
    live = [finding for finding in report.findings if finding.accepted is None]

    def of(status: Status, findings: Iterable[Finding] = live) -> tuple[Finding, ...]:
        chosen = [finding for finding in findings if finding.status is status]
        return tuple(sorted(chosen, key=lambda finding: -finding.severity.rank))

    return Overview(
        report=report,
        proven=of(Status.PROVEN),
        accepted=tuple(finding for finding in report.findings if finding.accepted is not None),
        suspected=of(Status.SUSPECTED),
        held=of(Status.HELD),
        unknown=of(Status.UNKNOWN),
        unreached=of(Status.UNREACHED),
        observed=of(Status.OBSERVED),
    )
