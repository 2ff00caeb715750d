"""Estimates move with evidence in the right direction, by the stated amount, and stages follow."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.roles.estimate import Beta, Estimate, estimate, holds_after, quantile, reach_of
from crashworthy.roles.evidence import TaskEvidence, Work, read_evidence
from crashworthy.roles.load import library
from crashworthy.roles.model import Demands, Role, Stage
from crashworthy.roles.prior import Prior, shipped_prior
from crashworthy.roles.score import RoleAssessment, assess, to_page
from crashworthy.roles.stage import decide, lines
from roles.ledgers import WEAKNESSES, History

BACKEND = library()["backend-engineer"]
EASY = Demands(routine=0.9, judgement=0.1, stakes=0.2, feedback=0.9, ambiguity=0.1)
DEGREES = st.floats(min_value=0, max_value=1)
DEMANDS = st.builds(Demands, routine=DEGREES, judgement=DEGREES, stakes=DEGREES, feedback=DEGREES, ambiguity=DEGREES)
RANGES = st.tuples(DEGREES, DEGREES).map(sorted)


def work(held: bool, *, tried: float = 1.0, author: str = "ai") -> Work:
    rounds = 1 if held else None
    return Work(
        number=1,
        service="s",
        commit="c",
        author=author,
        held=held,
        broken=float(not held),
        tried=tried,
        rounds=rounds,
        runs=("r",),
    )


def evidence(*works: Work) -> TaskEvidence:
    return TaskEvidence(task="t", weaknesses=("lost-update",), works=works)


def prior(low: float, high: float) -> Prior:
    return Prior(low, high, low, high, 1.0, "test")


def assessed(history: History, role: Role = BACKEND) -> RoleAssessment:
    return assess(role, read_evidence(history.ledger, [task.id for task in role.tasks]), shipped_prior())


def test_the_update_by_hand() -> None:
    works = [work(True), work(True, tried=0.5), work(False)]
    # 1 + 0.5 · (1 + 0.5) successes, 1 + 1 failures.
    assert holds_after(works) == Beta(1.75, 2)


def test_work_by_people_and_by_unknown_authors_moves_nothing() -> None:
    others = evidence(work(True, author="human"), work(False, author="unknown"))
    assert estimate(prior(0.4, 0.9), others) == estimate(prior(0.4, 0.9), evidence())


def test_a_defect_weighs_more_than_a_held_run() -> None:
    believed = estimate(None, evidence(work(True), work(False)))
    assert believed.holds.mean < 0.5


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


@given(st.integers(0, 30), st.integers(0, 30))
def test_one_more_held_change_never_lowers_and_one_more_broken_never_raises(held: int, broken: int) -> None:
    works = [work(True)] * held + [work(False)] * broken
    before = holds_after(works).mean
    assert holds_after([*works, work(True)]).mean >= before >= holds_after([*works, work(False)]).mean


@given(DEMANDS)
def test_lines_are_shares_and_stakes_only_raise_the_bar(demands: Demands) -> None:
    at = lines(demands)
    assert 0 <= at.assist <= 0.5
    assert 0 <= at.hand_over < 1
    assert lines(demands.model_copy(update={"stakes": 1.0})).hand_over >= at.hand_over


@given(DEMANDS, RANGES, st.integers(0, 10), st.integers(0, 10))
def test_probabilities_add_up_and_nothing_unseen_is_automated(
    demands: Demands, bounds: list[float], held: int, broken: int
) -> None:
    found = evidence(*[work(True)] * held, *[work(False)] * broken)
    decision = decide(estimate(prior(*bounds), found), found, demands)
    assert sum(decision.probabilities.values()) == pytest.approx(1)
    assert decision.stage in decision.probabilities
    if not held + broken:
        assert decision.probabilities[Stage.AUTOMATED] == 0


def sure(reach: float, holds: float) -> Estimate:
    return Estimate(Beta(1, 1), Beta(1, 1), (reach,) * 10, (holds,) * 10)


@pytest.mark.parametrize(
    ("reach", "holds", "works", "stage"),
    [
        (0.9, 0.99, (work(True),), Stage.AUTOMATED),
        (0.9, 0.99, (work(True, author="human"),), Stage.AT_RISK),
        (0.9, 0.99, (), Stage.AT_RISK),
        (0.9, 0.20, (work(True),), Stage.AI_ASSISTED),
        (0.3, 0.99, (work(True),), Stage.AI_ASSISTED),
        (0.05, 0.99, (work(True),), Stage.HUMAN),
        (0.9, 0.05, (work(True),), Stage.HUMAN),
    ],
)
def test_stages_of_what_is_known_for_sure(reach: float, holds: float, works: tuple[Work, ...], stage: Stage) -> None:
    decision = decide(sure(reach, holds), evidence(*works), EASY)
    assert decision.stage is stage
    assert decision.probabilities[stage] == 1
    assert not decision.close


def test_an_empty_ledger_leaves_a_wide_interval_and_automates_nothing(tmp_path: Path) -> None:
    result = assessed(History(tmp_path))
    low, high = result.interval
    assert high - low > 50
    assert result.changes == 0
    assert {each.decision.stage for each in result.tasks} <= {Stage.HUMAN, Stage.AI_ASSISTED}


def test_evidence_moves_only_the_tasks_it_speaks_about(tmp_path: Path) -> None:
    history = History(tmp_path)
    before = assessed(history)
    for number in range(8):
        history.run(f"c{number}", broke="lost-update" if number % 2 else None)
    after = assessed(history)
    for old, new in zip(before.tasks, after.tasks, strict=True):
        if set(new.evidence.weaknesses) & set(WEAKNESSES):
            assert new.estimate.evidence_share > 0
        else:
            assert new.estimate == old.estimate
    for task in ("endpoint-implementation", "database-queries"):
        old_low, old_high = before.task(task).interval
        new_low, new_high = after.task(task).interval
        assert new_high - new_low < old_high - old_low


def test_many_changes_that_held_are_handed_over_and_one_run_of_breaks_takes_it_back(tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(40):
        history.run(f"c{number}")
    task = assessed(history).task("input-validation")
    assert task is not None
    assert task.decision.stage is Stage.AUTOMATED
    for number in range(12):
        history.run(f"d{number}", broke="crash-on-input", severity="major")
        history.run(f"e{number}")
    task = assessed(history).task("input-validation")
    assert task is not None
    assert task.decision.stage is Stage.AI_ASSISTED


def test_the_score_is_the_time_weighted_mean(tmp_path: Path) -> None:
    result = assessed(History(tmp_path))
    assert result.score == pytest.approx(100 * sum(each.task.share * each.mean for each in result.tasks))
    low, high = result.interval
    assert low < result.score < high


def test_the_same_ledger_gives_the_same_figures(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.run("c1")
    assert to_page(assessed(history)) == to_page(assessed(history))


def test_quantiles_are_draws() -> None:
    assert [quantile([3.0, 1.0, 2.0, 4.0], share) for share in (0.0, 0.25, 0.5, 1.0)] == [1, 2, 3, 4]
