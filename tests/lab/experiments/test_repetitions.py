"""The judge of repetitions, over trials made by hand."""

from __future__ import annotations

import itertools

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.retry import repetitions as shown
from crashworthy.lab.experiments.retry.repetitions import judge_repetitions
from sick_services.histories import exchange

PAY = Step(operation="POST /pay", method="POST", path="/pay", body={"amount": 5})
READ = Step(operation="GET /account", method="GET", path="/account")
NUMBERS = itertools.count()


def trial(purpose: str, final: Json, *, sent: int = 1, statuses: tuple[int, ...] = (), calls: int = 0) -> Trial:
    answers = statuses or (200,) * sent
    attack = tuple(exchange(PAY, "attack", status, id_=f"a{n}") for n, status in enumerate(answers))
    call: dict[str, Json] = {"host": "pay.example.com", "method": "POST", "path": "/charges", "key": None}
    return Trial(
        id=f"{purpose}-{next(NUMBERS)}",
        purpose=purpose,
        scenario=Scenario(attack=(PAY,) * len(answers), observe=(READ,)),
        exchanges=(*attack, exchange(READ, "observe", 200, final, id_="o")),
        events=tuple(SensorEvent(at=n, kind="call", data=call) for n in range(calls)),
    )


def judged(*trials: Trial, promise: str | None = "constraints", settled: bool = True) -> Judgement:
    controls = [
        trial(shown.BASELINE, {"balance": 100}, sent=0),
        trial(shown.ONCE, {"balance": 95}, calls=1),
        trial(shown.ONCE, {"balance": 95}, calls=1),
    ]
    if settled:
        controls.append(trial(shown.LATE, {"balance": 95}, calls=1))
    history = History(
        id="h",
        experiment="repeated-request",
        weakness="duplicate-effect",
        operations=("POST /pay",),
        seed=0,
        trials=(*controls, *trials),
        settings={"promise": promise, "promised": "it is promised"} if promise else {},
    )
    return judge_repetitions(history)[0]


def test_a_second_effect_is_proven_where_once_is_promised() -> None:
    judgement = judged(trial(shown.AFTER, {"balance": 90}, sent=2, calls=1))
    assert judgement.status is Status.PROVEN
    assert "balance is 95" in judgement.expected
    assert "balance is 90" in judgement.seen


def test_a_second_call_is_proven_too() -> None:
    assert judged(trial(shown.AFTER, {"balance": 95}, sent=2, calls=2)).status is Status.PROVEN


def test_a_single_call_that_comes_late_is_no_second_call() -> None:
    def late(purpose: str, sent: int, calls: int) -> Trial:
        return trial(purpose, {"balance": 95 if sent else 100}, sent=sent, calls=calls)

    history = History(
        id="h",
        experiment="repeated-request",
        weakness="duplicate-effect",
        operations=("POST /pay",),
        seed=0,
        trials=(
            late(shown.BASELINE, 0, 0),
            *(late(shown.ONCE, 1, 0),) * 2,
            late(shown.LATE, 1, 0),
            late(shown.RESTARTED, 1, 1),
            late(shown.KILLED, 2, 1),
        ),
        settings={"promise": "key", "promised": "it takes a key"},
    )
    assert judge_repetitions(history)[0].status is Status.HELD
    twice = history.model_copy(update={"trials": (*history.trials[:-1], late(shown.KILLED, 2, 2))})
    assert judge_repetitions(twice)[0].status is Status.PROVEN


def test_it_is_suspected_with_the_line_that_makes_it_a_proof_where_nobody_promises() -> None:
    judgement = judged(trial(shown.AFTER, {"balance": 90}, sent=2, calls=2), promise=None)
    assert judgement.status is Status.SUSPECTED
    assert 'idempotent = ["POST /pay"]' in judgement.why


def test_without_the_control_at_another_pace_nothing_is_proven() -> None:
    assert judged(trial(shown.AFTER, {"balance": 90}, sent=2), settled=False).status is Status.UNKNOWN


def test_a_refused_repetition_holds() -> None:
    held = judged(trial(shown.AFTER, {"balance": 95}, statuses=(200, 409), calls=1))
    assert held.status is Status.HELD


def test_a_request_that_was_lost_altogether_is_no_second_effect() -> None:
    assert judged(trial(shown.TOGETHER, {"balance": 100}, statuses=(500, 500))).status is Status.HELD


def test_what_a_restart_loses_is_not_held_against_the_repetition() -> None:
    assert judged(trial(shown.KILLED, {"balance": 0}, sent=2, calls=1)).status is Status.HELD


def test_a_version_may_rise_with_each_request() -> None:
    def versioned(purpose: str, sent: int, version: int) -> Trial:
        return trial(purpose, {"balance": 95 if sent else 100, "version": version}, sent=sent)

    history = History(
        id="h",
        experiment="repeated-request",
        weakness="duplicate-effect",
        operations=("PUT /pay",),
        seed=0,
        trials=(
            versioned(shown.BASELINE, 0, 1),
            versioned(shown.ONCE, 1, 2),
            versioned(shown.ONCE, 1, 2),
            versioned(shown.LATE, 1, 2),
            versioned(shown.AFTER, 2, 3),
        ),
        settings={"promise": "http", "promised": "PUT"},
    )
    assert judge_repetitions(history)[0].status is Status.HELD


def made_twice(first: Json, second: Json, operation: str = "POST /gift-cards") -> Judgement:
    def played(purpose: str, *answers: Json) -> Trial:
        sent = tuple(exchange(PAY, "attack", 201, answer, id_=f"a{n}") for n, answer in enumerate(answers))
        scenario = Scenario(attack=(PAY,) * len(answers), observe=(READ,))
        exchanges = (*sent, exchange(READ, "observe", 200, {"balance": 100}, id_="o"))
        return Trial(id=f"{purpose}-{next(NUMBERS)}", purpose=purpose, scenario=scenario, exchanges=exchanges)

    history = History(
        id="h",
        experiment="repeated-request",
        weakness="duplicate-effect",
        operations=(operation,),
        seed=0,
        trials=(
            played(shown.BASELINE),
            played(shown.ONCE, first),
            played(shown.ONCE, first),
            played(shown.AFTER, first, second),
        ),
    )
    return judge_repetitions(history)[0]


def test_two_things_worth_money_with_ids_of_their_own_are_suspected_by_the_answers() -> None:
    judgement = made_twice({"code": "A", "balance": 500}, {"code": "B", "balance": 500})
    assert judgement.status is Status.SUSPECTED
    assert '"code": "B"' in judgement.seen
    assert made_twice({"code": "A", "balance": 500}, {"code": "A", "balance": 500}).status is Status.HELD
    assert made_twice({"code": "A"}, {"code": "B"}).status is Status.HELD
    assert made_twice({"id": 1, "price": 5}, {"id": 2, "price": 5}, "POST /products").status is Status.HELD
