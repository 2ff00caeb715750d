"""The AI Threat Score, 0 to 10: how much of the routine output of a set of tasks tools can already do to the standard.

    10 · Σ share · routine · p / Σ share · routine

over the tasks, where p is the share that an AI does to the standard. Work that no case of is like another carries
little weight: it is not what tools replace first. It says nothing about whether anybody will, or should.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.estimate import INTERVAL, quantile


class Threat(NamedTuple):
    """The score with its 90 % interval, each 0 to 10; `routine`: the share of the time that is routine, 0 to 1."""

    score: float
    interval: tuple[float, float]
    routine: float


def threat(shares: Sequence[float], routine: Sequence[float], draws: Sequence[Array]) -> Threat:
    """The score of tasks with these shares of the time, routine (0 to 1), and paired draws of what an AI does."""
    weights = np.array(shares) * np.array(routine)
    total = float(weights.sum())
    if not total:
        return Threat(0.0, (0.0, 0.0), 0.0)
    scores = 10 * weights @ np.array(draws) / total
    interval = quantile(scores, INTERVAL[0]), quantile(scores, INTERVAL[1])
    return Threat(float(scores.mean()), interval, total / sum(shares))
