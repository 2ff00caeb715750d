"""The sampler gives the posteriors that are known in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from crashworthy.roles.belief.sampler import Array, disagreement, elliptical_slice


def draws(log_likelihood: object, size: int) -> Array:
    return elliptical_slice(log_likelihood, size, chains=50, keep=60, warm_up=100, thin=5, seed=3)  # type: ignore[arg-type]


def test_without_evidence_it_is_the_prior() -> None:
    found = draws(lambda states: np.zeros(len(states)), 2).reshape(-1, 2)
    assert found.mean(axis=0) == pytest.approx([0, 0], abs=0.06)
    assert np.cov(found.T) == pytest.approx(np.eye(2), abs=0.08)


@pytest.mark.parametrize(("seen", "noise"), [(1.0, 1.0), (-2.0, 0.5), (3.0, 0.2)])
def test_a_normal_observation_gives_the_conjugate_posterior(seen: float, noise: float) -> None:
    found = draws(lambda states: -0.5 * ((states[:, 0] - seen) / noise) ** 2, 1)
    precision = 1 + 1 / noise**2
    assert found.mean() == pytest.approx(seen / noise**2 / precision, abs=0.04)
    assert found.std() == pytest.approx(precision**-0.5, abs=0.03)
    assert disagreement(found[:, :, 0]) < 1.05


def test_chains_that_sit_in_different_places_disagree() -> None:
    apart = np.random.default_rng(1).standard_normal((4, 50)) + np.arange(4)[:, None] * 3
    assert disagreement(apart) > 2


def test_the_same_seed_gives_the_same_draws() -> None:
    assert np.array_equal(draws(lambda s: -(s[:, 0] ** 2), 1), draws(lambda s: -(s[:, 0] ** 2), 1))
