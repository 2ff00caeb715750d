"""How often a run proves a weakness where it is: what "held" is worth.

The counts in `detection.toml` come from services whose defects others had written down before (benchmarks/detection.py
prints them), and from services that were made for one weakness (benchmarks/made_for_it.py). A weakness without a count
may be found always or never: Beta(1, 1). What counts how much is in `WORTH`.

Not all weaknesses of a task are as likely: lists of all defects of a service say how often each kind is among them, and
`shares` how much of what goes wrong with a task each weakness stands for.

A run with less time finds less. `share_of_budget` is what it finds of what one of `USUAL_BUDGET_S` does; more time than
that earns no credit, for it was not measured.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Any, NamedTuple

import numpy as np
from pydantic import Field

from crashworthy.core.value import Value
from crashworthy.roles.belief.model import Normal
from crashworthy.weaknesses.catalogue import CATALOGUE

USUAL_BUDGET_S = 120.0
_DRAWS = 40_000
_UNLISTED = 0.5


class Origin(StrEnum):
    """What kind of services a count comes from."""

    APART = "written apart"
    EXAMPLE = "examples of this project"
    MADE = "made for it"


WORTH = {Origin.APART: 1.0, Origin.EXAMPLE: 0.5, Origin.MADE: 0.25}
"""How much one known defect counts: the tool was built with the examples in sight, and a service that was made for one
weakness has it in its plainest form.
"""


class Measured(Value):
    """`found` of `of` known defects of a weakness were proven, and where that figure comes from."""

    weakness: str
    found: Annotated[int, Field(ge=0)]
    of: Annotated[int, Field(gt=0)]
    origin: Origin
    on: str
    command: str
    date: date
    budget_s: float | None = None

    def __str__(self) -> str:
        time = "" if self.budget_s is None else f" in {self.budget_s:g} s"
        return f"{self.found} of {self.of} found{time} on {self.on} ({self.command}, {self.date})"


class Detection(NamedTuple):
    """What was measured of a weakness; empty where nothing was."""

    measured: tuple[Measured, ...] = ()

    @property
    def hits(self) -> float:
        """Known defects that were proven, each with its worth, and one for modesty."""
        return 1 + sum(WORTH[each.origin] * each.found for each in self.measured)

    @property
    def misses(self) -> float:
        """Known defects that were not, likewise."""
        return 1 + sum(WORTH[each.origin] * (each.of - each.found) for each in self.measured)

    @property
    def mean(self) -> float:
        """The expected share."""
        return self.hits / (self.hits + self.misses)

    @property
    def logit(self) -> Normal:
        """Beta(hits, misses) as a normal distribution of its logit."""
        return _logit(self.hits, self.misses)


def detection_of(weakness: str) -> Detection:
    """What is known of how often this weakness is found."""
    return _shipped().get(weakness, Detection())


def shares(weaknesses: Iterable[str]) -> dict[str, float]:
    """How much of what goes wrong with a task each of its weaknesses stands for; together 1."""
    likely = {weakness: _likely().get(weakness, _UNLISTED) for weakness in weaknesses}
    total = sum(likely.values())
    return {weakness: each / total for weakness, each in likely.items()}


def share_of_budget(budget_s: float) -> float:
    """What a run with this budget finds of what one with the usual budget does, 0 to 1, never falling with the budget;
    between what was measured in the logarithm of the time.
    """
    points = _budgets()
    shortest, least = points[0]
    if budget_s <= shortest:
        return least * max(0.0, budget_s) / shortest
    for (lower, below), (upper, above) in pairwise(points):
        if budget_s <= upper:
            return below + (above - below) * math.log(budget_s / lower) / math.log(upper / lower)
    return points[-1][1]


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads((files("crashworthy.roles") / "detection.toml").read_text(encoding="utf-8"))


@cache
def _shipped() -> dict[str, Detection]:
    known: dict[str, tuple[Measured, ...]] = {}
    for each in _read().get("measured", ()):
        measured = Measured.model_validate(each)
        known[measured.weakness] = (*known.get(measured.weakness, ()), measured)
    return {weakness: Detection(measured) for weakness, measured in known.items()}


@cache
def _likely() -> dict[str, float]:
    """The defects of each weakness among those that were listed, and half a one for those that were not."""
    listed: list[tuple[set[str], float]] = []
    rest = set(CATALOGUE)
    kinds = sorted(_read()["defects"], key=lambda kind: ("weakness" not in kind, "family" not in kind))
    for kind in kinds:
        if "weakness" in kind:
            members = {kind["weakness"]}
        elif "family" in kind:
            members = {weakness for weakness in rest if CATALOGUE[weakness].family == kind["family"]}
        else:
            members = set(rest)
        rest -= members
        listed.append((members, kind["count"]))
    return {weakness: _UNLISTED + count / len(members) for members, count in listed for weakness in members}


@cache
def _budgets() -> tuple[tuple[float, float], ...]:
    """(seconds, share of what the usual budget finds), the shortest first and the usual one last, never falling."""
    counts = {float(each["budget_s"]): each["found"] for each in _read()["budget"]}
    usual, points, most = counts[USUAL_BUDGET_S], list[tuple[float, float]](), 0.0
    for budget_s in sorted(counts):
        if budget_s <= USUAL_BUDGET_S:
            most = max(most, min(1.0, counts[budget_s] / usual))
            points.append((budget_s, most))
    return tuple(points)


@cache
def _logit(hits: float, misses: float) -> Normal:
    share = np.random.default_rng(1).beta(hits, misses, size=_DRAWS)
    logits = np.log(share) - np.log1p(-share)
    return Normal(float(logits.mean()), float(logits.std()))
