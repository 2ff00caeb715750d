"""What an organisation should do next about a role, each step with the figures that it rests on.

Tasks of which the same is to be done share a step: a list of what to do is read, one of thirteen tasks is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crashworthy.core.value import Value
from crashworthy.roles.model import Stage
from crashworthy.roles.quadrant import Quadrant
from crashworthy.roles.score import RoleAssessment, TaskAssessment

_MUCH_TIME = 0.08
_LITTLE_KNOWN = 0.15
_SURE = 0.8
_SEEN = 5
"""Work is taken back when drafts do not pay with this probability, after so many changes: a bad one is no reason."""
_MOST = 7
_FEW = 15
"""As many changes are asked of a team within a quarter."""


class Action(Value):
    """A step: what to `do` about which tasks (ids), why, and how much of the role's time it concerns (0 to 1)."""

    tasks: tuple[str, ...]
    do: str
    why: str
    share: float


class _Step(NamedTuple):
    """What to do about one task; what the figures of this step are about, and that of the task."""

    each: TaskAssessment
    do: str
    about: str
    figure: str


def recommended(assessment: RoleAssessment) -> tuple[Action, ...]:
    """The steps, the most urgent kind first, then those that concern most of the time."""
    grouped: dict[tuple[int, str], list[_Step]] = {}
    for each in assessment.tasks:
        for step in _of_task(each):
            grouped.setdefault((_urgency(each), step.do), []).append(step)
    found = sorted(grouped.items(), key=lambda item: (item[0][0], -_time(item[1])))
    return tuple(_action(do, steps) for (_, do), steps in found[:_MOST])


def _action(do: str, steps: list[_Step]) -> Action:
    steps = sorted(steps, key=lambda step: -step.each.task.share)
    titles = [step.each.task.title for step in steps]
    figures = [f"{title} {step.figure}" for title, step in zip(titles, steps, strict=True)]
    return Action(
        tasks=tuple(step.each.task.id for step in steps),
        do=f"{do}: {', '.join(titles)}",
        why=f"{steps[0].about}: {'; '.join(figures) if len(steps) > 1 else steps[0].figure}",
        share=round(_time(steps), 3),
    )


def _time(steps: list[_Step]) -> float:
    return sum(step.each.task.share for step in steps)


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


def _known_to_fail(each: TaskAssessment) -> bool:
    return each.decision.probabilities[Stage.HUMAN] >= _SURE and len(each.evidence.by("ai")) >= _SEEN


def _of_task(each: TaskAssessment) -> Iterator[_Step]:
    low, high = each.estimate.interval
    does, at = f"{low:.0%} to {high:.0%}", each.costs
    works = each.evidence.by("ai")
    escaped = sum(work.escaped for work in works)
    if escaped:
        yield _Step(
            each,
            "Add what escaped to the constraints, so that the next run tries it",
            "Changes that held here and broke in production",
            str(escaped),
        )
    match each.decision.stage:
        case Stage.AT_RISK:
            yield _Step(
                each,
                "Put the crash test into the pipeline as a gate, then hand over",
                "What AI does to the standard, and from where handing over costs least",
                f"{does}, from {at.hand_over:.0%}",
            )
        case Stage.AUTOMATED:
            yield _Step(
                each,
                "Keep the gate, look at every tenth change, and count what escapes; evidence grows old",
                "What AI does to the standard, and from where handing over costs least",
                f"{does}, from {at.hand_over:.0%}",
            )
        case Stage.AI_ASSISTED:
            yield _Step(
                each,
                "Go on with drafts by AI, each reviewed before it is merged"
                if _practised(each)
                else "Let an AI draft, and give the time saved to review",
                "What AI does to the standard, and from where a draft pays, and handing over",
                f"{each.estimate.mean:.0%}, from {at.assist:.0%} and {at.hand_over:.0%}",
            )
        case Stage.HUMAN if _practised(each) and not _known_to_fail(each):
            held = sum(work.held for work in works)
            yield _Step(
                each,
                "Review each AI-written change before it is merged, and crash-test it: more cannot be said yet",
                "AI-written changes that held at first try, what AI does to the standard, and from where a draft pays",
                f"{held} of {len(works)}, {does}, from {at.assist:.0%}",
            )
        case Stage.HUMAN if _practised(each):
            held = sum(work.held for work in works)
            yield _Step(
                each,
                "Take back what is AI-written, or let an AI draft only with a person who does again what is wrong",
                "AI-written changes that held at first try, what AI does to the standard, and from where a draft pays",
                f"{held} of {len(works)}, {does}, from {at.assist:.0%}",
            )
        case Stage.HUMAN if each.place.quadrant is Quadrant.PROTECT and each.task.share >= _MUCH_TIME:
            yield _Step(
                each,
                "Keep with people, and see to it that juniors go on learning it",
                "Much hangs on judgement; what AI does to the standard",
                does,
            )
        case Stage.HUMAN if each.turn.held is not None and each.turn.held <= _FEW:
            yield _Step(
                each,
                "Try AI drafts on the next changes, and crash-test each",
                "How many that hold in a row would move it up, and what AI does to the standard now",
                f"{each.turn.held}, {does}",
            )
