"""Monte Carlo over what is believed of the tasks and over assumptions, and which of them the outcome depends on most.

An assumption is a range with a most likely value; its draws are triangular, the plainest distribution that three
numbers give. The tornado moves one input at a time to its 10 % and its 90 % quantile and leaves the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import numpy as np
from pydantic import Field, model_validator

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Value
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.estimate import INTERVAL, quantile

_SIDES = (0.1, 0.9)

Inputs = Mapping[str, Array]
Outcome = Callable[[Inputs], Array]


class Range(Value):
    """An assumption: least, most likely, most; `title` and `unit` are for people."""

    low: float
    likely: float
    high: float
    title: str
    unit: Annotated[str, Field(max_length=20)] = ""

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if not self.low <= self.likely <= self.high:
            raise ValueError(f"{self.title}: {self.low:g}, {self.likely:g}, {self.high:g} are not in order")
        return self


class Result(Value):
    """An outcome: mean, 90 % interval, and the probability that it is above 0."""

    mean: float
    interval: tuple[float, float]
    gains: float


class Swing(Value):
    """The outcome's mean with one input at the tenth and at the ninetieth of its draws, which are `low` and `high`."""

    input: str
    title: str
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far the outcome moves."""
        return abs(self.at_high - self.at_low)


def ranged(given: str | None, usual: Range) -> Range:
    """The assumption with what the user wrote: "0.5" fixes it, "0.3-0.8" bounds it, "0.3-0.5-0.8" says all three."""
    if given is None:
        return usual
    try:
        low, *between, high = [float(part) for part in given.split("-")] * (1 if "-" in given else 2)
        (likely,) = between or [(low + high) / 2]
        return Range(low=low, likely=likely, high=high, title=usual.title, unit=usual.unit)
    except ValueError:
        raise CrashworthyError(
            f"{usual.title}: {given!r} is no range", remedy="Write a number, low-high, or low-likely-high: 0.3-0.5-0.8."
        ) from None


def draw(ranges: Mapping[str, Range], size: int, seed: int) -> dict[str, Array]:
    """Triangular draws of every assumption, each of shape (size,)."""
    random = np.random.default_rng(seed)
    return {
        name: np.full(size, each.low)
        if each.low == each.high
        else random.triangular(each.low, each.likely, each.high, size)
        for name, each in ranges.items()
    }


def result(outcomes: Array) -> Result:
    """The outcomes in figures."""
    return Result(
        mean=float(outcomes.mean()),
        interval=(quantile(outcomes, INTERVAL[0]), quantile(outcomes, INTERVAL[1])),
        gains=float(np.mean(outcomes > 0)),
    )


def tornado(outcome: Outcome, inputs: Inputs, ranges: Mapping[str, Range]) -> tuple[Swing, ...]:
    """How far each assumption moves the outcome, the farthest first. What is fixed moves nothing and is left out."""
    swings = []
    for name, each in ranges.items():
        low, high = (quantile(inputs[name], side) for side in _SIDES)
        if low == high:
            continue
        at_low, at_high = (
            float(outcome({**inputs, name: np.full_like(inputs[name], value)}).mean()) for value in (low, high)
        )
        swings.append(Swing(input=name, title=each.title, low=low, high=high, at_low=at_low, at_high=at_high))
    return by_width(swings)


def swing_of_belief(outcomes: Array, score: Array, title: str) -> Swing:
    """How far what is not known of the tasks moves the outcome: its mean where the score is in its lowest fifth, and in
    its highest.
    """
    low, high = quantile(score, 2 * _SIDES[0]), quantile(score, 1 - 2 * _SIDES[0])
    at_low, at_high = float(outcomes[score <= low].mean()), float(outcomes[score >= high].mean())
    return Swing(input="belief", title=title, low=low, high=high, at_low=at_low, at_high=at_high)


def by_width(swings: list[Swing]) -> tuple[Swing, ...]:
    """The widest first."""
    return tuple(sorted(swings, key=lambda swing: -swing.width))
