"""Estimates move with evidence in the right direction, by the stated amount, and stages follow."""

from __future__ import annotations

import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles import detection
from crashworthy.roles.detection import Detection, Measured, Origin
from crashworthy.roles.estimate import Estimate, estimate, nearness, reach_of
from crashworthy.roles.evidence import TaskEvidence, Work, read_evidence
from crashworthy.roles.load import library
from crashworthy.roles.model import Demands, Role, Stage
from crashworthy.roles.prior import Prior, shipped_prior
from crashworthy.roles.score import RoleAssessment, assess, to_page
from crashworthy.roles.stage import cheapest, costs, decide
from roles.ledgers import WEAKNESSES, History

SURE = Detection(
    (Measured(weakness="any", found=98, of=98, origin=Origin.APART, on="all", command="none", date=date(2026, 11, 20)),)
)

BACKEND = library()["backend-engineer"]
EASY = Demands(routine=0.9, judgement=0.1, stakes=0.2, feedback=0.9, ambiguity=0.1)
DEGREES = st.floats(min_value=0, max_value=1)
DEMANDS = st.builds(Demands, routine=DEGREES, judgement=DEGREES, stakes=DEGREES, feedback=DEGREES, ambiguity=DEGREES)
RANGES = st.tuples(DEGREES, DEGREES).map(sorted)
TODAY = date(2026, 11, 20)


def work(held: bool, *, tried: tuple[str, ...] = ("lost-update",), author: str = "ai", **more: Any) -> Work:
    known = {"number": 1, "service": "s", "commit": "c", "began": TODAY, "runs": ("r",)}
    return Work(
        author=author,
        held=held,
        broken=float(not held),
        tried=tried,
        budget_s=120.0,
        rounds=1 if held else None,
        **(known | more),
    )


def evidence(*works: Work) -> TaskEvidence:
    return TaskEvidence(task="t", weaknesses=("lost-update",), works=works)


def believed(*works: Work, low: float = 0.4, high: float = 0.9) -> Estimate:
    return estimate({"t": prior(low, high)}, {"t": evidence(*works)}, TODAY)["t"]


def prior(low: float, high: float) -> Prior:
    return Prior(low, high, low, high, 1.0, "test")


def assessed(history: History, role: Role = BACKEND) -> RoleAssessment:
    return assess(role, read_evidence(history.ledger, [task.id for task in role.tasks]), shipped_prior(), TODAY)


def test_work_by_people_and_by_unknown_authors_moves_nothing() -> None:
    others = believed(work(True, author="human"), work(False, author="unknown"))
    assert np.array_equal(others.draws, believed().draws)
    assert others.evidence_share == 0


def test_a_defect_weighs_more_than_a_held_run() -> None:
    assert believed(work(True), work(False)).mean < believed().mean


def test_what_was_not_tried_is_no_success() -> None:
    tried = believed(*[work(True)] * 6)
    untried = believed(*[work(True, tried=())] * 6)
    assert untried.mean < tried.mean
    assert untried.mean == pytest.approx(believed().mean, abs=0.03)


def test_what_escaped_is_a_failure_whatever_was_tried() -> None:
    assert believed(*[work(True, escaped=True)] * 4).mean < believed().mean - 0.05


def test_older_evidence_counts_for_less() -> None:
    old = TODAY - timedelta(days=3 * 365)
    recent, late = believed(*[work(True)] * 20), believed(*[work(True, began=old)] * 20)
    assert believed().mean < late.mean < recent.mean


@given(RANGES)
def test_reach_keeps_the_middle_of_the_range(bounds: list[float]) -> None:
    low, high = bounds
    reach = reach_of(prior(low, high))
    assert reach.mean == pytest.approx(min(0.95, max(0.05, (low + high) / 2)))


def test_reach_has_about_80_percent_of_its_weight_in_the_range() -> None:
    reach = reach_of(prior(0.3, 0.7))
    chance = random.Random(5)
    inside = sum(0.3 <= chance.betavariate(reach.a, reach.b) <= 0.7 for _ in range(5000)) / 5000
    assert inside == pytest.approx(0.8, abs=0.03)


@pytest.mark.parametrize("held", [0, 3, 10])
@pytest.mark.parametrize("broken", [0, 3])
def test_one_more_held_change_raises_and_one_more_broken_lowers(held: int, broken: int) -> None:
    works = [work(True)] * held + [work(False)] * broken
    before, noise = believed(*works).mean, 0.02
    assert believed(*works, *[work(True)] * 3).mean > before - noise
    assert believed(*works, *[work(False)] * 3).mean < before


@given(DEMANDS)
def test_lines_are_shares_and_stakes_only_raise_the_bar(demands: Demands) -> None:
    at = costs(demands)
    assert 0 <= at.assist <= 1
    assert 0 <= at.hand_over <= 1
    assert costs(demands.model_copy(update={"stakes": 1.0})).hand_over >= at.hand_over


@given(DEMANDS, DEGREES)
def test_the_lines_say_which_way_is_cheapest(demands: Demands, share: float) -> None:
    at = costs(demands)
    people, assisted, automated = 1.0, at.review + (1 - share), (1 - share) * (1 + at.escape)
    least = min(people, assisted, automated)
    assert (people, assisted, automated)[cheapest(np.array([share]), at)[0]] == pytest.approx(least)
    # On a line, both ways cost the same.
    if share >= at.hand_over:
        assert automated == pytest.approx(least)
    elif share >= at.assist:
        assert assisted == pytest.approx(least)
    else:
        assert people == pytest.approx(least)


@given(DEMANDS, DEGREES, st.booleans())
def test_probabilities_add_up_and_nothing_unseen_is_automated(demands: Demands, share: float, seen: bool) -> None:
    found = evidence(work(True)) if seen else evidence()
    decision = decide(np.linspace(0, share, 50), found, demands)
    assert sum(decision.probabilities.values()) == pytest.approx(1)
    if not seen:
        assert decision.probabilities[Stage.AUTOMATED] == 0


@pytest.mark.parametrize(
    ("share", "works", "stage"),
    [
        (0.97, (work(True),), Stage.AUTOMATED),
        (0.97, (work(True, author="human"),), Stage.AT_RISK),
        (0.97, (), Stage.AT_RISK),
        (0.50, (work(True),), Stage.AI_ASSISTED),
        (0.02, (work(True),), Stage.HUMAN),
    ],
)
def test_stages_of_what_is_known_for_sure(share: float, works: tuple[Work, ...], stage: Stage) -> None:
    decision = decide(np.full(10, share), evidence(*works), EASY)
    assert decision.stage is stage
    assert decision.probabilities[stage] == 1
    assert not decision.close


def test_an_empty_ledger_leaves_a_wide_interval_and_automates_nothing(tmp_path: Path) -> None:
    result = assessed(History(tmp_path))
    low, high = result.interval
    assert high - low > 50
    assert result.changes == 0
    assert {each.decision.stage for each in result.tasks} <= {Stage.HUMAN, Stage.AI_ASSISTED}


def test_evidence_moves_its_own_tasks_and_the_others_a_part_of_the_way(tmp_path: Path) -> None:
    history = History(tmp_path)
    before = assessed(history)
    for number in range(12):
        # What else held would raise the tasks that have no evidence of their own.
        history.run(f"c{number}", tried=("lost-update",), broke="lost-update")
    after = assessed(history)
    moved = {
        old.task.id: old.estimate.mean - new.estimate.mean for old, new in zip(before.tasks, after.tasks, strict=True)
    }
    spoken = {each.task.id for each in after.tasks if "lost-update" in each.evidence.weaknesses}
    silent = {each.task.id for each in after.tasks if not each.evidence.weaknesses}
    assert min(moved[task] for task in spoken) > max(moved[task] for task in silent) > 0


def test_evidence_moves_a_task_the_more_the_more_alike_what_it_takes(tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(12):
        history.run(f"c{number}", tried=("lost-update", "crash-on-input"))
    (tmp_path / "empty").mkdir()
    before, after = assessed(History(tmp_path / "empty")), assessed(history)
    moved = {
        old.task.id: new.estimate.mean - old.estimate.mean for old, new in zip(before.tasks, after.tasks, strict=True)
    }
    assert moved["automated-testing"] > moved["system-architecture-design"] > -0.02
    assert moved["endpoint-implementation"] > moved["automated-testing"]


@given(st.lists(st.builds(Demands, **dict.fromkeys(Demands.model_fields, st.floats(0, 1))), min_size=1, max_size=6))
def test_nearness_is_a_correlation(demands: list[Demands]) -> None:
    near = nearness(demands)
    assert np.allclose(near, near.T)
    assert np.allclose(near.diagonal(), 1)
    assert 0.5 <= near.min() <= near.max() <= 1 + 1e-12, "raters err alike on all of a role"
    assert np.linalg.eigvalsh(near).min() > -1e-9


def test_many_changes_that_held_are_handed_over_and_a_row_of_breaks_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detection, "_shipped", lambda: dict.fromkeys(WEAKNESSES, SURE))
    history = History(tmp_path)
    for number in range(120):
        history.run(f"c{number}", service=f"service-{number % 8}")
    assert stage_of(history, "input-validation") is Stage.AUTOMATED
    for number in range(12):
        history.run(f"d{number}", broke="crash-on-input", severity="major", service=f"service-{number % 8}")
        history.run(f"e{number}", service=f"service-{number % 8}")
    assert stage_of(history, "input-validation") is Stage.AI_ASSISTED


def stage_of(history: History, task: str) -> Stage:
    assessment = assessed(history).task(task)
    assert assessment is not None
    return assessment.decision.stage


def test_half_the_budget_does_not_raise_the_score(tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    (tmp_path / "half").mkdir()
    whole, half = History(tmp_path / "whole"), History(tmp_path / "half")
    for number in range(12):
        whole.run(f"c{number}")
        half.run(f"c{number}", tried=WEAKNESSES[number % 2 :: 2])
    assert assessed(half).score <= assessed(whole).score


@pytest.mark.parametrize("broken_every", [2, 5, 100])
def test_half_the_seconds_do_not_raise_the_score(tmp_path: Path, broken_every: int) -> None:
    """The same outcomes with less time are never better news, whatever was found."""
    scores = []
    for budget_s in (240.0, 120.0, 60.0, 30.0, 15.0):
        folder = tmp_path / f"{budget_s:g}"
        folder.mkdir()
        history = History(folder)
        for number in range(1, 16):
            broke = "lost-update" if number % broken_every == 0 else None
            history.run(f"c{number}", budget_s=budget_s, broke=broke, service=f"service-{number % 3}")
        scores.append(assessed(history).score)
    # The chains are other ones with each ledger: half a point of the hundred is their noise.
    assert all(less <= more + 0.5 for more, less in pairwise(scores))


def test_a_quarter_that_went_better_shows_as_a_change(tmp_path: Path) -> None:
    history = History(tmp_path)
    assert assessed(history).change is None
    for number in range(20):
        history.run(f"c{number}", broke="lost-update", days_ago=150)
    for number in range(20):
        history.run(f"d{number}")
    change = assessed(history).change
    assert change is not None
    assert change[0] > 0
    assert change[1][0] < change[0] < change[1][1]


def test_the_score_is_the_time_weighted_mean(tmp_path: Path) -> None:
    result = assessed(History(tmp_path))
    assert result.score == pytest.approx(100 * sum(each.task.share * each.estimate.mean for each in result.tasks))
    low, high = result.interval
    assert low < result.score < high


def test_the_same_ledger_gives_the_same_figures(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.run("c1")
    assert to_page(assessed(history)) == to_page(assessed(history))
