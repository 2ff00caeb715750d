"""What roles are made of: tasks, skills, sources and occupations that come with crashworthy, each described once.

A role's file names a task by its id and adds its share of the time; what the file says beside that goes before the
catalogue. So a task with the same id means the same in every role, unless a team's own file says otherwise.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, NamedTuple

from crashworthy.roles.model import Skill, Task

Raw = dict[str, Any]


class Occupation(NamedTuple):
    """Median annual wage in US dollars (United States, May 2023), and usual experience in a related occupation.

    `checked`: whether the wage was compared with the page that it comes from.
    """

    title: str
    wage: int
    experience: str
    checked: bool = False


class Combination(NamedTuple):
    """A name for what two roles make together."""

    of: frozenset[str]
    title: str
    why: str


def folder() -> Traversable:
    """Where the library's files are."""
    return files("crashworthy.roles") / "library"


@cache
def tasks() -> dict[str, Task]:
    """All tasks by id, with a share of 1."""
    return {task_id: Task.model_validate({**raw, "id": task_id, "share": 1}) for task_id, raw in _raw_tasks().items()}


@cache
def skills() -> dict[str, Skill]:
    """All skills by id."""
    return {skill_id: Skill.model_validate({**raw, "id": skill_id}) for skill_id, raw in _read("skills.toml").items()}


@cache
def occupations() -> dict[str, Occupation]:
    """Occupations whose wage is known, by O*NET-SOC code."""
    return {code: Occupation(**raw) for code, raw in _read("occupations.toml").items()}


@cache
def combinations() -> tuple[Combination, ...]:
    """Combinations of two roles that have a name."""
    return tuple(
        Combination(frozenset(raw["of"]), raw["title"], raw["why"]) for raw in _read("combinations.toml")["combination"]
    )


def completed(role: Raw) -> Raw:
    """A role as its file gives it, with what the catalogue knows of its tasks, their skills and its sources."""
    listed = [_completed_task(task) for task in role.get("tasks", []) if isinstance(task, dict)]
    figures = [figure for part in (role, *listed) for figure in part.get("figures", []) if isinstance(figure, dict)]
    wanted_skills = (skill for task in listed for skill in task.get("skills", []))
    wanted_sources = (figure.get("source") for figure in figures)
    return {
        **role,
        **({"tasks": listed} if "tasks" in role else {}),
        "skills": [*role.get("skills", []), *_missing(role.get("skills", []), wanted_skills, _read("skills.toml"))],
        "sources": [
            *role.get("sources", []),
            *_missing(role.get("sources", []), wanted_sources, _read("sources.toml")),
        ],
    }


def _completed_task(task: Raw) -> Raw:
    return {**_raw_tasks().get(str(task.get("id")), {}), **task}


def _missing(given: list[Raw], wanted: Iterator[Any], known: Raw) -> list[Raw]:
    """Of what is wanted, in its order, what is known and not given."""
    there = {each.get("id") for each in given if isinstance(each, dict)}
    return [{**known[each], "id": each} for each in dict.fromkeys(wanted) if each in known and each not in there]


@cache
def _raw_tasks() -> Raw:
    parts = sorted((folder() / "tasks").iterdir(), key=lambda part: part.name)
    return {task: raw for part in parts for task, raw in tomllib.loads(part.read_text(encoding="utf-8")).items()}


@cache
def _read(name: str) -> Raw:
    return tomllib.loads((folder() / name).read_text(encoding="utf-8"))
