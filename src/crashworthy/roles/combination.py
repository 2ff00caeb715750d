"""Two roles as one: its tasks, what each side would have to learn, and what is gained by not handing work over.

A piece of work needs both roles. Two people do it in the time of their tasks plus what each hand-over costs: waiting,
explaining, and doing again what was misunderstood. One person of the combined role saves that, but is slower at the
half that is less familiar, the more so the fewer skills the halves share, and pays for changing between them. All of
these are assumptions; both sides use AI equally, which makes the work itself shorter and the hand-overs heavier.

    gain = (work + hand-over) / (work · (1 + unfamiliar · (1 - shared) / 2 + switching)) - 1
"""

from __future__ import annotations

import numpy as np

from crashworthy.core.value import Value
from crashworthy.roles.belief.sampler import Array
from crashworthy.roles.catalogue import combinations
from crashworthy.roles.mapping import overlap
from crashworthy.roles.model import Role
from crashworthy.roles.pathways import ToLearn, months, to_learn
from crashworthy.roles.score import RoleAssessment
from crashworthy.roles.simulation import Inputs, Range, Result, Swing, by_width, draw, result, swing_of_belief, tornado

ASSUMPTIONS = {
    "hand_over": Range(low=0.05, likely=0.15, high=0.30, title="hand-overs between two people, of the work"),
    "unfamiliar": Range(low=0.05, likely=0.20, high=0.50, title="slower at what is less familiar"),
    "switching": Range(low=0.00, likely=0.03, high=0.10, title="changing between the two"),
    "adoption": Range(low=0.3, likely=0.6, high=0.9, title="adoption: share of the drafts that pay and are made"),
}


class Side(Value):
    """What somebody of one role has to learn for the combination."""

    role: str
    title: str
    hours: int
    months: tuple[float, float]
    learn: tuple[ToLearn, ...]


class Combined(Value):
    """The combination. `gain`: of output for the same time, 0.1 is 10 %; `shared`: share of skill hours in common."""

    title: str
    named: bool
    why: str
    of: tuple[str, str]
    same: float
    shared: float
    tasks: dict[str, float]
    gain: Result
    swings: tuple[Swing, ...]
    assumptions: dict[str, Range]
    sides: tuple[Side, Side]


def combined_role(one: Role, other: Role) -> Role:
    """Both roles' tasks, each with half of its time from either side."""
    shares: dict[str, float] = {}
    for task in (*one.tasks, *other.tasks):
        shares[task.id] = shares.get(task.id, 0.0) + task.share / 2
    known = {task.id: task for task in (*other.tasks, *one.tasks)}
    title, why, _ = _name(one, other)
    return Role(
        id="-and-".join(sorted((one.id, other.id))),
        title=title,
        description=why,
        occupations=tuple(dict.fromkeys((*one.occupations, *other.occupations))),
        skills=tuple({skill.id: skill for skill in (*one.skills, *other.skills)}.values()),
        sources=tuple({source.id: source for source in (*one.sources, *other.sources)}.values()),
        tasks=tuple(
            known[task].model_copy(update={"share": share})
            for task, share in sorted(shares.items(), key=lambda item: -item[1])
        ),
    )


def combine(
    one: Role,
    other: Role,
    assessment: RoleAssessment,
    assumptions: dict[str, Range],
    *,
    hours_per_week: float,
    seed: int = 2026,
) -> Combined:
    """What the combination is and gains; `assessment` is that of `combined_role(one, other)`."""
    size = len(assessment.tasks[0].estimate.draws)
    inputs = draw(assumptions, size, seed)
    shared = _shared(one, other)

    def gain(given: Inputs) -> Array:
        work = _work(assessment, given["adoption"])
        slower = given["unfamiliar"] * (1 - shared) / 2 + given["switching"]
        return np.asarray((work + given["hand_over"]) / (work * (1 + slower)) - 1)

    gains = gain(inputs)
    score = sum((each.task.share * each.estimate.draws for each in assessment.tasks), np.zeros(size))
    belief = swing_of_belief(gains, score, "what AI does to the standard: what is not known of the tasks")
    title, why, named = _name(one, other)
    return Combined(
        title=title,
        named=named,
        why=why,
        of=(one.id, other.id),
        same=round(overlap({task.id: task.share for task in one.tasks}, other), 3),
        shared=round(shared, 3),
        tasks={task.id: round(task.share, 3) for task in assessment.role.tasks},
        gain=result(gains),
        swings=by_width([belief, *tornado(gain, inputs, assumptions)]),
        assumptions=assumptions,
        sides=(_side(one, other, hours_per_week), _side(other, one, hours_per_week)),
    )


def _work(assessment: RoleAssessment, adoption: Array) -> Array:
    """The time of a unit of the combination's work where drafts are made when they pay."""
    total = np.zeros_like(adoption)
    for each in assessment.tasks:
        draft = each.costs.review + 1 - each.estimate.draws
        pays = each.estimate.mean >= each.costs.assist
        total += each.task.share * (1 - adoption * (1 - draft) if pays else np.ones_like(draft))
    return total


def _shared(one: Role, other: Role) -> float:
    """The share of all skill hours that both roles need."""
    hours = {skill.id: skill.hours for skill in (*one.skills, *other.skills)}
    both = {skill.id for skill in one.skills} & {skill.id for skill in other.skills}
    return sum(hours[skill] for skill in both) / sum(hours.values()) if hours else 0.0


def _side(role: Role, other: Role, hours_per_week: float) -> Side:
    learn = to_learn(other, {skill.id for skill in role.skills})
    hours = sum(each.hours for each in learn)
    return Side(role=role.id, title=role.title, hours=hours, months=months(hours, hours_per_week), learn=learn)


def _name(one: Role, other: Role) -> tuple[str, str, bool]:
    known = next((each for each in combinations() if each.of == {one.id, other.id}), None)
    if known is not None:
        return known.title, known.why, True
    return f"{one.title} and {other.title}", f"{one.description} {other.description}", False
