"""What an organisation should do next about a role, each step with the figures that it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from crashworthy.core.value import Value
from crashworthy.roles.model import Stage
from crashworthy.roles.quadrant import Quadrant
from crashworthy.roles.score import RoleAssessment, TaskAssessment

_MUCH_TIME = 0.08
_LITTLE_KNOWN = 0.15
_MOST = 7
_FEW = 15
"""As many changes are asked of a team within a quarter."""


class Action(Value):
    """A step: what to `do` about which task, why, and how much of the role's time it concerns (0 to 1)."""

    task: str
    do: str
    why: str
    share: float


def recommended(assessment: RoleAssessment) -> tuple[Action, ...]:
    """The steps that concern most of the time, the most urgent kind first."""
    found = [action for each in assessment.tasks for action in _of_task(each)]
    order = {each.task.id: _urgency(each) for each in assessment.tasks}
    return tuple(sorted(found, key=lambda action: (order[action.task], -action.share))[:_MOST])


def _urgency(each: TaskAssessment) -> int:
    """Work that was handed over and does not hold comes first; what is merely unknown comes last."""
    if _practised(each) and each.decision.stage in (Stage.HUMAN, Stage.AI_ASSISTED):
        return 0
    if each.decision.stage is Stage.AT_RISK:
        return 1
    if each.decision.stage is Stage.AUTOMATED:
        return 2
    return 3 if each.estimate.evidence_share >= _LITTLE_KNOWN else 4


def _practised(each: TaskAssessment) -> bool:
    return len(each.evidence.by("ai")) > len(each.evidence.by("human"))


def _of_task(each: TaskAssessment) -> Iterator[Action]:
    title, low_high = each.task.title, each.estimate.interval
    range_ = f"{low_high[0]:.0%} to {low_high[1]:.0%} of it to the standard"
    escaped = sum(work.escaped for work in each.evidence.by("ai"))
    if escaped:
        yield _action(
            each,
            f"{title}: add what escaped to the constraints, so that the next run tries it",
            f"{escaped} change{'s' * (escaped != 1)} held here and broke in production",
        )
    match each.decision.stage:
        case Stage.AT_RISK:
            yield _action(
                each,
                f"{title}: put the crash test into the pipeline as a gate, then hand it over",
                f"AI does {range_}, above the {each.costs.hand_over:.0%} at which handing over costs least",
            )
        case Stage.AUTOMATED:
            yield _action(
                each,
                f"{title}: keep the gate, look at every tenth change, and count what escapes",
                f"AI does {range_}; the estimate lives from evidence that grows old",
            )
        case Stage.AI_ASSISTED:
            yield _action(each, f"{title}: let an AI draft, and give the time saved to review", _why_draft(each))
        case Stage.HUMAN if _practised(each):
            yield _action(
                each,
                f"{title}: take it back, or let an AI draft only with a person who does it again where needed",
                f"most changes seen are AI-written, and AI does only {range_}",
            )
        case Stage.HUMAN if each.place.quadrant is Quadrant.PROTECT and each.task.share >= _MUCH_TIME:
            yield _action(
                each,
                f"{title}: keep it with people, and see to it that juniors go on learning it",
                f"much hangs on judgement, and AI does {range_}",
            )
        case Stage.HUMAN if each.turn.held is not None and each.turn.held <= _FEW:
            yield _action(
                each,
                f"{title}: try AI drafts on the next {each.turn.held} changes and crash-test each",
                f"so many that hold in a row would move it up; now {range_}",
            )


def _why_draft(each: TaskAssessment) -> str:
    at = each.costs
    return (
        f"a draft pays from {at.assist:.0%}, and AI does {each.estimate.mean:.0%}; "
        f"handing over would need {at.hand_over:.0%}"
    )


def _action(each: TaskAssessment, do: str, why: str) -> Action:
    return Action(task=each.task.id, do=do, why=why, share=each.task.share)
