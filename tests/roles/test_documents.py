"""Plans, descriptions and kits say what they should, and nothing about anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crashworthy.core.weakness import Family
from crashworthy.roles.catalogue import skills
from crashworthy.roles.documents.description import before, compare, describe
from crashworthy.roles.documents.interview import interview_kit
from crashworthy.roles.documents.learning import DEFAULT, learning_plan
from crashworthy.roles.documents.pivot import pivot_plan
from crashworthy.roles.documents.posting import posting
from crashworthy.roles.evidence import read_evidence
from crashworthy.roles.load import find_role
from crashworthy.roles.model import Stage, Trend
from crashworthy.roles.practice import practice
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.score import RoleAssessment, assess
from roles.ledgers import History

ROLE = find_role("backend-engineer")


def assessed(history: History) -> RoleAssessment:
    return assess(ROLE, evidence_of(history), shipped_prior())


def evidence_of(history: History):
    return read_evidence(history.ledger, [task.id for task in ROLE.tasks])


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


def plan(history: History, **more):
    given = {"goal": None, "have": (), "weeks": 12, "hours_per_week": 5.0} | more
    return learning_plan(assessed(history), evidence_of(history), **given)


def test_without_evidence_and_goal_the_split_is_the_usual_one(history: History) -> None:
    assert {part.part: part.share for part in plan(history).parts} == pytest.approx(DEFAULT)


def test_what_broke_pulls_the_split_and_comes_first(history: History) -> None:
    for number in range(6):
        history.run(f"c{number}", broke="lost-update")
    found = plan(history)
    depth = found.parts[0]
    assert depth.share > DEFAULT["depth"]
    assert found.because
    assert "broke" in depth.lessons[0].why
    assert any("crashworthy replay run-" in step for step in depth.lessons[0].practice.steps)


def test_lessons_fit_into_their_hours(history: History) -> None:
    for part in plan(history, goal=find_role("data")).parts:
        assert sum(lesson.hours for lesson in part.lessons) <= part.hours + 1
        assert all(1 <= lesson.weeks[0] <= lesson.weeks[1] <= 12 for lesson in part.lessons)


def pivot(history: History, **more):
    given = {"unknown": 0.0, "have": None, "hours_per_week": 5.0} | more
    return pivot_plan(assessed(history), evidence_of(history), **given)


def test_filters_leave_out_roles(history: History) -> None:
    assert "engineering-manager" not in {way.role for way in pivot(history, no_experience=True).ways}
    assert all(way.wage is not None and way.wage >= 125_000 for way in pivot(history, least_wage=125_000).ways)


def test_a_goal_is_the_only_way_that_is_shown(history: History) -> None:
    (way,) = pivot(history, target=find_role("data")).ways
    assert way.role == "data-engineer"
    assert all(each.trend is not Trend.DECLINING for each in way.learn)


def test_more_skills_make_the_way_shorter(history: History) -> None:
    everything = [skill for skill in skills() if skill != "coaching"]
    assert pivot(history, have=everything).ways[0].hours < pivot(history, have=()).ways[0].hours


def test_a_change_of_stage_names_the_runs_that_it_rests_on(history: History) -> None:
    then = describe(assessed(history), datetime.now(UTC) - timedelta(days=91))
    version = history.ledger.describe(ROLE.id, then.model_dump(mode="json"))
    for number in range(8):
        history.run(f"c{number}", service=f"service-{number}", broke="lost-update")
    now = describe(assessed(history))
    kept = before(history.ledger.descriptions(ROLE.id), datetime.now(UTC))
    assert kept is not None
    assert kept[0] == version == 1
    changes = compare(*kept, now, evidence_of(history)).changes
    moved = next(each for each in changes if each.what.startswith("Endpoint implementation"))
    assert "AI-Assisted, now Human" in moved.what
    assert "8 AI-written changes since: 0 held, 8 broke" in moved.why
    assert "run-008" in moved.runs


def test_the_version_of_a_quarter_ago_is_the_one_compared_with(history: History) -> None:
    now = datetime.now(UTC)
    for days in (200, 100, 10):
        version = describe(assessed(history), now - timedelta(days=days))
        history.ledger.describe(ROLE.id, version.model_dump(mode="json"))
    kept = before(history.ledger.descriptions(ROLE.id), now)
    assert kept is not None
    assert kept[0] == 2


def test_a_posting_asks_for_what_stays_and_says_how_sure_it_is(history: History) -> None:
    description = describe(assessed(history))
    found = posting(description)
    assert len(found.decide) == len(description.of(Stage.HUMAN))
    assert set(found.not_asked).isdisjoint((*found.asked, *found.welcome))
    assert "published ratings" in found.honest


def test_without_saved_runs_a_kit_says_that_its_exercises_are_samples() -> None:
    kit = interview_kit(ROLE, (), lambda report, file: None, most=4)
    assert kit.of_ledger == 0
    assert len(kit.exercises) == 4
    assert all("not from a run of yours" in exercise.origin for exercise in kit.exercises)
    assert all(len(exercise.questions) == 3 for exercise in kit.exercises)


@pytest.mark.parametrize("skill", skills().values(), ids=lambda skill: skill.id)
def test_every_skill_can_be_practised_and_names_families_that_exist(skill) -> None:
    assert practice([skill], {}).steps
    assert set(skill.families) <= {family.value for family in Family}
