"""What was tried on one operation."""

from __future__ import annotations

from dataclasses import dataclass, field

from crashworthy.core.history import Exchange
from crashworthy.lab.traffic.attempt import Draft
from crashworthy.lab.traffic.facts import Slot
from crashworthy.lab.traffic.plan import Plan


@dataclass
class Trail:
    """What was tried on one operation; `failures` holds the first attempt that got each of the `answers`.

    `plan` is what worked. It `waits` for somebody to make a thing that it needs; where nobody does, it `guesses`.
    In the end it `draws` data by chance. `proofs` is how many proofs of identity were known when it was last tried.
    """

    tried: set[tuple[object, ...]] = field(default_factory=set)
    answers: set[tuple[object, ...]] = field(default_factory=set)
    failures: list[tuple[Plan, Exchange, Draft]] = field(default_factory=list)
    last: str = ""
    last_status: int = 0
    unmet: tuple[Slot, ...] = ()
    version: int = -1
    attempts: int = 0
    proofs: int = 0
    setup_failed: str = ""
    plan: Plan | None = None
    waits: bool = False
    guesses: bool = False
    draws: bool = False
