"""Lines in people's own words are taken for the right task, and for none where nothing is alike."""

from __future__ import annotations

import pytest

from crashworthy.roles.catalogue import tasks
from crashworthy.roles.similarity import THRESHOLD, mapped, matches


@pytest.mark.parametrize(
    ("line", "task"),
    [
        ("Develop RESTful APIs for our mobile clients", "endpoint-implementation"),
        ("Take part in the on-call rota", "incident-response"),
        ("Be on call every sixth week", "incident-response"),
        ("Hold a 1:1 with each report", "people-development"),
        ("Keep Terraform modules in order", "infrastructure-configuration"),
        ("Coach and mentor engineers of the team", "people-development"),
        ("Automate end-to-end tests with Playwright", "automated-testing"),
        ("Build ETL jobs in Airflow", "data-pipelines"),
    ],
)
def test_a_line_is_the_task_it_speaks_of(line: str, task: str) -> None:
    assert mapped(line)[0].task == task


def test_words_without_content_name_no_further_task() -> None:
    assert [match.task for match in mapped("Write SQL queries and tune slow ones")] == [
        "database-queries",
        "database-tuning",
    ]


@pytest.mark.parametrize(
    "line", ["Water the plants in the office", "Drive a lorry", "Competitive salary and bonus", ""]
)
def test_what_is_alike_to_nothing_is_not_guessed(line: str) -> None:
    assert mapped(line) == ()


def test_a_line_that_names_two_tasks_is_both() -> None:
    assert {match.task for match in mapped("Review pull requests and maintain Kubernetes clusters")} == {
        "code-review",
        "infrastructure-configuration",
    }


def test_words_that_go_with_anything_are_never_enough() -> None:
    assert matches("Develop and maintain software services for the team") == ()


def test_every_match_shows_the_words_that_it_rests_on() -> None:
    match = mapped("Write SQL queries")[0]
    assert set(match.words) <= {"write", "sql", "queries"}
    assert THRESHOLD <= match.similarity <= 1


@pytest.mark.parametrize("task", tasks().values(), ids=lambda task: task.id)
def test_every_task_is_recognised_by_its_own_title(task) -> None:
    assert task.id in {match.task for match in matches(task.title)}
