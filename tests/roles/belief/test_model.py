"""Intervals cover what they say, also where the world is not as the model thinks (simulation-based calibration)."""

from __future__ import annotations

import numpy as np
import pytest

from crashworthy.roles.belief.model import Normal, Observation, logistic, posterior
from roles.belief.simulate import KINDS, World, simulate

PRIOR = Normal(-0.4, 1.2)
SURE = Normal(6.0, 0.1)


def mean(*observations: Observation, detection: Normal = SURE) -> float:
    return float(posterior([PRIOR], [detection], list(observations)).rate[:, 0, 0].mean())


def seen(broken: float, **more: object) -> Observation:
    return Observation(task=0, service=0, age=0, broken=broken, tried=((0, 1.0),), **more)  # type: ignore[arg-type]


def test_without_observations_it_is_the_prior() -> None:
    draws = posterior([PRIOR], [SURE], []).rate[:, 0, 0]
    assert np.median(draws) == pytest.approx(float(logistic(np.array(PRIOR.mean))), abs=0.03)


def test_held_says_as_much_as_would_have_been_found() -> None:
    blind, half, sure = (mean(*[seen(0.0)] * 8, detection=Normal(at, 0.1)) for at in (-6.0, 0.0, 6.0))
    assert mean() == pytest.approx(blind, abs=0.03)
    assert blind < half < sure


def test_broken_says_the_same_however_often_defects_are_found() -> None:
    assert mean(seen(1.0), detection=Normal(-2.0, 0.1)) == pytest.approx(mean(seen(1.0)), abs=0.03)


def test_what_escaped_speaks_against_the_experiments_too() -> None:
    wide = Normal(0.0, 1.5)
    before = posterior([PRIOR], [wide], []).found.mean()
    after = posterior([PRIOR], [wide], [seen(0.0, escaped=True)] * 5).found.mean()
    assert after < before - 0.1


def test_silence_after_incidents_were_imported_speaks_for_a_change() -> None:
    blind = Normal(-3.0, 0.1)
    unheard = mean(*[seen(0.0)] * 8, detection=blind)
    followed = mean(*[seen(0.0, followed=True)] * 8, detection=blind)
    assert followed > unheard + 0.03


def test_silence_says_less_where_most_of_what_escapes_is_not_heard_of() -> None:
    half = Normal(0.0, 0.1)
    broken = [seen(1.0)] * 10
    often = mean(*broken, *[seen(0.0, escaped=True, followed=True)] * 8, seen(0.0, followed=True), detection=half)
    seldom = mean(*broken, *[seen(0.0, followed=True)] * 9, detection=half)
    # Where eight of nine escaped, hardly any of what held was right; where none did, some was.
    assert often < seldom


def test_the_rate_is_that_of_the_services_by_their_changes() -> None:
    bad = [seen(1.0)._replace(service=0)] * 12
    good = [seen(0.0)._replace(service=1)] * 12
    mostly_bad, mostly_good = mean(*bad, *good[:2]), mean(*bad[:2], *good)
    assert mostly_bad < mean(*bad, *good) < mostly_good


def test_what_services_do_to_one_task_is_not_claimed_of_another() -> None:
    held = [seen(0.0)._replace(service=number % 3) for number in range(30)]
    unlike = np.zeros((2, 2))
    tasks = [PRIOR, PRIOR]
    before, after = (
        posterior(tasks, [SURE], seen_, nearness=unlike).rate[:, :, 0].mean(axis=0) for seen_ in ([], held)
    )
    assert after[0] > before[0] + 0.3
    assert after[1] == pytest.approx(before[1], abs=0.05)


def test_evidence_that_gets_better_every_quarter_says_more_of_today_than_its_mean() -> None:
    old = [seen(1.0)._replace(age=3)] * 10
    new = [seen(0.0)] * 10
    assert mean(*old, *new) > mean(*[seen(1.0)] * 10, *new) + 0.1


def test_an_observation_without_weight_says_nothing() -> None:
    assert mean(*[seen(1.0, weight=0.0)] * 9) == pytest.approx(mean(), abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_intervals_cover_what_they_say(kind: str) -> None:
    worlds = [simulate(kind, seed) for seed in range(16)]
    inside = [covered for world in worlds for covered in covers(world)]
    # 48 tasks that share their worlds; benchmarks/roles draws enough to tell 88 from 92 %.
    assert np.mean(inside) >= 0.75


@pytest.mark.slow
def test_ranks_are_even_in_worlds_of_the_models_own() -> None:
    ranks = []
    for seed in range(24):
        world = simulate("own", seed)
        draws = posterior(world.tasks, world.detection, world.observations, seed=seed).rate[:, :, 0]
        ranks += list((draws < world.rate).mean(axis=0))
    counts = np.histogram(ranks, bins=4, range=(0, 1))[0]
    assert counts.min() > 0.4 * len(ranks) / 4


def covers(world: World) -> list[bool]:
    draws = posterior(world.tasks, world.detection, world.observations).rate[:, :, 0]
    low, high = np.quantile(draws, [0.05, 0.95], axis=0)
    return list((low <= world.rate) & (world.rate <= high))
