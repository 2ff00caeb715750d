"""What a role is: its tasks, what each takes, and where published figures about it come from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from crashworthy.core.value import Value

Degree = Annotated[float, Field(ge=0, le=1)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]


class Stage(StrEnum):
    """Who does a task, from people alone to AI behind a gate."""

    HUMAN = "Human"
    AT_RISK = "At Risk"
    AI_ASSISTED = "AI-Assisted"
    AUTOMATED = "Automated"


class Trend(StrEnum):
    """Whether more or less of a skill is asked of people as tools write more of the code."""

    EMERGING = "emerging"
    STEADY = "steady"
    DECLINING = "declining"


class Skill(Value):
    """What tasks need people to be able to do. `trend`, its reason `why`, and `hours` are our own judgement.

    `hours`: of deliberate work, from a neighbouring role to where it can be relied on. `area`: the part of a learning
    plan it belongs to. `families`: of weaknesses that practise it.
    """

    id: Id
    title: str
    area: str
    trend: Trend
    hours: Annotated[int, Field(gt=0)]
    why: str
    families: tuple[str, ...] = ()


class Source(Value):
    """Where a figure was published."""

    id: Id
    title: str
    year: Annotated[int, Field(ge=1990, le=2100)]
    licence: str | None = None
    url: str | None = None


class Figure(Value):
    """One published figure. `stage` is given where the source puts the task into one of the four stages."""

    source: Id
    says: str
    value: float | None = None
    stage: Stage | None = None


class Demands(Value):
    """What a task takes, each from 0 to 1, in our own judgement.

    `routine`: how alike one case is to the next. `judgement`: how much has to be weighed that no rule settles.
    `stakes`: what an error costs. `feedback`: how soon and how surely an error shows. `ambiguity`: how much of
    what is wanted has to be found out first.
    """

    routine: Degree
    judgement: Degree
    stakes: Degree
    feedback: Degree
    ambiguity: Degree


class Task(Value):
    """A task of a role.

    `share` is its share of the working time; `anchors` are O*NET task ids; `skills` are ids; `phrases` are how postings
    and people word it, by which it is recognised.
    """

    id: Id
    title: str
    description: str
    share: Annotated[float, Field(gt=0, le=1)]
    demands: Demands
    anchors: tuple[int, ...] = ()
    figures: tuple[Figure, ...] = ()
    skills: tuple[Id, ...] = ()
    phrases: tuple[str, ...] = ()


class Role(Value):
    """A role. `occupations` are O*NET-SOC codes of the occupations it is made of, the nearest first.

    `aliases` are other names that people give it. `skills` are those that its tasks name.
    """

    id: Id
    title: str
    description: str
    aliases: tuple[str, ...] = ()
    occupations: tuple[str, ...] = ()
    skills: tuple[Skill, ...] = ()
    sources: tuple[Source, ...] = ()
    figures: tuple[Figure, ...] = ()
    tasks: Annotated[tuple[Task, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Role:
        total = sum(task.share for task in self.tasks)
        if abs(total - 1) > 1e-6:
            raise ValueError(f"the shares of the tasks add up to {total:.3f}, not to 1")
        ids = [task.id for task in self.tasks]
        if len(set(ids)) != len(ids):
            raise ValueError("two tasks have the same id")
        known = {source.id for source in self.sources}
        figures = (*self.figures, *(figure for task in self.tasks for figure in task.figures))
        cited = {figure.source for figure in figures}
        if cited - known:
            raise ValueError(f"figures cite sources that are not listed: {', '.join(sorted(cited - known))}")
        named = {skill for task in self.tasks for skill in task.skills} - {skill.id for skill in self.skills}
        if named:
            raise ValueError(f"tasks name skills that are not described: {', '.join(sorted(named))}")
        return self

    def skill(self, skill_id: str) -> Skill:
        """The skill with that id. KeyError when no task names it."""
        return {skill.id: skill for skill in self.skills}[skill_id]

    def task(self, task_id: str) -> Task | None:
        """The task with that id."""
        return next((task for task in self.tasks if task.id == task_id), None)
