"""What counts as a change, as held, and as nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from crashworthy.ledger.incidents import Incident
from crashworthy.roles.evidence import TaskEvidence, read_evidence, weaknesses_of
from crashworthy.roles.explain import explain
from crashworthy.roles.load import find_role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import assess
from roles.ledgers import History

QUERIES = "database-queries"


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def evidence(history: History, task: str = QUERIES) -> TaskEvidence:
    return read_evidence(history.ledger, [task])[task]


def test_an_empty_ledger_says_nothing(history: History) -> None:
    assert evidence(history).works == ()


def test_a_change_that_held_at_once(history: History) -> None:
    run = history.run("c1")
    (work,) = evidence(history).works
    assert (work.held, work.rounds, set(work.tried), work.runs) == (True, 1, set(weaknesses_of(QUERIES)), (run,))


def test_a_change_that_broke_and_was_mended_is_one_change(history: History) -> None:
    history.run("c1", broke="lost-update")
    history.run("c2", broke="lost-update")
    history.run("c3")
    (work,) = evidence(history).works
    assert (work.held, work.rounds, len(work.runs), len(work.defects)) == (False, 3, 3, 2)


def test_a_mend_is_no_new_change_for_the_tasks_that_held(history: History) -> None:
    history.run("c1", broke="lost-update")
    history.run("c2")
    (work,) = evidence(history, "third-party-integration").works
    assert (work.held, len(work.runs)) == (True, 2)


def test_after_it_held_the_next_commit_is_a_new_change(history: History) -> None:
    history.run("c1")
    history.run("c2", broke="lost-update")
    assert [work.held for work in evidence(history).works] == [True, False]


def test_the_same_commit_again_is_the_same_change(history: History) -> None:
    for _ in range(5):
        history.run("c1")
    assert len(evidence(history).works) == 1


def test_a_commit_that_breaks_on_a_second_look_never_held(history: History) -> None:
    history.run("c1")
    history.run("c1", broke="lost-update")
    (work,) = evidence(history).works
    assert not work.held
    assert work.rounds is None


def test_without_commits_all_runs_are_one_change(history: History) -> None:
    history.run(None)
    history.run(None)
    assert len(evidence(history).works) == 1


def test_services_do_not_mix(history: History) -> None:
    history.run("c1", service="shop", broke="lost-update")
    history.run("c2", service="wallet")
    assert [work.held for work in evidence(history).works] == [False, True]


def test_what_was_not_tried_is_no_success(history: History) -> None:
    history.run("c1", tried=("lost-update",))
    (work,) = evidence(history).works
    assert work.tried == ("lost-update",)


def test_a_run_about_other_tasks_says_nothing(history: History) -> None:
    history.run("c1", tried=("held-by-slow-dependency",))
    found = evidence(history)
    assert (found.works, found.silent_runs) == ((), 1)


def test_what_holds_requests_up_speaks_about_performance() -> None:
    assert {"held-by-slow-dependency", "wedged-by-one-request", "cost-by-number", "slow-pattern"} <= set(
        weaknesses_of("performance-optimisation")
    )


def test_an_interrupted_run_says_nothing(history: History) -> None:
    history.run("c1", finished=False)
    found = evidence(history)
    assert (found.works, found.silent_runs) == ((), 1)


def test_a_minor_defect_is_a_quarter_of_a_failure_and_no_round(history: History) -> None:
    history.run("c1", broke="crash-on-input", severity="minor")
    history.run("c2")
    first, second = evidence(history, "input-validation").works
    assert (first.held, first.broken, second.held) == (False, 0.25, True)


def test_authors_are_told_apart_by_the_first_try(history: History) -> None:
    history.run("c1", author="ai", broke="lost-update")
    history.run("c2", author="human")
    history.run("c3", author="human")
    found = evidence(history)
    assert [work.author for work in found.works] == ["ai", "human"]
    assert [work.rounds for work in found.by("ai")] == [2]


def test_a_change_speaks_for_the_tasks_that_it_belongs_to(history: History) -> None:
    run = history.run("c1")
    history.ledger.classify(run, {QUERIES: 1.0, "schema-design": 0.5}, said_by="change", why="")
    assert [work.weight for work in evidence(history).works] == [1.0]
    assert evidence(history, "endpoint-implementation").works == ()


def test_what_is_said_by_hand_counts_instead(history: History) -> None:
    run = history.run("c1")
    history.ledger.classify(run, {"endpoint-implementation": 1.0}, said_by="hand", why="")
    history.ledger.classify(run, {QUERIES: 1.0}, said_by="change", why="")
    assert evidence(history).works == ()
    history.ledger.classify(run, {QUERIES: 0.25}, said_by="hand", why="")
    assert [work.weight for work in evidence(history).works] == [0.25]
    assert evidence(history, "endpoint-implementation").works == ()


@pytest.mark.parametrize(
    ("more", "escaped"),
    [
        ({}, True),
        ({"task": QUERIES}, True),
        ({"weakness": "lost-update"}, True),
        ({"task": "schema-design"}, False),
        ({"weakness": "held-by-slow-dependency"}, False),
    ],
)
def test_an_incident_says_that_what_held_was_broken(history: History, more: dict[str, str], escaped: bool) -> None:
    history.run("c1")
    known = {"id": "I1", "at": "2026-11-20T12:00:00Z", "title": "It broke", "commit": "c1"}
    history.ledger.escaped(Incident.model_validate(known | more))
    assert [work.escaped for work in evidence(history).works] == [escaped]


def test_reviews_are_timed_by_change_and_shown_from_five_on(history: History) -> None:
    role, prior = find_role("backend-engineer"), shipped_prior()

    def told() -> str:
        evidence = read_evidence(history.ledger, [task.id for task in role.tasks])
        (task,) = (each for each in assess(role, evidence, prior).tasks if each.task.id == "database-queries")
        return "\n".join(line for _, lines in explain(role, task, prior) for line in lines)

    for number in range(5):
        run = history.run(f"c{number}")
        if number == 4:
            assert "Reviews were timed for 4; their time shows from 5 changes on" in told()
        history.ledger.reviewed(run, 90)
        history.ledger.reviewed(run, 10 + number, 48)
    assert "Reviewing took 12 minutes, the median of 5 changes; 0.25 of the work by hand" in told()
