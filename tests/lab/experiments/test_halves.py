"""The judge of broken requests, over trials made by hand."""

from __future__ import annotations

import itertools

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.partial import halves
from crashworthy.lab.experiments.partial.halves import judge_halves
from crashworthy.lab.experiments.partial.points import deaths, failures, is_staged, steps
from sick_services.histories import exchange

MOVE = Step(operation="POST /transfers", method="POST", path="/transfers", body={"amount": 10})
READ = Step(operation="GET /accounts", method="GET", path="/accounts")
NUMBERS = itertools.count()
TWO_COMMITS = ("UPDATE a SET n = 1", "commit", "UPDATE b SET n = 1", "commit")


def events(done: tuple[str, ...]) -> tuple[SensorEvent, ...]:
    found = []
    for at, what in enumerate(done):
        data: dict[str, Json] = {"driver": "sqlite3"}
        if what == "charge":
            data = {"host": "pay.example.com", "method": "POST", "path": "/charges", "key": None}
        elif what != "commit":
            data |= {"statement": what, "write": True}
        kind = {"commit": "commit", "charge": "call"}.get(what, "sql")
        found.append(SensorEvent(at=at, kind=kind, exchange=None if kind == "call" else "a0", data=data))
    return tuple(found)


def trial(
    purpose: str, final: Json, *, status: int | None = 200, sent: int = 1, done: tuple[str, ...] = TWO_COMMITS
) -> Trial:
    settings: dict[str, Json] = {"fault": {"step": 3, "how": "die"}} if purpose in _BROKEN else {}
    return Trial(
        id=f"{purpose}-{next(NUMBERS)}",
        purpose=purpose,
        scenario=Scenario(attack=(MOVE,) * sent, observe=(READ,), settings=settings),
        exchanges=(
            *(exchange(MOVE, "attack", status, id_=f"a{n}") for n in range(sent)),
            exchange(READ, "observe", 200, final, id_="o"),
        ),
        events=events(done),
    )


_BROKEN = {halves.BROKEN, halves.STILL, halves.CALLED}


def judged(left: Json, *, before: Json, after: Json, done: tuple[str, ...] = TWO_COMMITS) -> Judgement:
    history = History(
        id="h",
        experiment="broken-in-the-middle",
        weakness="half-done",
        operations=("POST /transfers",),
        seed=0,
        trials=(
            trial(halves.BASELINE, before, sent=0, done=()),
            trial(halves.ONCE, after, done=done),
            trial(halves.ONCE, after, done=done),
            trial(halves.LATE, after, done=done),
            trial(halves.BROKEN, left, status=None, done=done[:2]),
            trial(halves.STILL, left, status=None, done=done[:2]),
        ),
    )
    return judge_halves(history)[0]


BEFORE: Json = {"from": 100, "to": 5}
AFTER: Json = {"from": 90, "to": 15}


def test_money_that_left_and_did_not_arrive_is_half_done() -> None:
    judgement = judged({"from": 90, "to": 5}, before=BEFORE, after=AFTER)
    assert judgement.status is Status.PROVEN
    assert "to is 15" in judgement.expected
    assert "to is 5" in judgement.seen


@pytest.mark.parametrize("left", [BEFORE, AFTER])
def test_nothing_or_all_of_it_holds(left: Json) -> None:
    assert judged(left, before=BEFORE, after=AFTER).status is Status.HELD


def test_what_reads_as_unfinished_is_on_record() -> None:
    before: Json = {"orders": [], "stock": 10}
    after: Json = {"orders": [{"amount": 5, "status": "paid"}], "stock": 9}
    pending: Json = {"orders": [{"amount": 5, "status": "pending"}], "stock": 10}
    assert judged(pending, before=before, after=after).status is Status.HELD


def test_a_row_that_is_completed_afterwards_is_on_record() -> None:
    done = ("INSERT INTO jobs (n) VALUES (1)", "commit", "UPDATE jobs SET n = 2", "commit")
    assert judged({"from": 90, "to": 5}, before=BEFORE, after=AFTER, done=done).status is Status.HELD


def test_where_a_request_can_break_off() -> None:
    found = steps(trial(halves.ONCE, {}))
    assert deaths(found) == [3]
    assert failures(found) == [3]
    assert not is_staged(found, 3)
    assert deaths(steps(trial(halves.ONCE, {}, done=("UPDATE a SET n = 1", "UPDATE b SET n = 1", "commit")))) == []
    assert deaths(steps(trial(halves.ONCE, {}, done=("charge", "INSERT INTO a VALUES (1)", "commit")))) == [1]


@pytest.mark.parametrize(
    ("done", "status"),
    [
        (("charge", "INSERT INTO a VALUES (1)", "commit"), Status.PROVEN),
        (("INSERT INTO a VALUES (1)", "commit", "charge", "UPDATE a SET n = 2", "commit"), Status.HELD),
    ],
)
def test_a_call_that_nobody_recorded(done: tuple[str, ...], status: Status) -> None:
    after: Json = {"orders": [{"amount": 5}]}
    twice = trial(halves.CALLED, after, sent=2, done=("charge", "charge"))
    history = History(
        id="h",
        experiment="broken-in-the-middle",
        weakness="unrecorded-call",
        operations=("POST /transfers",),
        seed=0,
        trials=(
            trial(halves.BASELINE, {"orders": []}, sent=0, done=()),
            trial(halves.ONCE, after, done=done),
            trial(halves.ONCE, after, done=done),
            trial(halves.LATE, after, done=done),
            twice,
        ),
    )
    assert judge_halves(history)[0].status is status
