"""The judge of calls that should be taken back, over trials made by hand."""

from __future__ import annotations

import itertools

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.experiments.partial.taken_back import ANSWERED, LOST, TakenBack
from sick_services.histories import exchange

PAY = Step(operation="POST /orders/{order}/pay", method="POST", path="/orders/1/pay")
CANCEL = Step(operation="POST /orders/{order}/cancel", method="POST", path="/orders/1/cancel")
NUMBERS = itertools.count()


def call(at: float, path: str, method: str = "POST") -> SensorEvent:
    return SensorEvent(at=at, kind="call", data={"host": "pay.example.com", "method": method, "path": path})


def commit(at: float) -> SensorEvent:
    return SensorEvent(at=at, kind="commit", exchange="pay", data={"driver": "sqlite3"})


def sent(step: Step, status: int | None, started: float) -> Exchange:
    id_ = step.path.rpartition("/")[2]
    return exchange(step, "attack", status, {}, id_=id_, started=started, ended=started + 0.5)


def trial(purpose: str, pay: int | None, cancel: int, *events: SensorEvent) -> Trial:
    exchanges = (sent(PAY, pay, 0.0), sent(CANCEL, cancel, 1.0))
    scenario = Scenario(attack=(PAY, CANCEL))
    return Trial(
        id=f"{purpose}-{next(NUMBERS)}", purpose=purpose, scenario=scenario, exchanges=exchanges, events=events
    )


def judged(
    *lost: SensorEvent, pay: int | None = 502, cancel: int = 200, first: tuple[SensorEvent, ...] = ()
) -> Judgement:
    usual = (*first, call(0.2, "/charges"), call(1.2, "/refunds"))
    answered = [trial(ANSWERED, 200, 200, *usual) for _ in range(2)]
    history = History(
        id="h",
        experiment="taken-back",
        weakness="unrecorded-call",
        operations=(PAY.operation, CANCEL.operation),
        seed=0,
        trials=(*answered, trial(LOST, pay, cancel, *lost)),
    )
    return TakenBack().judge(history)


def test_a_charge_that_a_cancellation_forgets_is_proven() -> None:
    judgement = judged(call(0.2, "/charges"))
    assert judgement.status is Status.PROVEN
    assert "POST pay.example.com/refunds" in judgement.expected
    assert "200" in judgement.seen


@pytest.mark.parametrize(
    "judgement",
    [
        judged(call(0.2, "/charges"), call(1.2, "/refunds")),
        judged(call(0.2, "/charges"), call(1.2, "/charges/1", "GET")),  # it asks what became of the call
        judged(call(0.2, "/charges"), cancel=409),
        judged(call(0.2, "/charges"), pay=202),  # it says that it will go on
        judged(call(0.2, "/charges"), pay=None),  # nobody knows what it would have answered
        judged(),
        judged(call(0.2, "/charges"), first=(commit(0.1),)),  # on record before the call
    ],
)
def test_what_is_taken_back_or_refused_or_on_record_is_held_against_nobody(judgement: Judgement) -> None:
    assert judgement.status is Status.HELD
