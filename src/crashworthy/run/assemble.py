"""From judgements and suspicions to the findings of a report."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from crashworthy.constraints.model import Acceptance, Constraints
from crashworthy.core.finding import Finding, Judgement, Status
from crashworthy.core.history import History
from crashworthy.core.location import Location
from crashworthy.core.proof import Proof
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.weakness import Severity
from crashworthy.weaknesses.catalogue import CATALOGUE


def fingerprint(weakness: str, location: Location | None, operations: Sequence[str], root: str | None = None) -> str:
    """The same for the same fault in later runs, also when lines have moved.

    A place is known by its file and symbol; without a place, by the root, or else by the operations.
    """
    place = f"{location.file}:{location.symbol or location.line}" if location else ""
    if not place and root is None:
        place = ",".join(sorted(operations))
    return hashlib.sha256(f"{weakness}|{place}|{root or ''}".encode()).hexdigest()[:16]


_TOGETHER = "; also together with "

Mark = tuple[str, Location | None, tuple[str, ...], str | None]
"""What two judgements of one fault have in common within a run: weakness, place, operations, root."""


@dataclass
class Findings:
    """Collects findings during a run; one finding per weakness and place."""

    constraints: Constraints
    made: list[Finding] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)
    _proven: dict[Mark, Finding] = field(default_factory=dict)

    @property
    def proven(self) -> frozenset[Mark]:
        """The faults that are proven already: another judgement of one needs no proof of its own."""
        return frozenset(self._proven)

    def judged(self, history: History, judgement: Judgement, proof: Proof | None) -> Finding:
        """The finding for one judgement; a judgement of a fault that is proven joins the finding that is there."""
        weakness = CATALOGUE[judgement.weakness or history.weakness]
        operations = judgement.operations or history.operations
        mark = mark_of(history, judgement)
        known = self._proven.get(mark) if judgement.status is Status.PROVEN else None
        if known is not None:
            self._proven[mark] = self._join(known, operations, history, judgement)
            return self._proven[mark]
        finding = Finding(
            id=self._next_id(judgement.status),
            weakness=weakness.id,
            cwe=weakness.cwe,
            status=judgement.status,
            severity=judgement.severity or weakness.severity,
            title=judgement.title or weakness.title,
            operation=operations[0] if operations else None,
            operations=operations,
            location=judgement.location or history.location,
            expected=judgement.expected,
            seen=judgement.seen,
            why=judgement.why,
            trials=judgement.trials or len(history.trials),
            history=history.id,
            fingerprint=self._fingerprint(history, judgement),
            cvss=judgement.cvss,
        )
        if proof is not None:
            finding = finding.model_copy(update={"proof": finding.id})
            self.proofs.append(proof.model_copy(update={"id": finding.id}))
        finding = accept(finding, self.constraints.accept)
        self.made.append(finding)
        if finding.status is Status.PROVEN:
            self._proven[mark] = finding
        return finding

    def add_untried(self, suspicions: Iterable[Suspicion], reached: frozenset[str]) -> None:
        """A finding for each suspicion that no experiment has decided."""
        for suspicion in suspicions:
            if self._decides(suspicion):
                continue
            weakness = CATALOGUE[suspicion.weakness]
            unreached = bool(suspicion.operations) and reached.isdisjoint(suspicion.operations)
            status = Status.UNREACHED if unreached else Status.SUSPECTED
            finding = Finding(
                id=self._next_id(status),
                weakness=weakness.id,
                cwe=weakness.cwe,
                status=status,
                severity=weakness.severity,
                title=suspicion.message,
                operation=suspicion.operations[0] if suspicion.operations else None,
                operations=suspicion.operations,
                location=suspicion.location,
                why="no operation that leads here was reached" if unreached else "seen in the source only",
                rule=suspicion.rule,
                fingerprint=suspicion.fingerprint,
            )
            self.made.append(accept(finding, self.constraints.accept))

    def _decides(self, suspicion: Suspicion) -> bool:
        """Whether an experiment tried this weakness at this place, or on every operation that leads to it."""
        tried = [finding for finding in self.made if finding.weakness == suspicion.weakness and finding.rule is None]
        if any(_same_place(finding.location, suspicion.location) for finding in tried):
            return True
        operations = {name for finding in tried for name in finding.operations}
        return bool(suspicion.operations) and operations.issuperset(suspicion.operations)

    def _fingerprint(self, history: History, judgement: Judgement) -> str:
        """A fingerprint of its own: several faults of a kind in one function are numbered as they are found."""
        weakness, location, operations, root = mark_of(history, judgement)
        plain = fingerprint(weakness, location, operations, root)
        count = sum(known.fingerprint.split("-")[0] == plain for known in self.made)
        return f"{plain}-{count + 1}" if count else plain

    def _join(self, known: Finding, operations: Sequence[str], history: History, judgement: Judgement) -> Finding:
        severity = max(known.severity, judgement.severity or known.severity, key=lambda each: each.rank)
        others = tuple(name for name in operations if name not in known.operations)
        victims = others if 0 < len(others) < len(operations) else ()
        joined = known.model_copy(
            update={
                # Whoever meets the fault in company of an operation that has it is told as a victim of it.
                "operations": known.operations if victims else (*known.operations, *others),
                "seen": known.seen + "".join(f"{_TOGETHER}{name}" for name in victims if name not in known.seen),
                "severity": Severity(severity),
                "trials": known.trials + (judgement.trials or len(history.trials)),
            }
        )
        self.made[self.made.index(known)] = joined
        return joined

    def _next_id(self, status: Status) -> str:
        letter = {
            Status.PROVEN: "P",
            Status.HELD: "H",
            Status.UNKNOWN: "U",
            Status.SUSPECTED: "S",
            Status.UNREACHED: "R",
            Status.OBSERVED: "O",
        }[status]
        return f"{letter}{1 + sum(finding.id.startswith(letter) for finding in self.made)}"


def mark_of(history: History, judgement: Judgement) -> Mark:
    """The mark of a judgement's fault."""
    location = judgement.location or history.location
    operations = judgement.operations or history.operations
    told_apart = location is not None or judgement.root is not None
    return judgement.weakness or history.weakness, location, () if told_apart else operations, judgement.root


def _same_place(one: Location | None, other: Location | None) -> bool:
    if one is None or other is None or one.file != other.file:
        return False
    return one.line == other.line or (one.symbol is not None and one.symbol == other.symbol)


def accept(finding: Finding, acceptances: Sequence[Acceptance]) -> Finding:
    """The finding, marked when an acceptance that has not expired covers it."""
    today = datetime.now(UTC).date()
    for acceptance in acceptances:
        if acceptance.covers(finding) and acceptance.until >= today:
            return finding.model_copy(update={"accepted": f"{acceptance.reason} (until {acceptance.until})"})
    return finding
