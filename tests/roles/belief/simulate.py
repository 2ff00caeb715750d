"""Ledgers drawn from a known truth, to see whether intervals cover it: in worlds as the model thinks, and in others.

Talts, Betancourt, Simpson, Vehtari, Gelman: Validating Bayesian inference algorithms with simulation-based
calibration, 2018.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.model import HEARD_OF, SERVICES, SHARED, TREND, WALK, Normal, Observation, logistic
from crashworthy.roles.belief.sampler import Array

KINDS = ("own", "drift", "clusters", "streaks")
"""own: as the model thinks. drift: better every quarter. clusters: services are of two kinds, not normal around one.
streaks: each change is likely to go the way of the one before it in its service.
"""

_TASK = Normal(-0.4, 1.2)
_DETECTION = Normal(1.5, 0.6)
_WEAKNESSES = 3
_ALIKE = dict.fromkeys(range(_WEAKNESSES), 1 / _WEAKNESSES)
_TRIED = 0.8
DRIFT = 0.35
APART = 0.8
STREAK = 0.3


class Sight(NamedTuple):
    """What experiments see. `detection`: of each weakness how often it is found where it is. `shares[t]`: what each of
    task t's weaknesses, by number, stands for of what goes wrong with it; together 1.
    """

    detection: list[Normal]
    shares: list[dict[int, float]]


class World(NamedTuple):
    """What is known before, what is seen, and the true rate of each task now, over its services as they are. Detection
    is of each weakness.
    """

    tasks: list[Normal]
    detection: list[Normal]
    observations: list[Observation]
    rate: Array


def simulate(
    kind: str,
    seed: int,
    *,
    tasks: int = 3,
    changes: int = 30,
    services: int = 5,
    quarters: int = 4,
    priors: Sequence[Normal] | None = None,
    incidents: bool = True,
    sight: Sight | None = None,
) -> World:
    """A world of one of `KINDS` in which each task was tried `changes` times; `priors`: of each task, or all alike.
    `incidents`: whether the team tells its ledger of what escaped. `sight`: without it, three weaknesses that are as
    likely and are found in about 80 %.
    """
    random = np.random.default_rng(seed)
    known = list(priors) if priors is not None else [_TASK] * tasks
    tasks = len(known)
    shared, own = random.standard_normal(), random.standard_normal(tasks)
    means, deviations = np.array(known).T
    level = means + deviations * (math.sqrt(SHARED) * shared + math.sqrt(1 - SHARED) * own)
    spread = SERVICES[0] * math.exp(SERVICES[1] * random.standard_normal())
    walk = WALK[0] * math.exp(WALK[1] * random.standard_normal())
    service = spread * random.standard_normal(services)
    back = np.concatenate([[0.0], np.cumsum(walk * random.standard_normal(quarters - 1))])
    back -= TREND * random.standard_normal() * np.arange(quarters)
    if kind == "drift":
        back = -DRIFT * np.arange(quarters)
    if kind == "clusters":
        service = np.where(random.permutation(services) < services / 2, -APART, APART)
    detection, shares = sight or Sight([_DETECTION] * _WEAKNESSES, [_ALIKE] * tasks)
    middles, doubts = np.array(detection).T
    found = logistic(middles + doubts * random.standard_normal(len(detection)))
    heard_of = float(logistic(np.array(HEARD_OF[0] + HEARD_OF[1] * random.standard_normal())))
    observations: list[Observation] = []
    before: dict[tuple[int, int], bool] = {}
    for number in range(tasks * changes):
        task, where, age = number % tasks, int(random.integers(services)), int(random.integers(quarters))
        right = bool(random.random() < logistic(np.array(level[task] + back[age] + service[where])))
        if kind == "streaks" and random.random() < STREAK:
            right = before.get((task, where), right)
        before[task, where] = right
        tried = tuple((weakness, share) for weakness, share in shares[task].items() if random.random() < _TRIED)
        broke = not right and random.random() < sum(share * found[weakness] for weakness, share in tried)
        # A quarter has to pass before it is heard of.
        escaped = not right and not broke and age > 0 and random.random() < heard_of
        observations.append(
            Observation(task, where, age, float(broke), tried, escaped=escaped, followed=incidents and age > 0)
            if incidents
            else Observation(task, where, age, float(broke), tried)
        )
    # What a team hands over is done in its services, each with its share of the changes.
    counts = np.bincount([each.service for each in observations], minlength=services)
    rate = logistic(level[:, None] + service) @ (counts / counts.sum())
    return World(known, detection, observations, np.asarray(rate))
