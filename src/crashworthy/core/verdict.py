"""Verdict: HOLDS, BREAKS or UNKNOWN for the service against its constraints."""

from __future__ import annotations

from enum import StrEnum

from crashworthy.core.value import Value


class Outcome(StrEnum):
    """The three possible verdicts."""

    HOLDS = "HOLDS"
    BREAKS = "BREAKS"
    UNKNOWN = "UNKNOWN"


class Verdict(Value):
    """The outcome, why in plain sentences, and what is missing for a better answer."""

    outcome: Outcome
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    exit_code: int
