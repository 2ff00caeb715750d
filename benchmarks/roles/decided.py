"""One world of the stages benchmark: which stages are chosen from its ledger, and what they cost at the true rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from benchmarks.roles.ceiling import ceiling

from crashworthy.roles.belief.model import Normal, logistic, posterior
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.detection import detection_of, shares
from crashworthy.roles.estimate import INTERVAL, before_evidence, reach_of
from crashworthy.roles.evidence import weaknesses_of
from crashworthy.roles.load import find_role
from crashworthy.roles.model import Task
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.stage import Costs, cheapest, costs
from roles.belief.simulate import Sight, simulate

AWAY = 0.05
"""True rates nearer to a boundary than this are not decided: either way costs nearly the same."""


@dataclass(frozen=True)
class Case:
    """`runs` changes of each task; `incidents`: whether the ledger hears of what escaped; `measured`: defects are found
    as often as detection.toml says, and as surely, instead of in about 80 %. `every`: of how many worlds one is
    decided, and `bound`: of how many somebody is asked who knows how such worlds come about, which takes its time; 0
    for none.
    """

    runs: int
    incidents: bool = True
    measured: bool = False
    bound: int = 0
    every: int = 1

    @property
    def name(self) -> str:
        """Its name in a table and in a file of results."""
        told = "" if self.incidents else ", no incidents"
        return f"{self.runs} runs, {'measured' if self.measured else 'assumed'}{told}"


@dataclass(frozen=True)
class Decided:
    """One world. Of its decisions: `right` by the mean, as the tool decides; `probable` by the most probable stage;
    `known` by somebody who knows how such worlds come about; `seen` by somebody who sees of each change whether it was
    right; `loss` of the tool's above the best, as a share of the work. `inside`: of all tasks, whether the 90 %
    interval holds the true rate.
    """

    right: tuple[bool, ...]
    probable: tuple[bool, ...]
    known: tuple[bool, ...]
    seen: tuple[bool, ...]
    loss: tuple[float, ...]
    inside: tuple[bool, ...]


@cache
def tasks() -> tuple[Task, ...]:
    """Those of the backend engineer that experiments speak about: a ledger sees them together, one moves others."""
    return tuple(task for task in find_role("backend-engineer").tasks if weaknesses_of(task.id))


def decided(kind: str, case: Case, seed: int) -> Decided:
    """Decide the tasks of one world."""
    random = np.random.default_rng((case.runs, seed))
    priors = [before_evidence(reach_of(shipped_prior().of_anchors(task.anchors))) for task in tasks()]
    sight = _measured(tasks()) if case.measured else None
    world = simulate(kind, seed, changes=case.runs, priors=priors, incidents=case.incidents, sight=sight)
    draws = posterior(world.tasks, world.detection, world.observations, seed=seed).rate[:, :, 0]
    theirs = ceiling(kind, world, seed) if case.bound and seed % case.bound == 0 else None
    low, high = np.quantile(draws, INTERVAL, axis=0)
    right, probable, known, seen = list[bool](), list[bool](), list[bool](), list[bool]()
    loss = list[float]()
    for place, task in enumerate(tasks()):
        at, truth = costs(task.demands), float(world.rate[place])
        if min(abs(truth - at.assist), abs(truth - at.hand_over)) < AWAY:
            continue
        ways, best = _costs_of(truth, at), _way(truth, at)
        way = _way(float(draws[:, place].mean()), at)
        right.append(way == best)
        loss.append(ways[way] - ways[best])
        probable.append(_most_probable(draws[:, place], at) == best)
        if theirs is not None:
            known.append(_most_probable(theirs[:, place], at) == best)
        seen.append(_way(_seen_through(priors[place], truth, case.runs, random), at) == best)
    inside = tuple(bool(each) for each in (low <= world.rate) & (world.rate <= high))
    return Decided(tuple(right), tuple(probable), tuple(known), tuple(seen), tuple(loss), inside)


def _measured(of: Sequence[Task]) -> Sight:
    """How often the weaknesses of these tasks are found, as shipped, and what each stands for of what goes wrong."""
    weaknesses = sorted({weakness for task in of for weakness in weaknesses_of(task.id)})
    number = {weakness: place for place, weakness in enumerate(weaknesses)}
    parts = [{number[each]: share for each, share in shares(weaknesses_of(task.id)).items()} for task in of]
    return Sight([detection_of(weakness).logit for weakness in weaknesses], parts)


def _most_probable(draws: Array, at: Costs) -> int:
    """The way that is most often the cheapest, of the draws that are as far from a boundary as what is counted."""
    away = np.minimum(np.abs(draws - at.assist), np.abs(draws - at.hand_over)) >= AWAY
    return int(np.argmax(np.bincount(cheapest(draws[away], at), minlength=3)))


def _seen_through(prior: Normal, truth: float, runs: int, random: np.random.Generator) -> float:
    """The posterior mean of somebody who saw of each of so many changes whether it was right."""
    rates = logistic(prior.mean + prior.deviation * np.random.default_rng(1).standard_normal(20_000))
    held = random.binomial(runs, truth)
    log = held * np.log(rates) + (runs - held) * np.log1p(-rates)
    return float(np.average(rates, weights=np.exp(log - log.max())))


def _costs_of(share: float, at: Costs) -> list[float]:
    return [1.0, at.review + 1 - share, (1 - share) * (1 + at.escape)]


def _way(share: float, at: Costs) -> int:
    return int(cheapest(np.array([share]), at)[0])
