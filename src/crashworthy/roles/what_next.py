"""What would change a task's stage: how many more changes that hold, or break, in a row."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.stage import Costs, cheapest

MOST = 60


class Turn(NamedTuple):
    """`held` and `broken`: how many such changes in a row turn the stage up or down; None when `MOST` do not."""

    held: int | None
    broken: int | None


def turn(draws: Array, at: Costs, found: float) -> Turn:
    """By weighing the draws with the likelihood of changes to come, fully tried, where defects are found with
    probability `found`. What the experiments cannot find (`found` 0) cannot turn anything.
    """
    held = np.log1p(-(1 - draws) * found)
    broken = np.log(np.maximum((1 - draws) * found, np.finfo(float).tiny))
    return Turn(_count(draws, held, at, up=True), _count(draws, broken, at, up=False) if found else None)


def _count(draws: Array, log_likelihood: Array, at: Costs, *, up: bool) -> int | None:
    now = _stage(float(draws.mean()), at)
    for count in range(1, MOST + 1):
        weights = np.exp(count * (log_likelihood - log_likelihood.max()))
        mean = float(np.average(draws, weights=weights))
        # Few draws with all the weight are no answer any more.
        if weights.sum() ** 2 / (weights**2).sum() < _LEAST_DRAWS:
            return None
        stage = _stage(mean, at)
        if (stage > now) if up else (stage < now):
            return count
    return None


_LEAST_DRAWS = 40


def _stage(mean: float, at: Costs) -> int:
    return int(cheapest(np.array([mean]), at)[0])
