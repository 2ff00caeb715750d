from __future__ import annotations

from crashworthy.core.finding import Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import DependencyFault, Scenario
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.dependency.holding import judge_holding
from sick_services.histories import BUY, READ, exchange

CALL = SensorEvent(
    at=0.1,
    kind="outbound",
    exchange="1",
    location=Location(file="pay.py", line=9),
    data={"host": "pay.example"},
)


def history(*trials: Trial) -> History:
    return History(id="h", experiment="slow-dependency", weakness="x", operations=("POST /buy",), seed=0, trials=trials)


def control(seconds: float = 0.1, *, calls: int = 1) -> Trial:
    probe = exchange(READ, "probe", 200, id_="2")
    settings: dict[str, Json] = {"outbound_calls": calls}
    return Trial(
        id="control-1",
        purpose="control",
        scenario=Scenario(attack=(BUY,), settings=settings),
        exchanges=(exchange(BUY, "attack", 200, ended=seconds), probe),
        events=(CALL,) if calls else (),
    )


def held(attack: Exchange, *others: Exchange, kind: str = "hang") -> Trial:
    scenario = Scenario(attack=(BUY,), faults=(DependencyFault(kind=kind),))
    return Trial(id=f"held-{kind}", purpose="held", scenario=scenario, exchanges=(attack, *others), events=(CALL,))


def silent(until: float = 10.2, start: float = 0.0) -> Exchange:
    return exchange(BUY, "attack", None, started=start, ended=until)


def test_ten_seconds_without_an_answer_are_proof() -> None:
    judgement = judge_holding(history(control(), held(silent())))
    assert (judgement.status, judgement.severity) == (Status.PROVEN, Severity.MAJOR)
    assert judgement.location == Location(file="pay.py", line=9)
    assert "pay.example accepts and does not answer" in judgement.seen


def test_an_answer_in_time_is_none() -> None:
    answered = exchange(BUY, "attack", 502, ended=5.1)
    dripped = exchange(BUY, "attack", 200, ended=9.0)
    judgement = judge_holding(history(control(), held(answered), held(dripped, kind="drip")))
    assert judgement.status is Status.HELD
    assert "9.0 s at the latest" in judgement.why


def test_dripping_alone_is_minor() -> None:
    answered = exchange(BUY, "attack", 502, ended=5.1)
    judgement = judge_holding(history(control(), held(answered), held(silent(), kind="drip")))
    assert (judgement.status, judgement.severity) == (Status.PROVEN, Severity.MINOR)


def test_dripping_that_takes_others_along_is_major() -> None:
    no_answer = exchange(READ, "probe", None, id_="round0-1", started=1.0, ended=2.0)
    answered = exchange(BUY, "attack", 502, ended=9.9)
    judgement = judge_holding(history(control(), held(answered), held(silent(), no_answer, kind="drip")))
    assert judgement.severity is Severity.MAJOR
    # What happened while it hung is another story.
    judgement = judge_holding(history(control(), held(answered, no_answer), held(silent(), kind="drip")))
    assert judgement.severity is Severity.MINOR
    assert "unrelated" not in judgement.seen


def test_others_that_wait_make_it_worse() -> None:
    no_answer = exchange(READ, "probe", None, id_="round0-1", started=1.0, ended=2.0)
    judgement = judge_holding(history(control(), held(silent(), no_answer)))
    assert judgement.severity is Severity.BLOCKER
    assert "with 1 such request pending, 1 of 1 unrelated operations got no answer either: GET /stock" in judgement.seen


def test_others_that_wait_behind_many_are_no_blocker() -> None:
    answered = exchange(READ, "probe", 200, id_="round0-1", started=1.0, ended=1.1)
    no_answer = exchange(READ, "probe", None, id_="round1-1", started=3.0, ended=4.0)
    crowd = [silent(start=2.0) for _ in range(7)]
    judgement = judge_holding(history(control(), held(silent(), answered, no_answer, *crowd)))
    assert judgement.severity is Severity.MAJOR
    assert "with 8 such requests pending" in judgement.seen


def test_a_request_that_is_always_slow_is_unknown() -> None:
    assert judge_holding(history(control(4.0), held(silent()))).status is Status.UNKNOWN


def test_a_request_that_calls_nobody_holds() -> None:
    assert judge_holding(history(control(calls=0))).status is Status.HELD


def test_a_hold_that_the_budget_cut_short_is_unknown() -> None:
    assert judge_holding(history(control(), held(silent(until=3.0)))).status is Status.UNKNOWN
    assert judge_holding(history(control())).status is Status.UNKNOWN
