"""The model: how often what an AI writes for a task is right at its first try, and what a ledger shows of it.

For task t, in the service s, k quarters ago:

    logit p = m[t] + d[t] · e[t]  -  g · k  +  w · Σ r[1..k]  +  v · u[s]

- `m`, `d`: what published ratings make one expect of the task, and how far off they may be (see `prior_belief`).
- `e[t]`: raters err alike on tasks of a role, and one model writes them all; the errors of two tasks have h of their
  variance in common where they take the same, and less the less alike they are. This is the pooling: evidence on one
  task moves the others a part of the way.
- `r`: a random walk back in time, so that older evidence counts for less: models change. w is learned.
- `g`: how much better, or worse, it gets every quarter. A walk alone takes a steady change for luck, and its intervals
  then hold less than they say; with a trend they also hold more where changes go the way of the one before.
- `u[s]`: changes to one service share its framework, its tests, its authors. v is learned.

A change *held* when no experiment broke it. That is weak evidence: with probability D a defect that is there is found,

    P(broke) = (1 - p) · D,    P(held) = p + (1 - p) · (1 - D)

D is the sum over the weaknesses that speak about the task of (tried or not) times its share times how often it is found
where it is, which is itself uncertain. What was not tried adds nothing to D, so "held" then says nothing. A change
that held and escaped into an incident is known to be broken, whatever D is; it also speaks against D. Where incidents
are imported and a change has been out long enough, its silence says something too: a defect that no experiment found
is heard of with probability E, which is learned from the same incidents,

    P(escaped) = (1 - p) · (1 - D) · E,    P(held, and silent since) = 1 - (1 - p) · (D + (1 - D) · E)

The rate of a task is that of the ledger's own services, each with its share of the changes: it is for them that a team
decides. Of a task that no change was about it is the mean over services as they may be.

All unknowns are standard normal before the evidence, so that `elliptical_slice` samples them as they are.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.sampler import Array, elliptical_slice

SHARED = 0.5
"""h: how much of the error of the ratings tasks have in common that take the same."""
WALK = (0.25, 0.5)
"""w per quarter, in logits: median, and standard deviation of its logarithm."""
SERVICES = (0.5, 0.5)
"""v, in logits, likewise."""
HEARD_OF = (0.0, 1.5)
"""E, as a normal distribution of its logit: anything from one in ten to nine in ten."""
TREND = 0.3
"""g per quarter, in logits: standard deviation around no change."""
MOST_QUARTERS = 12

CHAINS = 50
KEEP = 24
WARM_UP = 300
THIN = 20


class Normal(NamedTuple):
    """A normal distribution by its mean and standard deviation; here always of a logit."""

    mean: float
    deviation: float


class Observation(NamedTuple):
    """One change by an AI, as one task saw it.

    `task`, `service`: numbers from 0. `age` in quarters. `broken`: 0 held, 1 broke, between: a minor defect. `tried`:
    pairs of (weakness, by number; its share in what can go wrong with the task) that were tried. `escaped`: held, but
    turned out broken in production. `weight`: how far the change belongs to the task at all, 0 to 1. `followed`: long
    enough in production, and with incidents imported, for a defect to be heard of.
    """

    task: int
    service: int
    age: int
    broken: float
    tried: tuple[tuple[int, float], ...]
    escaped: bool = False
    weight: float = 1.0
    followed: bool = False


class Posterior(NamedTuple):
    """Draws after the evidence. `rate[i, t, k]`: draw i of the share of an AI's tries at task t that are right, in the
    ledger's services, k quarters ago. `found[i, w]`: draw i of how often weakness w is found where it is.
    """

    rate: Array
    found: Array


def posterior(
    tasks: Sequence[Normal],
    detection: Sequence[Normal],
    observations: Sequence[Observation],
    *,
    nearness: Array | None = None,
    seed: int = 2026,
) -> Posterior:
    """What to believe of each task after the observations. The same arguments give the same draws.

    `nearness[i, j]`, 0 to 1: how alike two tasks are; without it, wholly.
    """
    model = _Model(tasks, detection, list(_alike(observations)), nearness)
    states = elliptical_slice(
        model.log_likelihood, model.size, chains=CHAINS, keep=KEEP, warm_up=WARM_UP, thin=THIN, seed=seed
    )
    return model.read(states.reshape(-1, model.size))


def _alike(observations: Sequence[Observation]) -> Iterator[Observation]:
    """Observations that say the same as one, with the sum of their weights: large ledgers repeat themselves."""
    weights: dict[Observation, float] = {}
    for each in observations:
        plain = each._replace(weight=1.0)
        weights[plain] = weights.get(plain, 0.0) + each.weight
    for each, weight in weights.items():
        yield each._replace(weight=weight)


def logistic(values: Array) -> Array:
    """1 / (1 + e^-x), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * values)))


class _Model:
    """The observations as arrays, and where each unknown has its place in a state."""

    def __init__(
        self,
        tasks: Sequence[Normal],
        detection: Sequence[Normal],
        observations: Sequence[Observation],
        nearness: Array | None,
    ) -> None:
        self._tasks = np.array(tasks, dtype=float).reshape(-1, 2)
        self._detection = np.array(detection, dtype=float).reshape(-1, 2)
        services = 1 + max((each.service for each in observations), default=-1)
        self.quarters = min(MOST_QUARTERS, max((each.age for each in observations), default=0)) + 1
        near = np.ones((len(tasks), len(tasks))) if nearness is None else nearness
        self._errors = np.linalg.cholesky(SHARED * near + (1 - SHARED) * np.eye(len(tasks)))
        sizes = (len(tasks), self.quarters - 1, services, 4, len(detection))
        ends = np.cumsum(sizes)
        self.size = int(ends[-1])
        self._parts = [slice(end - size, end) for size, end in zip(sizes, ends, strict=True)]
        self._task = np.array([each.task for each in observations], dtype=int)
        self._service = np.array([each.service for each in observations], dtype=int)
        self._age = np.array([min(each.age, MOST_QUARTERS) for each in observations], dtype=int)
        self._broken = np.array([each.broken for each in observations])
        self._escaped = np.array([each.escaped for each in observations], dtype=bool)
        self._weight = np.array([each.weight for each in observations])
        self._followed = np.array([each.followed for each in observations], dtype=bool)
        self._shares = np.bincount(self._service, weights=self._weight, minlength=services)
        self._tried = np.zeros((len(observations), len(detection)))
        for row, each in enumerate(observations):
            for weakness, share in each.tried:
                self._tried[row, weakness] += share
        self._counted = np.asarray(self._tried.sum(axis=1) > 0)
        self._held_weight = (1 - self._broken) * self._weight
        # A minor defect is part broken and part held, so it stands in two of these.
        self._broke = np.flatnonzero(self._broken)
        self._held_and_escaped = np.flatnonzero(self._escaped & (self._broken < 1))
        self._held_and_silent = np.flatnonzero(~self._escaped & (self._broken < 1))

    def log_likelihood(self, states: Array) -> Array:
        """Of all observations, for each of the states."""
        if not len(self._task):
            return np.zeros(len(states))
        task, back, service, _ = self._levels(states)
        wrong = logistic(-(task[:, self._task] + back[:, self._age] + service[:, self._service]))
        found = self._found(states) @ self._tried.T
        heard = self._heard_of(states)[:, None]
        tiny = np.finfo(float).tiny
        total = np.zeros(len(states))
        # Defects that were found in what nobody counts as tried (a run that broke early) say nothing about finding.
        at = self._broke
        shown = np.where(self._counted[at], found[:, at], 1.0)
        total += np.log(wrong[:, at] * shown + tiny) @ (self._broken * self._weight)[at]
        at = self._held_and_escaped
        known = np.where(self._followed[at], heard, 1.0)
        total += np.log(wrong[:, at] * (1 - found[:, at]) * known + tiny) @ self._held_weight[at]
        at = self._held_and_silent
        shown = found[:, at] + (1 - found[:, at]) * np.where(self._followed[at], heard, 0.0)
        total += np.log1p(-wrong[:, at] * shown) @ self._held_weight[at]
        return total

    def read(self, states: Array) -> Posterior:
        """The quantities of interest in each of the states."""
        task, back, service, spread = self._levels(states)
        logit = task[:, :, None] + back[:, None, :]
        # The mean of a logistic over normal services, to within 0.02: MacKay, The evidence framework, 1992.
        rate = logistic(logit / np.sqrt(1 + math.pi / 8 * spread[:, None, None] ** 2))
        # What a service does to handlers says nothing of what it does to a task that was never seen in it.
        seen = np.unique(self._task[self._weight > 0])
        if len(seen):
            rate[:, seen] = 0.0
            for place, share in enumerate(self._shares / self._shares.sum()):
                rate[:, seen] += share * logistic(logit[:, seen] + service[:, place, None, None])
        return Posterior(rate, self._found(states))

    def _levels(self, states: Array) -> tuple[Array, ...]:
        """Per state: logit of each task now, what each quarter back adds, what each service adds, and their spread."""
        errors, steps, services, scales, _ = (states[:, part] for part in self._parts)
        task = self._tasks[:, 0] + self._tasks[:, 1] * (errors @ self._errors.T)
        walk, spread = (
            median * np.exp(deviation * scales[:, place]) for place, (median, deviation) in enumerate((WALK, SERVICES))
        )
        better = TREND * scales[:, 3, None] * np.arange(1, self.quarters)
        walked = np.cumsum(walk[:, None] * steps, axis=1) - better
        back = np.concatenate([np.zeros((len(states), 1)), walked], axis=1)
        return task, back, spread[:, None] * services, spread

    def _heard_of(self, states: Array) -> Array:
        return logistic(HEARD_OF[0] + HEARD_OF[1] * states[:, self._parts[3]][:, 2])

    def _found(self, states: Array) -> Array:
        return logistic(self._detection[:, 0] + self._detection[:, 1] * states[:, self._parts[4]])
