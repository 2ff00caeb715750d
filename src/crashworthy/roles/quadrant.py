"""Automate, augment, protect or monitor: by whether an AI's drafts pay, and by how much hangs on a person's judgement.

Across: how far the share that an AI does to the standard is above the one from which a draft pays (`stage`). Up: the
mean of judgement, stakes and ambiguity, from the task's own description. The line half-way up is a convention, not a
finding, and a task beside the other line belongs to both sides, which the probability shows.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.model import Demands

MIDDLE = 0.5


class Quadrant(StrEnum):
    """What to do with a task."""

    AUTOMATE = "automate"
    AUGMENT = "augment"
    PROTECT = "protect"
    MONITOR = "monitor"


MEANING = {
    Quadrant.AUTOMATE: "A draft pays and little hangs on judgement: the first to hand over, once evidence allows.",
    Quadrant.AUGMENT: "A draft pays and much hangs on judgement: an AI drafts, people decide.",
    Quadrant.PROTECT: "A draft does not pay and much hangs on judgement: keep the people and their practice.",
    Quadrant.MONITOR: "A draft does not pay yet and little hangs on judgement: collect evidence, look again.",
}


class Place(NamedTuple):
    """Where a task stands: across from -1 to 1, up from 0 to 1, its quadrant, and how probable that is."""

    across: float
    up: float
    quadrant: Quadrant
    probability: float


def place(draws: Array, demands: Demands, pays_from: float) -> Place:
    """Where a task with these draws and demands stands; a draft pays from the share `pays_from`."""
    across, up = float(draws.mean()) - pays_from, (demands.judgement + demands.stakes + demands.ambiguity) / 3
    pays = across >= 0
    if up >= MIDDLE:
        quadrant = Quadrant.AUGMENT if pays else Quadrant.PROTECT
    else:
        quadrant = Quadrant.AUTOMATE if pays else Quadrant.MONITOR
    return Place(across, up, quadrant, float(np.mean((draws >= pays_from) == pays)))
