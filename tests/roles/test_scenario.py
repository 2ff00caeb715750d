"""Scenarios follow the costs by which stages are decided, and the tornado names what moves them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.roles import combination
from crashworthy.roles.combination import combine, combined_role
from crashworthy.roles.evidence import TaskEvidence
from crashworthy.roles.load import find_role
from crashworthy.roles.model import Role
from crashworthy.roles.prior import shipped_prior
from crashworthy.roles.scenario import ASSUMPTIONS, Policy, scenario
from crashworthy.roles.score import RoleAssessment, assess
from crashworthy.roles.simulation import Range, ranged, tornado


def empty(role: Role) -> RoleAssessment:
    evidence = {task.id: TaskEvidence(task=task.id, weaknesses=()) for task in role.tasks}
    return assess(role, evidence, shipped_prior(), date(2026, 11, 20))


def fixed(**values: float) -> dict[str, Range]:
    plain = {"team": 8.0, "hours": 30.0, "rate": 100.0, "adoption": 1.0, "review": 1.0, "defect": 1.0, "saved": 1.0}
    return {name: Range(low=v, likely=v, high=v, title=name) for name, v in (plain | values).items()}


@pytest.fixture(scope="module")
def backend() -> RoleAssessment:
    return empty(find_role("backend-engineer"))


def test_with_plain_assumptions_the_stages_lose_nothing_by_expectation(backend: RoleAssessment) -> None:
    content = scenario(backend, fixed())
    saved = {each.policy: each.hours_per_week.mean for each in content.policies}
    assert saved[Policy.RECOMMENDED] >= 0
    assert saved[Policy.RECOMMENDED] == max(saved.values())


def test_nobody_adopts_and_nothing_happens(backend: RoleAssessment) -> None:
    for each in scenario(backend, fixed(adoption=0.0)).policies:
        assert each.money_per_quarter.mean == pytest.approx(0)


def test_a_team_twice_as_large_saves_twice_as_much(backend: RoleAssessment) -> None:
    one, two = (scenario(backend, fixed(team=team)).policies[0].hours_per_week.mean for team in (5, 10))
    assert two == pytest.approx(2 * one)


def test_dearer_defects_hurt_where_nobody_looks(backend: RoleAssessment) -> None:
    cheap, dear = (scenario(backend, fixed(defect=cost)).policies[2].hours_per_week.mean for cost in (0.5, 2.0))
    assert dear < cheap


def test_the_same_seed_gives_the_same_worlds(backend: RoleAssessment) -> None:
    assert scenario(backend, ASSUMPTIONS, seed=3) == scenario(backend, ASSUMPTIONS, seed=3)


def test_the_tornado_orders_inputs_by_what_they_move() -> None:
    ranges = {name: Range(low=0, likely=1, high=2, title=name) for name in ("much", "little")}
    ranges["fixed"] = Range(low=1, likely=1, high=1, title="fixed")
    inputs = {name: np.linspace(each.low, each.high, 50) for name, each in ranges.items()}
    swings = tornado(lambda given: 10 * given["much"] + given["little"], inputs, ranges)
    assert [swing.input for swing in swings] == ["much", "little"]
    assert swings[0].width > 5 * swings[1].width


@pytest.mark.parametrize(
    ("given", "low", "likely", "high"), [("0.5", 0.5, 0.5, 0.5), ("0.2-0.6", 0.2, 0.4, 0.6), ("1-2-5", 1, 2, 5)]
)
def test_ranges_are_read(given: str, low: float, likely: float, high: float) -> None:
    found = ranged(given, ASSUMPTIONS["adoption"])
    assert (found.low, found.likely, found.high) == pytest.approx((low, likely, high))


@pytest.mark.parametrize("given", ["much", "0.9-0.1", "1-2-3-4", ""])
def test_what_is_no_range_is_said(given: str) -> None:
    with pytest.raises(CrashworthyError):
        ranged(given, ASSUMPTIONS["adoption"])


def test_known_combinations_have_their_name_whatever_the_order() -> None:
    backend, devops, data = find_role("backend"), find_role("devops"), find_role("data")
    assert combined_role(backend, devops).title == combined_role(devops, backend).title == "Platform Engineer"
    assert combined_role(backend, data).title == "Data Platform Engineer"


def test_heavier_hand_overs_speak_for_the_combination() -> None:
    backend, devops = find_role("backend"), find_role("devops")
    assessment = empty(combined_role(backend, devops))
    light, heavy = (
        combine(
            backend, devops, assessment, combination.ASSUMPTIONS | {"hand_over": ranged(given, ASSUMPTIONS["team"])},
            hours_per_week=5,
        ).gain.mean
        for given in ("0.01", "0.4")
    )  # fmt: skip
    assert light < heavy
