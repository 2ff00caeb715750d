"""The quadrant follows the draws and the demands; the threat weighs routine."""

from __future__ import annotations

import numpy as np
import pytest

from crashworthy.roles.model import Demands
from crashworthy.roles.quadrant import Quadrant, place
from crashworthy.roles.threat import threat


def demands(judgement: float) -> Demands:
    return Demands(routine=0.5, judgement=judgement, stakes=judgement, feedback=0.5, ambiguity=judgement)


@pytest.mark.parametrize(
    ("share", "judgement", "quadrant"),
    [
        (0.9, 0.2, Quadrant.AUTOMATE),
        (0.9, 0.8, Quadrant.AUGMENT),
        (0.1, 0.8, Quadrant.PROTECT),
        (0.1, 0.2, Quadrant.MONITOR),
    ],
)
def test_the_four_corners(share: float, judgement: float, quadrant: Quadrant) -> None:
    found = place(np.full(10, share), demands(judgement), pays_from=0.5)
    assert (found.quadrant, found.probability) == (quadrant, 1.0)


def test_a_task_beside_the_line_belongs_to_both_sides() -> None:
    assert place(np.linspace(0.4, 0.61, 100), demands(0.8), pays_from=0.5).probability == pytest.approx(0.5, abs=0.1)


def test_the_threat_is_that_of_routine_work() -> None:
    done, undone = np.full(5, 1.0), np.full(5, 0.0)
    assert threat([0.5, 0.5], [1.0, 0.0], [done, undone]).score == pytest.approx(10)
    assert threat([0.5, 0.5], [0.0, 1.0], [done, undone]).score == pytest.approx(0)
    assert threat([1.0], [0.0], [done]).score == 0
