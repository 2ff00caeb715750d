"""Variants by a second actor and on other objects, and what the judge makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from crashworthy.core.finding import Status
from crashworthy.core.playbook import Playbook, Variant, Way
from crashworthy.core.scenario import Interleaving, Save, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.others import (
    MEETING,
    OTHER_OBJECTS,
    at_once_with,
    by_two,
    last_of_others,
    makers,
    on_others,
    one_by_one,
    with_few,
    with_optional,
)
from crashworthy.lab.experiments.concurrency.outcomes import judge_outcomes
from crashworthy.lab.experiments.concurrency.variants import Ground, ground
from crashworthy.lab.traffic.template import placeholders
from sick_services.catalog import LOANS, SEATS, VOTES
from sick_services.histories import BUY, race_history, race_trial, serial_twice
from sick_services.service import Api

BOOK, BORROW = "POST /events/{event}/seats", "POST /books/{book}/loans"


def ground_for(api: Api, operation: str) -> Ground:
    base = ground([operation], api.playbook, api.operations)
    assert base is not None
    return base


def test_the_second_actor_is_another_user_of_the_same_object() -> None:
    two = by_two([BOOK], SEATS.playbook, SEATS.operations)
    assert two is not None
    assert [step.actor for step in two.steps] == ["A", "B"]
    assert [step.body for step in two.steps] == [{"user": "${user}"}, {"user": "${user_b}"}]
    assert len({step.path for step in two.steps}) == 1
    assert [step.actor for step in two.setup].count("admin") == 1


def test_two_operations_of_two_actors_may_be_about_objects_of_their_own() -> None:
    two = by_two([BORROW, "POST /books"], LOANS.playbook, LOANS.operations)
    assert two is not None
    assert [step.actor for step in two.steps] == ["A", "B"]


def test_where_nobody_takes_part_there_is_no_second_actor() -> None:
    assert by_two(["POST /votes"], VOTES.playbook, VOTES.operations) is None


def test_each_number_of_the_set_up_may_be_the_limit() -> None:
    two = by_two([BOOK], SEATS.playbook, SEATS.operations)
    assert two is not None
    ((what, few),) = with_few(two)
    assert what == "seats of POST /events = 1"
    assert [step.body for step in few.setup if step.operation == "POST /events"] == [{"seats": 1}]


def test_other_objects_are_made_by_the_step_that_made_the_first() -> None:
    several = on_others(ground_for(LOANS, BORROW), 3)
    assert several is not None
    books = [step for step in several.setup if step.operation == "POST /books"]
    assert len({str(step.body) for step in books}) == 3
    paths = [step.path for step in several.steps]
    assert paths == ["/books/${book}/loans", "/books/${book_other2}/loans", "/books/${book_other3}/loans"]
    assert all("member" in placeholders(step) for step in several.steps)


def test_a_request_without_an_object_has_no_others() -> None:
    assert on_others(ground_for(VOTES, "POST /votes"), 3) is None


def test_the_limit_is_learned_by_one_after_another() -> None:
    several = on_others(ground_for(LOANS, BORROW), 5)
    assert several is not None

    def variant(*statuses: int) -> list[str] | None:
        counted = race_trial("probe", statuses, 0, attack=one_by_one(several).attack)
        last = last_of_others(several, counted)
        return [step.path for step in last.attack] if last else None

    assert variant(201, 201, 201, 409, 409) == ["/books/${book_other3}/loans", "/books/${book_other4}/loans"]
    assert variant(201, 409, 409, 409, 409) == ["/books/${book}/loans", "/books/${book_other2}/loans"]
    assert variant(201, 201, 201, 201, 201) is None
    assert variant(201, 409, 201, 409, 409) is None
    assert variant(201, 500, 500, 500, 500) is None
    one = race_trial("probe", [201, 409, 409, 409, 409], 0, attack=several.steps)
    assert last_of_others(several, one, least=2) is None


def test_a_limit_that_several_objects_exceed_is_a_fault_of_its_own() -> None:
    other = BUY.model_copy(update={"path": "/other"})
    trials = [*serial_twice(), race_trial("concurrent", [200, 200], {"stock": 9}, how=Interleaving.BARRIER)]
    for purpose, statuses, order, how in (
        ("control", [200, 409], (0, 1), Interleaving.SERIAL),
        ("control", [200, 409], (0, 1), Interleaving.SERIAL),
        ("serial", [200, 409], (1, 0), Interleaving.SERIAL),
        ("late control", [200, 409], (0, 1), Interleaving.SERIAL),
        ("concurrent", [200, 200], (0, 1), Interleaving.BARRIER),
    ):
        trial = race_trial(purpose, statuses, 1, attack=(BUY, other), order=order, how=how, variant="others")
        settings = {**trial.scenario.settings, MEETING: OTHER_OBJECTS}
        trials.append(trial.model_copy(update={"scenario": trial.scenario.model_copy(update={"settings": settings})}))
    first, second = judge_outcomes(race_history(*trials))
    assert (first.status, first.root) == (Status.PROVEN, None)
    assert (second.status, second.root) == (Status.PROVEN, OTHER_OBJECTS)
    assert second.title == "Concurrent POST /buy requests on different objects are all accepted where only one can be"


@pytest.mark.parametrize(
    ("body", "status"), [({"name": "ann", "password": "x"}, Status.HELD), ({"n": 1}, Status.UNKNOWN)]
)
def test_what_nobody_can_read_back_is_unknown_but_for_a_login(body: Json, status: Status) -> None:
    attack = (BUY.model_copy(update={"body": body}),) * 2
    trials = [
        race_trial(purpose, [200] * len(order), 1, attack=attack, order=order, how=how)
        for purpose, order, how in (
            ("control", (0, 1), Interleaving.SERIAL),
            ("control", (0, 1), Interleaving.SERIAL),
            ("baseline", (), Interleaving.SERIAL),
            ("concurrent", (0, 1), Interleaving.BARRIER),
            ("late control", (0, 1), Interleaving.SERIAL),
        )
    ]
    (judgement,) = judge_outcomes(race_history(*trials))
    assert judgement.status is status


ORDER, COUPON = "POST /orders", "POST /coupons"


def step(operation: str, body: Json, **more: Any) -> Step:
    method, _, path = operation.partition(" ")
    return Step(operation=operation, method=method, path=path, content_type="application/json", body=body, **more)


def test_what_the_optional_input_names_may_be_there_once_only() -> None:
    plain = Way(operation=ORDER, status=201, steps=(step(ORDER, {"item": 1}),))
    made = step(COUPON, {"code": "${unique}", "uses": 3}, saves=(Save(name="coupon", path="/code"),))
    fuller = Way(operation=ORDER, status=201, steps=(made, step(ORDER, {"item": 1, "coupon": "${coupon}"})))
    playbook = Playbook(ways=(plain,), variants=(Variant(way=fuller, inputs=("body.coupon",)),))
    base = ground([ORDER], playbook, ())
    assert base is not None
    found = with_optional(base, playbook, ())
    assert found is not None
    inputs, ground_with_coupon = found
    ((what, few),) = with_few(ground_with_coupon, besides=makers(base))
    assert (inputs, what) == ("body.coupon", "uses of POST /coupons = 1")
    scenario = at_once_with(inputs, few, what)
    assert [each.body for each in scenario.attack] == [{"item": 1, "coupon": "${coupon}"}] * 2
    assert scenario.settings[MEETING] == "with body.coupon"


def test_an_optional_input_that_names_nothing_is_no_other_question() -> None:
    plain = Way(operation=ORDER, status=201, steps=(step(ORDER, {"item": 1}),))
    noted = Way(operation=ORDER, status=201, steps=(step(ORDER, {"item": 1, "note": "text"}),))
    playbook = Playbook(ways=(plain,), variants=(Variant(way=noted, inputs=("body.note",)),))
    base = ground([ORDER], playbook, ())
    assert base is not None
    assert with_optional(base, playbook, ()) is None
