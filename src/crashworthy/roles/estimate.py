"""How much of a task an AI does to the standard: what published ratings expect, and what the ledger has seen.

Before any evidence it is reach · holds:

`reach` is the share of the task's work that a model can take over at all, as published ratings see it: a Beta
distribution with 80 % of its weight in the prior's range.

`holds` is the share of what an AI writes that is right at its first try: Beta(1, 1), the weight of two tries around
one half. The measurements for backends lie between 31 % (correct and not exploitable) and 62 % (correct) for the best
model of early 2025 (BaxBench), and models have changed since.

Each AI-written change in the ledger then moves it, by the model of `belief.model`. Changes by people, or by nobody
knows whom, are shown and move nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.model import Normal, Observation, posterior
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.detection import detection_of, share_of_budget, shares
from crashworthy.roles.evidence import TaskEvidence, Work
from crashworthy.roles.model import Demands
from crashworthy.roles.prior import Prior

PRIOR_TRIES = (1.0, 1.0)
INTERVAL = (0.05, 0.95)
DAYS_PER_QUARTER = 91
_GRID = 200
_RATERS = 0.5
_ALIKE = 0.7
"""The distance over which tasks grow strange to each other: handlers and queries are 0.2 apart, handlers and the design
of an architecture 1.3.
"""
_RANGE = NormalDist().inv_cdf(0.9)  # a range of 80 %, in standard deviations to either side


class Beta(NamedTuple):
    """A Beta distribution by its two counts."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """Its expectation."""
        return self.a / (self.a + self.b)


@dataclass(frozen=True, eq=False)
class Estimate:
    """What is believed of one task: `history[i, k]`: draw i of the share that an AI did to the standard k quarters ago.
    Draws of all tasks are paired: the same place in each is one possible world.

    `evidence_share`: how much of the doubt of before the ledger has taken away, 0 to 1 (of the variance, in logits).
    """

    reach: Beta
    prior: Normal
    history: Array
    evidence_share: float

    @property
    def draws(self) -> Array:
        """The share now, of each draw."""
        return np.asarray(self.history[:, 0])

    @property
    def before(self) -> Array:
        """The share a quarter ago; the same as now where the evidence is younger."""
        return np.asarray(self.history[:, min(1, self.history.shape[1] - 1)])

    @property
    def mean(self) -> float:
        """Its expectation."""
        return float(self.draws.mean())

    @property
    def interval(self) -> tuple[float, float]:
        """The 90 % interval."""
        return quantile(self.draws, INTERVAL[0]), quantile(self.draws, INTERVAL[1])


def estimate(
    priors: Mapping[str, Prior | None],
    evidence: Mapping[str, TaskEvidence],
    today: date,
    demands: Mapping[str, Demands] | None = None,
) -> dict[str, Estimate]:
    """What to believe of each task. Without any basis its reach can be anything from 0 to 1.

    `demands`: what each takes, by which evidence on one moves the others; without them, all are alike.
    """
    tasks = list(priors)
    reaches = [reach_of(priors[task]) for task in tasks]
    before = [before_evidence(reach) for reach in reaches]
    weaknesses = sorted({weakness for task in tasks for weakness in evidence[task].weaknesses})
    observations = list(_observations(tasks, evidence, weaknesses, today))
    believed = posterior(
        before,
        [detection_of(weakness).logit for weakness in weaknesses],
        observations,
        nearness=nearness([demands[task] for task in tasks]) if demands is not None else None,
    )
    return {
        task: Estimate(
            reach=reaches[place],
            prior=before[place],
            history=believed.rate[:, place],
            evidence_share=_told(before[place], believed.rate[:, place, 0]) if observations else 0.0,
        )
        for place, task in enumerate(tasks)
    }


def nearness(demands: Sequence[Demands]) -> Array:
    """How alike tasks are, 0 to 1: half is the raters', who err alike on a whole role; the rest is what the tasks take,
    a Gaussian of their distance over the five demands.
    """
    places = np.array([list(each.model_dump().values()) for each in demands])
    distances = ((places[:, None] - places[None]) ** 2).sum(axis=2)
    return np.asarray(_RATERS + (1 - _RATERS) * np.exp(-distances / (2 * _ALIKE**2)))


def reach_of(prior: Prior | None) -> Beta:
    """The Beta distribution with the prior's middle as mean, and 80 % of its weight about as wide as its range."""
    if prior is None:
        return Beta(1.0, 1.0)
    mean = min(0.95, max(0.05, (prior.low + prior.high) / 2))
    deviation = max(0.02, (prior.high - prior.low) / (2 * _RANGE))
    # The weight of a Beta from its mean and variance; never less than one try, so that it keeps a single peak.
    weight = max(1.0, mean * (1 - mean) / deviation**2 - 1)
    return Beta(mean * weight, (1 - mean) * weight)


def quantile(draws: Array, share: float) -> float:
    """The value below which that share of all draws lies."""
    return float(np.quantile(draws, share))


def _observations(
    tasks: list[str], evidence: Mapping[str, TaskEvidence], weaknesses: list[str], today: date
) -> list[Observation]:
    services = {work.service for task in tasks for work in evidence[task].by("ai")}
    number = {service: place for place, service in enumerate(sorted(services))}
    return [
        Observation(
            task=place,
            service=number[work.service],
            age=age_in_quarters(work, today),
            broken=work.broken,
            tried=tuple((weaknesses.index(each), worth[each] * share_of_budget(work.budget_s)) for each in work.tried),
            escaped=work.escaped,
            weight=work.weight,
            followed=work.followed,
        )
        for place, task in enumerate(tasks)
        for worth in (shares(evidence[task].weaknesses),)
        for work in evidence[task].by("ai")
    ]


def age_in_quarters(work: Work, today: date) -> int:
    """How many whole quarters ago the change was first tried."""
    return max(0, (today - work.began).days // DAYS_PER_QUARTER)


@cache
def before_evidence(reach: Beta) -> Normal:
    """reach · holds as a normal distribution of its logit."""
    random = np.random.default_rng(1)
    share = random.beta(*reach, size=_GRID**2) * random.beta(*PRIOR_TRIES, size=_GRID**2)
    logits = np.log(share) - np.log1p(-share)
    return Normal(float(np.median(logits)), float((np.quantile(logits, 0.9) - np.quantile(logits, 0.1)) / 2 / _RANGE))


def _told(prior: Normal, draws: Array) -> float:
    logits = np.log(draws) - np.log1p(-draws)
    return float(min(1.0, max(0.0, 1 - logits.var() / prior.deviation**2)))
