"""How often the stage after so many runs is the one that costs least at the true rate. Goal: 95 % after 30 runs.

For tasks of the backend engineer with their own priors and costs; each run speaks about each task. The true rate is
that of the world's services today. True rates within 0.05 of a boundary are left out, where either way costs nearly the
same. `incidents`: whether the ledger hears of what escaped. `seen through` is a bound: somebody who sees of each of as
many changes whether it was right, whatever was tried, in one service and with nothing changing. `world known` is the
bound of the same ledger: somebody who knows how worlds of this kind come about (ceiling.py), choosing the stage that is
most probably the cheapest. `loss` is what the decision costs above the best one, as a share of the work. `inside 90 %`:
how often the interval holds the true rate, of all tasks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from benchmarks.roles.ceiling import ceiling
from rich.console import Console
from rich.table import Table

from crashworthy.roles.belief.model import Normal, logistic, posterior
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.estimate import INTERVAL, before_evidence, reach_of
from crashworthy.roles.evidence import weaknesses_of
from crashworthy.roles.load import find_role
from crashworthy.roles.model import Task
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.stage import Costs, cheapest, costs
from roles.belief.simulate import KINDS, simulate

AWAY = 0.05
TASKS = 6
"""All of the role's that experiments speak about: a ledger sees them together, and one moves the others."""
CASES = ((30, True), (30, False), (60, True))
"""How many runs, and whether incidents are imported."""


def stages(console: Console, worlds: int) -> None:
    chosen = [task for task in find_role("backend-engineer").tasks if weaknesses_of(task.id)]
    table = Table(title=f"the cheapest stage, rates {AWAY:g} or more from a boundary", title_justify="left")
    for column in (
        "world",
        "runs",
        "incidents",
        "decisions",
        "cheapest chosen",
        "±",
        "loss",
        "inside 90 %",
        "world known",
        "seen through",
    ):
        table.add_column(column, justify="left" if column in ("world", "incidents") else "right")
    for kind in KINDS:
        for runs, incidents in CASES:
            right, loss, inside, known, bound = _decided(kind, runs, worlds, chosen, incidents=incidents)
            # Tasks of one world share their luck, so worlds are what is counted.
            error = np.std([np.mean(each) for each in right]) / np.sqrt(len(right))
            found = [each for world in right for each in world]
            table.add_row(
                kind,
                str(runs),
                "imported" if incidents else "unknown",
                str(len(found)),
                f"{np.mean(found):.1%}",
                f"{error:.1%}",
                f"{np.mean(loss):.3f}",
                f"{np.mean(inside):.1%}",
                f"{np.mean(known):.1%}" if known else "",
                f"{np.mean(bound):.1%}",
            )
    console.print(table)


def _decided(
    kind: str, runs: int, worlds: int, tasks: Sequence[Task], *, incidents: bool
) -> tuple[list[list[bool]], list[float], list[bool], list[bool], list[bool]]:
    """By world whether each choice was right; what each lost; of all tasks whether the interval holds the true rate;
    whether the one who knows the world was right (in the first of `CASES` alone, for it takes its time), and the one
    who sees through.
    """
    right, loss, inside = list[list[bool]](), list[float](), list[bool]()
    known, bound = list[bool](), list[bool]()
    random = np.random.default_rng(runs)
    for seed in range(worlds):
        picked = [tasks[place] for place in random.choice(len(tasks), size=TASKS, replace=False)]
        priors = [_prior(task) for task in picked]
        world = simulate(kind, seed, changes=runs, priors=priors, incidents=incidents)
        draws = posterior(world.tasks, world.detection, world.observations, seed=seed).rate[:, :, 0]
        theirs = ceiling(kind, world, seed) if (runs, incidents) == CASES[0] else None
        decided = list[bool]()
        low, high = np.quantile(draws, INTERVAL, axis=0)
        inside += list((low <= world.rate) & (world.rate <= high))
        for place, task in enumerate(picked):
            at, truth = costs(task.demands), float(world.rate[place])
            if min(abs(truth - at.assist), abs(truth - at.hand_over)) < AWAY:
                continue
            ways, best = _costs_of(truth, at), _way(truth, at)
            way = _way(float(draws[:, place].mean()), at)
            decided.append(way == best)
            loss.append(ways[way] - ways[best])
            if theirs is not None:
                known.append(_most_probable(theirs[:, place], at) == best)
            bound.append(_way(_seen_through(priors[place], truth, runs, random), at) == best)
        if decided:
            right.append(decided)
    return right, loss, inside, known, bound


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


def _prior(task: Task) -> Normal:
    return before_evidence(reach_of(shipped_prior().of_anchors(task.anchors)))


def _costs_of(share: float, at: Costs) -> list[float]:
    return [1.0, at.review + 1 - share, (1 - share) * (1 + at.escape)]


def _way(share: float, at: Costs) -> int:
    return int(cheapest(np.array([share]), at)[0])
