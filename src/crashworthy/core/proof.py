"""Proof: a judged history that was replayed from a fresh state, shrunk, and can be written as a test."""

from __future__ import annotations

from crashworthy.core.history import Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json, Value
from crashworthy.core.weakness import Severity


class Proof(Value):
    """Evidence for one finding.

    `scenario` is the smallest that still shows the fault; `trial` is the replay that is shown to people.
    `replayed` of `replays` fresh replays showed the fault. `settings` is what the judge needs
    beside the trial.
    """

    id: str
    experiment: str
    weakness: str
    title: str
    severity: Severity
    operations: tuple[str, ...]
    expected: str
    seen: str
    scenario: Scenario
    trial: Trial
    replayed: int
    replays: int
    location: Location | None = None
    history: str
    settings: dict[str, Json] = {}
