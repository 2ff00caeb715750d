"""How a request is made wrong, and what counts as changed anyway."""

from __future__ import annotations

import pytest

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.refusal import REFUSED, changed_anyway, wrong
from sick_services.histories import exchange

ORDER = Step(operation="POST /orders", method="POST", path="/orders", body={"amount": 5, "item": "${item}"})
READ = Step(operation="GET /plan", method="GET", path="/plan")


def trial(purpose: str, left: Json, status: int | None) -> Trial:
    attack = () if status is None else (exchange(ORDER, "attack", status, id_="a"),)
    return Trial(
        id=purpose,
        purpose=purpose,
        scenario=Scenario(attack=(ORDER,), observe=(READ,)),
        exchanges=(*attack, exchange(READ, "observe", 200, {"left": left, "orders": 0}, id_="o")),
    )


def test_values_of_a_body_are_made_wrong_all_at_once() -> None:
    step = wrong(ORDER)
    assert step is not None
    assert step.body == {"amount": [None], "item": [None]}


def test_without_a_body_the_ids_of_the_path_are_nobodys() -> None:
    step = wrong(Step(operation="DELETE /orders/{id}", method="DELETE", path="/orders/${order}"))
    assert step is not None
    assert step.path == "/orders/999999999"
    assert wrong(Step(operation="POST /logout", method="POST", path="/logout")) is None


@pytest.mark.parametrize("status", [200, 401, 429, 500])
def test_only_a_refusal_for_what_it_says_shows_what_is_counted(status: int) -> None:
    baseline = trial("baseline", 10, None)
    assert changed_anyway(baseline, [trial(REFUSED, 9, 422)]) == {("GET /plan", "/left")}
    assert not changed_anyway(baseline, [trial(REFUSED, 9, status)])
