"""The stage of a task: who should do it, by what errors cost, and who does it now, by the ledger.

Two lines divide the stages. Both are break-even points p = cost / (cost + gain), with the gain of AI doing the work
to the standard as 1:

- *Assist*: a draft pays when it is right often enough for its review. Reviewing costs nothing where all is routine and
  clear, and as much as the work where no case is like another and it takes judgement to know what is wanted.
- *Hand over*: nobody decides any more, so what slips through costs up to 20 times the work, by its stakes and by how
  much of it no gate would show in time.

Of the three stages in this order, the middle one of all draws is decided for: people are given up on only when it is
more likely than not that a draft pays, and the decision only when it is more likely than not that handing over does.
These figures are ours; they are the part of the method to argue with. A role's own file may rate its demands anew.
"""

from __future__ import annotations

from typing import NamedTuple

from crashworthy.roles.estimate import Estimate
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Demands, Stage

_ESCAPED_DEFECT = 20.0
# Handing a task over means most of it.
_MOST = 0.5
_EVEN = 0.5
_CLOSE = 0.05


class Lines(NamedTuple):
    """The break-even shares: of the task done to the standard, and of AI's work that must hold."""

    assist: float
    hand_over: float


class Decision(NamedTuple):
    """The stage, the probability of each, why, and whether its neighbour is so nearly as likely that it is a toss."""

    stage: Stage
    probabilities: dict[Stage, float]
    reason: str
    close: bool


def lines(demands: Demands) -> Lines:
    """Where drafting, and where handing over, begin to pay."""
    review = (demands.judgement + demands.ambiguity + (1 - demands.routine)) / 3
    escape = _ESCAPED_DEFECT * demands.stakes * (1 - demands.feedback)
    return Lines(assist=review / (1 + review), hand_over=escape / (1 + escape))


def decide(estimate: Estimate, evidence: TaskEvidence, demands: Demands) -> Decision:
    """The stage by the estimate's draws. Without AI-written work in the ledger no task counts as automated."""
    at = lines(demands)
    handed = drafted = 0
    for reach, holds in zip(estimate.reach_draws, estimate.holds_draws, strict=True):
        if holds >= at.hand_over and reach >= _MOST:
            handed += 1
        elif reach * holds >= at.assist:
            drafted += 1
    total = len(estimate.reach_draws)
    by_ai, by_people = len(evidence.by("ai")), len(evidence.by("human"))
    # Work by unknown authors is no practice of either; where nothing is known, people are taken to do it.
    done_by_ai = by_ai > by_people
    handed_stage = Stage.AUTOMATED if done_by_ai else Stage.AT_RISK
    probabilities = dict.fromkeys(Stage, 0.0)
    probabilities[Stage.HUMAN] = (total - handed - drafted) / total
    probabilities[Stage.AI_ASSISTED] = drafted / total
    probabilities[handed_stage] = handed / total
    useful = (handed + drafted) / total
    if handed / total > _EVEN:
        stage, doubt = handed_stage, handed / total
    elif useful > _EVEN:
        stage, doubt = Stage.AI_ASSISTED, min(useful, 1 - handed / total)
    else:
        stage, doubt = Stage.HUMAN, 1 - useful
    close = doubt < _EVEN + _CLOSE
    return Decision(stage, probabilities, _reason(stage, at, by_ai, by_people), close)


def _reason(stage: Stage, at: Lines, by_ai: int, by_people: int) -> str:
    match stage:
        case Stage.HUMAN:
            why = f"more likely than not less than {at.assist:.0%} of it comes out right, where drafts begin to pay"
        case Stage.AI_ASSISTED:
            why = f"a draft pays from {at.assist:.0%}; to hand it over, {at.hand_over:.0%} of what AI writes must hold"
        case Stage.AT_RISK:
            why = f"AI's work holds above the {at.hand_over:.0%} to hand over, and people still do most of it"
        case Stage.AUTOMATED:
            why = f"AI does most of it, and it holds above the {at.hand_over:.0%} to hand over"
    seen = f"{by_ai} AI-written and {by_people} human-written changes seen" if by_ai or by_people else "no change seen"
    return f"{why}; {seen}"
