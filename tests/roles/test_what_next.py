"""What would turn a stage: fewer changes the nearer the line, none where the experiments are blind."""

from __future__ import annotations

import numpy as np
import pytest

from crashworthy.roles.stage import Costs
from crashworthy.roles.what_next import turn

AT = Costs(review=0.3, escape=4.0)  # drafts pay from 0.3, handing over from 0.925


def draws(mean: float) -> np.ndarray:
    weight = 12.0
    return np.random.default_rng(1).beta(mean * weight, (1 - mean) * weight, size=4000)


def test_the_nearer_the_line_the_fewer_changes_turn_it() -> None:
    far, near = turn(draws(0.8), AT, found=1.0), turn(draws(0.88), AT, found=1.0)
    assert far.held is not None
    assert near.held is not None
    assert near.held < far.held


def test_a_beta_turns_when_its_mean_does() -> None:
    # Beta(10.2, 1.8) after n held changes has the mean (10.2 + n) / (12 + n).
    found = turn(draws(0.85), AT, found=1.0).held
    assert found == pytest.approx(np.ceil((0.925 * 12 - 10.2) / (1 - 0.925)), abs=2)


def test_nothing_turns_what_cannot_be_found() -> None:
    assert turn(draws(0.6), AT, found=0.0) == (None, None)


def test_breaks_turn_it_down() -> None:
    assert turn(draws(0.35), AT, found=0.9).broken in (1, 2, 3)
