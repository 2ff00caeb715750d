"""The stage of a task: who should do it, by what each way costs, and who does it now, by the ledger.

What a unit of a task's work costs when p of what an AI writes is right, with the unit done by a person as 1:

    people       1
    AI-assisted  review + (1 - p)           a person reviews the draft, and does again what is wrong
    automated    (1 - p) · (1 + escape)     nobody looks; what is wrong is done again, after its damage

`review` is the mean of judgement, ambiguity and what is not routine: reviewing costs nothing where all is alike and
clear, and as much as the work where no case is like another. `escape` is up to 20 times the work, by the stakes and by
how much of it no gate would show in time. The figures are ours, and the part of the method to argue with; a role's own
file may rate its demands anew.

The costs are linear in p, so the cheapest way by expectation is the cheapest at the mean of p. The probability of a
stage is the share of draws in which it would be the cheapest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Demands, Stage

ESCAPED_DEFECT = 20.0
_CLOSE = 0.05


class Costs(NamedTuple):
    """Of reviewing, and of a defect that nobody saw in time, as shares of the work itself."""

    review: float
    escape: float

    @property
    def assist(self) -> float:
        """From this share of right work on, drafts pay."""
        return min(1.0, self.review)

    @property
    def hand_over(self) -> float:
        """From this share on, handing over costs least."""
        if not self.escape:
            return 0.0
        # Cheaper than drafts with review, and cheaper than people.
        return min(1.0, max(1 - self.review / self.escape, 1 - 1 / (1 + self.escape)))


class Decision(NamedTuple):
    """The stage, the probability of each, why, and whether its neighbour costs nearly the same."""

    stage: Stage
    probabilities: dict[Stage, float]
    reason: str
    close: bool


def costs(demands: Demands) -> Costs:
    """What reviewing and what escaping costs."""
    return Costs(
        review=(demands.judgement + demands.ambiguity + (1 - demands.routine)) / 3,
        escape=ESCAPED_DEFECT * demands.stakes * (1 - demands.feedback),
    )


def cheapest(share: Array, at: Costs) -> Array:
    """Per share of right work the cheapest way: 0 people, 1 AI-assisted, 2 automated."""
    ways = np.stack([np.ones_like(share), at.review + (1 - share), (1 - share) * (1 + at.escape)])
    return np.asarray(np.argmin(ways, axis=0))


def decide(draws: Array, evidence: TaskEvidence, demands: Demands) -> Decision:
    """The stage that costs least by expectation. Without AI-written work in the ledger no task counts as automated."""
    at = costs(demands)
    by_ai, by_people = len(evidence.by("ai")), len(evidence.by("human"))
    # Work by unknown authors is no practice of either; where nothing is known, people are taken to do it.
    stages = (Stage.HUMAN, Stage.AI_ASSISTED, Stage.AUTOMATED if by_ai > by_people else Stage.AT_RISK)
    mean = float(draws.mean())
    stage = stages[int(cheapest(np.array([mean]), at)[0])]
    ways = cheapest(draws, at)
    probabilities = dict.fromkeys(Stage, 0.0) | {
        each: float(np.mean(ways == place)) for place, each in enumerate(stages)
    }
    close = min(abs(mean - at.assist), abs(mean - at.hand_over)) < _CLOSE
    return Decision(stage, probabilities, _reason(stage, at, by_ai, by_people), close)


def _reason(stage: Stage, at: Costs, by_ai: int, by_people: int) -> str:
    match stage:
        case Stage.HUMAN:
            why = f"less than {at.assist:.0%} of it is expected to come out right, where drafts begin to pay"
        case Stage.AI_ASSISTED:
            why = f"a draft pays from {at.assist:.0%}; to hand it over, {at.hand_over:.0%} of what AI writes must hold"
        case Stage.AT_RISK:
            why = f"AI's work holds above the {at.hand_over:.0%} to hand over, and people still do most of it"
        case Stage.AUTOMATED:
            why = f"AI does most of it, and it holds above the {at.hand_over:.0%} to hand over"
    seen = f"{by_ai} AI-written and {by_people} human-written changes seen" if by_ai or by_people else "no change seen"
    return f"{why}; {seen}"
