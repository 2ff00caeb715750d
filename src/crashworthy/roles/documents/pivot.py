"""A plan for one person: what of their work tools can do, what is near that stays with people, and how to get there.

It is made from a file of the person's own and from a ledger of their choice. Nothing of it is written anywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from crashworthy.core.value import Value
from crashworthy.roles.catalogue import skills as all_skills
from crashworthy.roles.catalogue import tasks as all_tasks
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.model import Role, Stage, Task, Trend
from crashworthy.roles.pathways import Pathway, pathways
from crashworthy.roles.practice import Practice, practices
from crashworthy.roles.quadrant import Quadrant
from crashworthy.roles.score import RoleAssessment, TaskAssessment

_MOST_NEIGHBOURS = 6
_MOST_WAYS = 4
_MOST_SKILLS = 8
_STAYS = 0.55
_USUAL_HOURS = 40


class PersonalTask(Value):
    """A task of the person: its share of the time, what an AI does of it, and what that means for them."""

    task: str
    title: str
    share: float
    stage: Stage
    interval: tuple[float, float]
    outlook: str


class Neighbour(Value):
    """A task near what the person does, on which judgement hangs (0 to 1); `learn`: skills that are missing."""

    task: str
    title: str
    judgement: float
    known: tuple[str, ...]
    learn: tuple[str, ...]
    hours: int


class PivotPlan(Value):
    """The whole plan. `unknown`: the share of the time that is no known task; the threat does not cover it."""

    title: str
    threat: float
    threat_interval: tuple[float, float]
    routine: float
    unknown: float
    tasks: tuple[PersonalTask, ...]
    neighbours: tuple[Neighbour, ...]
    ways: tuple[Pathway, ...]
    hours_per_week: float
    steps: tuple[Practice, ...]


def pivot_plan(
    assessment: RoleAssessment,
    evidence: Mapping[str, TaskEvidence],
    *,
    unknown: float,
    have: Collection[str] | None,
    hours_per_week: float,
    least_wage: int | None = None,
    no_experience: bool = False,
    target: Role | None = None,
) -> PivotPlan:
    """The plan for somebody with these tasks. Without `have`, they have the skills that their tasks name."""
    role = assessment.role
    owned = set(have) if have is not None else {skill.id for skill in role.skills}
    shares = {task.id: task.share for task in role.tasks}
    ways = pathways(
        shares, owned, hours_per_week=hours_per_week, least_wage=least_wage, no_experience=no_experience,
        leave_out=role.id,
    )  # fmt: skip
    if target is not None:
        ways = tuple(way for way in ways if way.role == target.id)
    neighbours = _neighbours(role, owned)
    wanted = [each.id for way in ways[:1] for each in way.learn] + [
        skill for each in neighbours for skill in each.learn
    ]
    kept = [skill.id for skill in role.skills if skill.trend is Trend.EMERGING]
    known = all_skills()
    chosen = [known[skill] for skill in dict.fromkeys((*wanted, *kept)) if skill in known][:_MOST_SKILLS]
    return PivotPlan(
        title=role.title,
        threat=round(assessment.threat.score, 1),
        threat_interval=(round(assessment.threat.interval[0], 1), round(assessment.threat.interval[1], 1)),
        routine=round(assessment.threat.routine, 2),
        unknown=round(unknown, 3),
        tasks=tuple(_personal(each) for each in sorted(assessment.tasks, key=lambda each: -each.task.share)),
        neighbours=neighbours,
        ways=ways[:_MOST_WAYS],
        hours_per_week=hours_per_week,
        steps=practices(chosen, evidence),
    )


def _personal(each: TaskAssessment) -> PersonalTask:
    return PersonalTask(
        task=each.task.id,
        title=each.task.title,
        share=round(each.task.share, 3),
        stage=each.decision.stage,
        interval=each.estimate.interval,
        outlook=_outlook(each),
    )


def _outlook(each: TaskAssessment) -> str:
    if each.decision.stage in (Stage.AT_RISK, Stage.AUTOMATED):
        return "move out of writing it, into deciding what it must survive and guarding the gate"
    match each.place.quadrant:
        case Quadrant.AUTOMATE:
            return "let a tool draft it, and become the one who sees what is missing"
        case Quadrant.AUGMENT:
            return "let a tool draft it; your judgement decides, so practise it on purpose"
        case Quadrant.PROTECT:
            return "stays with people; get deeper, and show decisions rather than output"
        case Quadrant.MONITOR:
            return "tools are not there yet and little judgement hangs on it; learn beside it, look again in a quarter"


def _neighbours(role: Role, have: set[str]) -> tuple[Neighbour, ...]:
    """Tasks beside one's own on which much judgement hangs, those that are soonest learned first."""
    own = {task.id for task in role.tasks}
    found = [_neighbour(task, have) for task in all_tasks().values() if task.id not in own]
    near = [each for each in found if each.known and each.judgement >= _STAYS]
    return tuple(sorted(near, key=lambda each: -each.judgement / (_USUAL_HOURS + each.hours))[:_MOST_NEIGHBOURS])


def _neighbour(task: Task, have: set[str]) -> Neighbour:
    known = all_skills()
    learn = [skill for skill in task.skills if skill not in have and known[skill].trend is not Trend.DECLINING]
    demands = task.demands
    return Neighbour(
        task=task.id,
        title=task.title,
        judgement=round((demands.judgement + demands.stakes + demands.ambiguity) / 3, 2),
        known=tuple(known[skill].title for skill in task.skills if skill in have),
        learn=tuple(learn),
        hours=sum(known[skill].hours for skill in learn),
    )
