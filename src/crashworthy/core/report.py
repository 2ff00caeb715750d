"""RunReport: everything one run has to say. Reports render it; `crashworthy schema report` exports it."""

from __future__ import annotations

from crashworthy.core.finding import Finding
from crashworthy.core.location import Location
from crashworthy.core.proof import Proof
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.value import Value
from crashworthy.core.verdict import Outcome, Verdict

VERSION = "1.0"


class OperationReport(Value):
    """One operation: `operation` is "METHOD /path"; `why` says why it was not reached."""

    operation: str
    reached: bool
    actors: tuple[str, ...] = ()
    requests: int = 0
    why: str | None = None
    handler: Location | None = None


class NotTried(Value):
    """Something that was not read, reached or tried, and why."""

    what: str
    why: str


class ExperimentReport(Value):
    """How one experiment went on one candidate. `lane` is the copy of the service that it ran on, from 1."""

    experiment: str
    weakness: str
    operations: tuple[str, ...]
    status: str
    trials: int
    seconds: float
    history: str | None = None
    lane: int = 1


class ServiceReport(Value):
    """How the service was started: what was found, replaced, generated and overridden."""

    path: str
    name: str
    framework: str | None = None
    command: str | None = None
    python: str | None = None
    start_s: float | None = None
    forked: bool = False
    contained: bool = False
    notes: tuple[str, ...] = ()


class RunReport(Value):
    """The whole report. `verdict` is the outcome's word; `judgement` holds its reasons."""

    version: str = VERSION
    run: str
    verdict: Outcome
    judgement: Verdict
    seed: int
    budget_s: float
    duration_s: float
    started_at: str
    interrupted: bool = False
    service: ServiceReport
    operations: tuple[OperationReport, ...] = ()
    findings: tuple[Finding, ...] = ()
    proofs: tuple[Proof, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    experiments: tuple[ExperimentReport, ...] = ()
    not_tried: tuple[NotTried, ...] = ()
    notes: tuple[str, ...] = ()
