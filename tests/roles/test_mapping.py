"""Duties become a role that can be corrected by hand, and what is not known keeps its part of the time."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crashworthy.roles.intake import Duty
from crashworthy.roles.load import find_role, parse_role
from crashworthy.roles.mapping import map_duties, nearest_roles, role_file, role_of

DUTIES = (Duty("Review pull requests", 30.0), Duty("Feed the cat", 20.0), Duty("Write SQL queries"))


def test_what_is_not_known_keeps_its_time() -> None:
    mapping = map_duties(DUTIES)
    assert mapping.unknown == pytest.approx(0.2)
    assert mapping.shares == pytest.approx({"database-queries": 0.5, "code-review": 0.3})


def test_the_written_role_can_be_read_back_and_shows_what_it_rests_on() -> None:
    text = role_file(map_duties(DUTIES), "Our clerk")
    role = parse_role(text, "clerk.toml")
    assert [task.id for task in role.tasks] == ["database-queries", "code-review"]
    assert "# 1.00 Review pull requests (review, pull, requests)" in text
    assert "# Feed the cat" in text


@settings(deadline=None)
@given(st.text(max_size=60), st.lists(st.text(max_size=80), min_size=1, max_size=5))
def test_whatever_the_words_the_file_is_a_role(name: str, texts: list[str]) -> None:
    mapping = map_duties([*(Duty(text) for text in texts), DUTIES[0]])
    content = tomllib.loads(role_file(mapping, name))
    assert sum(task["share"] for task in content["tasks"]) == pytest.approx(1)
    assert role_of(mapping, name) is not None


def test_the_nearest_role_of_a_roles_own_tasks_is_itself() -> None:
    data = find_role("data-engineer")
    (role, same), *_ = nearest_roles({task.id: task.share for task in data.tasks})
    assert (role.id, same) == ("data-engineer", pytest.approx(1))
