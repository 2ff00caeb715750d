"""Finding: a weakness, a place and a status."""

from __future__ import annotations

from enum import StrEnum

from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Value
from crashworthy.core.weakness import Severity


class Status(StrEnum):
    """What is known of a finding."""

    PROVEN = "proven"
    SUSPECTED = "suspected"
    HELD = "held"
    UNKNOWN = "unknown"
    UNREACHED = "unreached"
    OBSERVED = "observed"


class Judgement(Value):
    """What an experiment's judge says of a history.

    `status` is PROVEN, HELD, UNKNOWN, OBSERVED or SUSPECTED: made to happen, but promised by nobody; `why` then names
    the line of crashworthy.toml that would be the promise. When PROVEN: `trial` is the id of the trial that shows it,
    `scenario` the scenario to replay, and `expected` and `seen` say in one line each what should have been and
    what was. `why` explains the others. `weakness` and `operations` are given where they differ from the
    history's: an experiment may make another of its weaknesses happen, or through fewer operations. `root` tells
    faults at one place apart, such as the type of the exception; without a place, equal roots are one fault.
    `cvss` is a CVSS 4.0 vector where the fault can be exploited; `why` then says who can, with what, and what they
    get.
    """

    status: Status
    severity: Severity | None = None
    title: str | None = None
    expected: str = ""
    seen: str = ""
    why: str = ""
    trial: str | None = None
    scenario: Scenario | None = None
    location: Location | None = None
    trials: int = 0
    weakness: str | None = None
    operations: tuple[str, ...] = ()
    root: str | None = None
    cvss: str | None = None


class Finding(Value):
    """What the run says of one weakness at one place or operation.

    `id` is stable within a run ("P1" for a proof); `fingerprint` is stable across runs and line moves.
    `proof` names the proof, `history` the saved history. `accepted` holds the reason when crashworthy.toml
    accepts the finding. `cvss` is a CVSS 4.0 vector, of what can be exploited.
    """

    id: str
    weakness: str
    cwe: int | None
    status: Status
    severity: Severity
    title: str
    operation: str | None = None
    operations: tuple[str, ...] = ()
    location: Location | None = None
    expected: str = ""
    seen: str = ""
    why: str = ""
    trials: int = 0
    rule: str | None = None
    history: str | None = None
    proof: str | None = None
    fingerprint: str = ""
    accepted: str | None = None
    cvss: str | None = None
