"""The judge of numbers that have to add up, over trials made by hand, and the odd requests that it judges."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Body, Operation
from crashworthy.core.scenario import Save, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.conservation import adding_up
from crashworthy.lab.experiments.conservation.adding_up import judge_sums
from crashworthy.lab.experiments.conservation.twists import (
    amounts,
    in_two_lines,
    to_itself,
    with_counts,
    with_fractions,
)
from sick_services.histories import exchange

MOVE = Step(operation="POST /move", method="POST", path="/move", body={"amount": 10})
READ = Step(operation="GET /accounts/{id}", method="GET", path="/accounts/1")
OTHER = READ.model_copy(update={"path": "/accounts/2"})
NUMBERS = itertools.count()


def trial(purpose: str, status: int | None, *values: Json, name: str = "balance") -> Trial:
    reads = (READ, OTHER)[: len(values)]
    scenario = Scenario(attack=(MOVE,), observe=reads)
    sent = (exchange(MOVE, "attack", status, {}, id_="a"),) if status else ()
    read = (
        exchange(step, "observe", 200, {name: value}, id_=step.path) for step, value in zip(reads, values, strict=True)
    )
    return Trial(id=f"{purpose}-{next(NUMBERS)}", purpose=purpose, scenario=scenario, exchanges=(*sent, *read))


def judged(*trials: Trial) -> Judgement:
    history = History(
        id="h", experiment="odd-amounts", weakness="negative-amount", operations=("POST /move",), seed=0, trials=trials
    )
    return judge_sums(history)[0]


def ordinary(before: tuple[Json, ...], after: tuple[Json, ...]) -> tuple[Trial, ...]:
    once = [trial(adding_up.ONCE, 201, *after) for _ in range(2)]
    return (trial(adding_up.BEFORE, None, *before), *once)


def test_a_transfer_to_itself_that_changes_a_kept_sum_is_proven() -> None:
    judgement = judged(*ordinary((100, 5), (90, 15)), trial(adding_up.TO_ITSELF, 201, 110, 5))
    assert (judgement.status, judgement.weakness) == (Status.PROVEN, "unconserved-transfer")
    assert "105" in judgement.expected
    assert "115" in judgement.seen


def test_a_transfer_to_itself_that_is_refused_or_keeps_the_sum_is_not() -> None:
    assert judged(*ordinary((100, 5), (90, 15)), trial(adding_up.TO_ITSELF, 201, 100, 5)).status is Status.HELD
    assert judged(*ordinary((100, 5), (90, 15)), trial(adding_up.TO_ITSELF, 400, 110, 5)).status is Status.HELD


def test_a_sum_that_fees_lower_is_kept_by_nobody() -> None:
    assert judged(*ordinary((100, 5), (89, 15)), trial(adding_up.TO_ITSELF, 201, 99, 5)).status is Status.HELD


def negative(beyond: int, after: int, *, once: int = 90, status: int = 200) -> Judgement:
    return judged(
        *ordinary((100,), (once,)),
        trial(adding_up.BEYOND, beyond, 100),
        trial(adding_up.NEGATIVE, status, after),
    )


def test_a_negative_amount_that_raises_what_is_limited_is_proven() -> None:
    assert negative(409, 110).weakness == "negative-amount"


@pytest.mark.parametrize(
    "judgement",
    [
        negative(200, 110),  # nothing limits it: signed amounts may be meant
        negative(409, 90, once=110),  # a positive amount raises it
        negative(409, 110, status=422),
        negative(409, 90),  # the sign is dropped
        negative(500, 110),  # what fails is no refusal
    ],
)
def test_amounts_that_may_be_signed_are_not_held_against_anybody(judgement: Judgement) -> None:
    assert judgement.status is Status.HELD


def test_a_list_that_cannot_be_read_after_two_lines_is_proven_where_it_can_after_one() -> None:
    broken = trial(adding_up.TWO_LINES, 201, 5)
    read = exchange(READ, "observe", 500, "error", id_="o")
    broken = broken.model_copy(update={"exchanges": (*broken.exchanges[:-1], read)})
    usual = (*ordinary((5,), (4,)), trial(adding_up.BEYOND, 409, 5))
    assert judged(*usual, trial(adding_up.ALL_OF_IT, 201, 0), broken).weakness == "limit-by-line"
    assert judged(*usual, broken).status is Status.HELD
    empty = trial(adding_up.ALL_OF_IT, 201, 0)
    unreadable_too = empty.model_copy(update={"exchanges": (*empty.exchanges[:-1], read)})
    assert judged(*usual, unreadable_too, broken).status is Status.HELD


def test_how_many_is_said_where_it_may_be_left_out() -> None:
    item: Json = {"properties": {"product_id": {"type": "string"}, "quantity": {"type": "integer"}}}
    schema: dict[str, Json] = {"properties": {"items": {"type": "array", "items": item}, "seats": {"type": "integer"}}}
    operation = Operation(method="POST", path="/move", body=Body(data_schema=schema))
    step = MOVE.model_copy(update={"body": {"items": [{"product_id": "7"}]}})
    assert with_counts(step, operation).body == {"items": [{"product_id": "7", "quantity": 1}], "seats": 1}
    assert with_counts(step, None) == step


def two_lines(beyond: int, after: int) -> Judgement:
    return judged(*ordinary((5,), (4,)), trial(adding_up.BEYOND, beyond, 5), trial(adding_up.TWO_LINES, 201, after))


def test_two_lines_that_take_more_than_there_is_are_proven() -> None:
    assert two_lines(409, -5).weakness == "limit-by-line"
    assert two_lines(409, 0).status is Status.HELD
    assert two_lines(201, -5).status is Status.HELD


@pytest.mark.parametrize(
    ("name", "value", "proven"),
    [
        ("total", 30.299999999999997, True),
        ("balance", 0.1 + 0.2, True),
        ("total", 30.3, False),
        ("total", 10.1 / 3, False),
        ("total", 10.1 * 1.0837, False),
        ("average_price", 30.299999999999997, False),
        ("hours", 30.299999999999997, False),
        ("total", "30.299999999999997", False),
    ],
)
def test_money_with_what_binary_fractions_cannot_express_is_proven(name: str, value: Json, proven: bool) -> None:
    judgement = judged(*ordinary((1,), (1,)), trial(adding_up.FRACTIONS, 201, value, name=name))
    assert (judgement.status is Status.PROVEN) is proven


def made(actor: str, digit: str, save: str) -> Step:
    saves = (Save(name=save, path="/id"),)
    body: Json = {"email": "user-${unique}" + digit}
    return Step(operation="POST /users", method="POST", path="/users", actor=actor, body=body, saves=saves)


def transfer(body: dict[str, Json], path: str = "/move") -> Step:
    return Step(operation="POST /move", method="POST", path=path, body={**body, "amount": 10})


@pytest.mark.parametrize(
    ("step", "target"),
    [
        (transfer({"from_user": "${a}", "to_user": "${b}"}), "${a}"),
        (transfer({"to_user": "${b}"}, "/users/${a}/move"), "${a}"),
        (transfer({"to_user": "${b}"}), "${a}"),
        (transfer({"recipient_email": "user-${unique}2"}), "user-${unique}1"),
    ],
)
def test_the_source_is_put_into_the_place_of_the_target(step: Step, target: str) -> None:
    found = to_itself((made("A", "1", "a"), made("B", "2", "b")), step)
    assert found is not None
    assert found.apart == step
    assert isinstance(found.itself.body, dict)
    assert target in found.itself.body.values()


def test_a_way_that_uses_one_object_twice_gets_a_second_one() -> None:
    step = transfer({"from_user": "${a}", "to_user": "${a}"})
    found = to_itself((made("A", "1", "a"),), step)
    assert found is not None
    assert found.itself == step
    assert [each.saves[0].name for each in found.setup] == ["a", "a_other"]
    assert found.apart.body == {"from_user": "${a}", "to_user": "${a_other}", "amount": 10}


def test_what_leads_to_no_second_object_has_no_way_to_itself() -> None:
    assert to_itself((), transfer({})) is None
    assert to_itself((made("A", "1", "a"),), transfer({"to_address": "Main Street 1"})) is None


def test_amounts_are_told_by_their_names_and_doubled_with_their_line() -> None:
    step = MOVE.model_copy(update={"body": {"items": [{"product_id": 7, "quantity": 2}], "year": 2030}})
    assert amounts(step) == [(("items", 0, "quantity"), Decimal(2))]
    twice = in_two_lines(step, ("items", 0, "quantity"))
    assert twice is not None
    assert isinstance(twice.body, dict)
    assert twice.body["items"] == [{"product_id": 7, "quantity": 2}] * 2
    assert in_two_lines(MOVE, ("amount",)) is None


def test_fractions_go_where_money_may_have_them() -> None:
    properties: Json = {"price": {"type": "number"}, "fee": {"type": "integer"}}
    operation = Operation(method="POST", path="/move", body=Body(data_schema={"properties": properties}))
    step = MOVE.model_copy(
        update={"body": {"price": 10, "fee": 10, "amount_cents": 100, "deposit": "10.00", "seats": 2}}
    )
    changed = with_fractions((step,), (operation,))[0]
    assert changed.body == {"price": 10.1, "fee": 10, "amount_cents": 100, "deposit": "10.10", "seats": 2}
