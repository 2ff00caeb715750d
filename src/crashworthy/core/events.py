"""Events that a run emits. Interfaces and reports listen; nothing waits for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field

from crashworthy.core.finding import Finding
from crashworthy.core.report import OperationReport, RunReport, ServiceReport
from crashworthy.core.suspicion import Suspicion
from crashworthy.core.value import Value

Stage = Literal["environment", "audit", "start", "learn", "experiments", "proof", "report"]


class StageStarted(Value):
    """A stage of the run began; `detail` is one line for people."""

    event: Literal["stage"] = "stage"
    stage: Stage
    detail: str = ""


class BudgetStarted(Value):
    """The time budget for the experiments began to run."""

    event: Literal["budget"] = "budget"
    seconds: float


class Note(Value):
    """Something people should know. `level` is "info" or "warning"."""

    event: Literal["note"] = "note"
    text: str
    level: Literal["info", "warning"] = "info"


class OperationsReached(Value):
    """The driver's progress."""

    event: Literal["reached"] = "reached"
    reached: int
    total: int


class Learned(Value):
    """All that is known before the first experiment; a run that dies later can still report it."""

    event: Literal["learned"] = "learned"
    service: ServiceReport
    operations: tuple[OperationReport, ...]
    suspicions: tuple[Suspicion, ...]


class ExperimentStarted(Value):
    """An experiment began on a candidate."""

    event: Literal["experiment"] = "experiment"
    experiment: str
    weakness: str
    operations: tuple[str, ...] = ()


class TrialDone(Value):
    """A trial of the running experiment ended."""

    event: Literal["trial"] = "trial"
    experiment: str
    trials: int


class FindingMade(Value):
    """A finding was decided."""

    event: Literal["finding"] = "finding"
    finding: Finding


class RunFinished(Value):
    """The run ended; the last event."""

    event: Literal["finished"] = "finished"
    report: RunReport


class ReplayFinished(Value):
    """A replay ended: `shown` of `tried` plays on a fresh service showed the fault; `seen` is what was seen."""

    event: Literal["replayed"] = "replayed"
    shown: int
    tried: int
    seen: str = ""


class ReachFinished(Value):
    """The driver ended: what it reached, with how many requests and in how many seconds."""

    event: Literal["reach"] = "reach"
    operations: tuple[OperationReport, ...]
    requests: int
    seconds: float
    seed: int


class RunFailed(Value):
    """The run ended without a report: a user's mistake or a failure of ours.

    `message` says what happened and where, `remedy` what to do, `details` the last lines of output.
    """

    event: Literal["failed"] = "failed"
    message: str
    remedy: str = ""
    details: str = ""


Event = Annotated[
    StageStarted
    | BudgetStarted
    | Note
    | OperationsReached
    | Learned
    | ExperimentStarted
    | TrialDone
    | FindingMade
    | RunFinished
    | ReplayFinished
    | ReachFinished
    | RunFailed,
    Field(discriminator="event"),
]

Emit = Callable[[Event], None]
