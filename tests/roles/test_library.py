"""Roles hold together, and every weakness speaks about a task that some role has."""

from __future__ import annotations

from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.roles.load import find_role, library, parse_role
from crashworthy.roles.model import Role
from crashworthy.roles.prior import shipped_prior
from crashworthy.weaknesses.catalogue import CATALOGUE

PUBLISHED = {
    "system-architecture-design": "Human",
    "scalability-planning": "Human",
    "ai-model-integration": "Human",
    "incident-response": "Human",
    "performance-optimisation": "AI-Assisted",
    "security-implementation": "AI-Assisted",
    "schema-design": "AI-Assisted",
    "third-party-integration": "AI-Assisted",
    "endpoint-implementation": "Automated",
    "database-queries": "Automated",
}
SMALL = """
id = "clerk"
title = "Clerk"
description = "Files."
[[tasks]]
id = "filing"
title = "Filing"
description = "Put paper into folders."
share = {share}
demands = {{ routine = 1, judgement = 0, stakes = 0, feedback = 1, ambiguity = 0 }}
"""


@pytest.mark.parametrize("role", library().values(), ids=lambda role: role.id)
def test_every_anchor_is_a_rated_task(role: Role) -> None:
    labels = shipped_prior().labels
    missing = [anchor for task in role.tasks for anchor in task.anchors if anchor not in labels]
    assert missing == []


@pytest.mark.parametrize("weakness", CATALOGUE.values(), ids=lambda weakness: weakness.id)
def test_the_tasks_of_a_weakness_are_tasks_of_a_role(weakness) -> None:
    known = {task.id for role in library().values() for task in role.tasks}
    assert weakness.tasks, "a weakness that speaks about no task is evidence of nothing"
    assert set(weakness.tasks) <= known


def test_the_backend_engineer_has_the_ten_tasks_with_a_published_stage() -> None:
    tasks = library()["backend-engineer"].tasks
    assert {task.id: figure.stage for task in tasks for figure in task.figures if figure.stage} == PUBLISHED


def test_a_task_means_the_same_in_every_role() -> None:
    demands: dict[str, object] = {}
    for role in library().values():
        for task in role.tasks:
            assert demands.setdefault(task.id, task.demands) == task.demands, task.id


def test_a_role_of_ones_own_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "clerk.toml"
    file.write_text(SMALL.format(share=1))
    assert find_role(str(file)).title == "Clerk"


def test_shares_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(CrashworthyError, match=r"add up to 0\.500, not to 1"):
        parse_role(SMALL.format(share=0.5), "clerk.toml")


def test_an_unknown_role_names_the_nearest() -> None:
    with pytest.raises(CrashworthyError) as caught:
        find_role("backend-enginer")
    assert "Did you mean backend-engineer?" in caught.value.remedy


def test_a_missing_role_file_is_an_error_of_the_user(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match="cannot be read"):
        find_role(str(tmp_path / "none.toml"))
