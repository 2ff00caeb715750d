"""How much of a task an AI does to the standard: what published ratings expect, times what the ledger has seen.

    done = reach · holds

`reach` is the share of the task's work that a model can take over at all, as published ratings see it: a Beta
distribution with 80 % of its weight in the prior's range. No evidence of ours changes it.

`holds` is the share of what an AI writes that holds at its first try. It begins as Beta(1, 1), the weight of two
tries around one half: the measurements for backends lie between 31 % (correct and not exploitable) and 62 % (correct)
for the best model of early 2025 (BaxBench), and models have changed since. Each AI-written change in the ledger adds:
one failure when its first try broke, a quarter of one when by a minor defect only; when it held, one half of the
share of the task's weaknesses that were tried. The half is there because "held" only means that nothing was found,
and how often each experiment finds what is there has not been measured yet. Changes by people, or by nobody knows
whom, are shown and add nothing.

The product has no closed form that is worth the trouble, so it is drawn: the same draws for the same figures.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

from crashworthy.roles.evidence import TaskEvidence, Work
from crashworthy.roles.prior import Prior

DRAWS = 4000
PRIOR_TRIES = (1.0, 1.0)
WORTH_OF_HELD = 0.5
INTERVAL = (0.05, 0.95)
_RANGE = NormalDist().inv_cdf(0.9)  # a range of 80 %, in standard deviations to either side


class Beta(NamedTuple):
    """A Beta distribution by its two counts."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """Its expectation."""
        return self.a / (self.a + self.b)


class Estimate(NamedTuple):
    """What is believed of one task. Draws are paired: the same place in each list is one possible world."""

    reach: Beta
    holds: Beta
    reach_draws: tuple[float, ...]
    holds_draws: tuple[float, ...]

    @property
    def done(self) -> tuple[float, ...]:
        """Draws of the share of the task that an AI does to the standard."""
        return tuple(reach * holds for reach, holds in zip(self.reach_draws, self.holds_draws, strict=True))

    @property
    def evidence_share(self) -> float:
        """How much of what is believed of `holds` is evidence, 0 to 1; the rest is prior."""
        return 1 - sum(PRIOR_TRIES) / (self.holds.a + self.holds.b)


def estimate(prior: Prior | None, evidence: TaskEvidence) -> Estimate:
    """Combine both. Without any basis for `reach`, it can be anything from 0 to 1."""
    reach = reach_of(prior)
    holds = holds_after(evidence.by("ai"))
    # Raters err in the same direction on all tasks of a role, and one model writes them all. So both are drawn by
    # rank, with the same ranks for every task: a world in which one task is rated too high is one in which all are.
    ranks = _ranks()
    return Estimate(reach, holds, _by_rank(reach, ranks[0]), _by_rank(holds, ranks[1]))


def reach_of(prior: Prior | None) -> Beta:
    """The Beta distribution with the prior's middle as mean, and 80 % of its weight about as wide as its range."""
    if prior is None:
        return Beta(1.0, 1.0)
    mean = min(0.95, max(0.05, (prior.low + prior.high) / 2))
    deviation = max(0.02, (prior.high - prior.low) / (2 * _RANGE))
    # The weight of a Beta from its mean and variance; never less than one try, so that it keeps a single peak.
    weight = max(1.0, mean * (1 - mean) / deviation**2 - 1)
    return Beta(mean * weight, (1 - mean) * weight)


def holds_after(works: Sequence[Work]) -> Beta:
    """Beta(1, 1) and what each AI-written change adds to it."""
    successes = math.fsum(WORTH_OF_HELD * work.tried for work in works if work.held)
    failures = math.fsum(work.broken for work in works)
    return Beta(PRIOR_TRIES[0] + successes, PRIOR_TRIES[1] + failures)


def quantile(draws: Sequence[float], share: float) -> float:
    """The draw below which that share of all draws lies."""
    ordered = sorted(draws)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@cache
def _ranks() -> tuple[tuple[int, ...], tuple[int, ...]]:
    chance = random.Random(2026)  # noqa: S311 - the same figures every time, nothing secret
    return tuple(chance.sample(range(DRAWS), DRAWS)), tuple(chance.sample(range(DRAWS), DRAWS))


@cache
def _by_rank(beta: Beta, ranks: tuple[int, ...]) -> tuple[float, ...]:
    chance = random.Random(1)  # noqa: S311
    ordered = sorted(chance.betavariate(beta.a, beta.b) for _ in range(DRAWS))
    return tuple(ordered[rank] for rank in ranks)
