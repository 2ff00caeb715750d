from __future__ import annotations

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import DependencyFault, Scenario
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.dependency import holding
from sick_services.histories import BUY, READ, exchange


def judge_holding(history: History) -> Judgement:
    return holding.judge_holding(history)[0]


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


def test_a_call_that_ends_by_itself_is_minor() -> None:
    def limited(seconds: float | None) -> Judgement:
        call = CALL.model_copy(update={"data": {**CALL.data, "blocking": True, "timeout": seconds}})
        return judge_holding(history(control(), held(silent()).model_copy(update={"events": (call,)})))

    assert limited(None).severity is Severity.MAJOR
    assert limited(3600.0).severity is Severity.MAJOR
    assert limited(15.0).severity is Severity.MINOR
    assert "ends by itself after 15 s" in limited(15.0).seen


def test_an_answer_in_time_is_none() -> None:
    answered = exchange(BUY, "attack", 502, ended=5.1)
    dripped = exchange(BUY, "attack", 200, ended=9.0)
    judgement = judge_holding(history(control(), held(answered), held(dripped, kind="drip")))
    assert judgement.status is Status.HELD
    assert "9.0 s at the latest" in judgement.why


def test_a_known_call_that_no_request_gets_to_is_undecided() -> None:
    tried = history(control(calls=0))
    assert judge_holding(tried).status is Status.HELD
    judgement = judge_holding(tried.model_copy(update={"location": Location(file="pay.py", line=9)}))
    assert judgement.status is Status.UNKNOWN
    assert "does not get to the call at pay.py:9" in judgement.why


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
    assert (
        "with 1 such request pending, 1 of 1 other operations failed too: GET /stock (no answer after 1 s)"
        in judgement.seen
    )


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


def call(
    operation: str = "POST /buy", limit: float | None = None, *, blocking: bool = True, line: int = 9
) -> SensorEvent:
    place = Location(file="pay.py", line=line)
    data: dict[str, Json] = {"host": "pay.example", "timeout": limit, "blocking": blocking}
    return SensorEvent(at=0.1, kind="outbound", exchange=f"id {operation}", location=place, data=data)


def waiting(operation: str, purpose: str, event: SensorEvent, *, ended: float, **settings: Json) -> Trial:
    step = BUY.model_copy(update={"operation": operation})
    scenario = Scenario(attack=(step,), faults=(DependencyFault(kind="hang"),), settings=settings)
    attack = exchange(step, "attack", None, id_=f"id {operation}", ended=ended)
    return Trial(id=f"{purpose} {operation}", purpose=purpose, scenario=scenario, exchanges=(attack,), events=(event,))


def normally(operation: str) -> Trial:
    step = BUY.model_copy(update={"operation": operation})
    scenario = Scenario(attack=(step,), settings={"outbound_calls": 1})
    answered = exchange(step, "attack", 200, id_=f"id {operation}")
    return Trial(id=f"control {operation}", purpose="control", scenario=scenario, exchanges=(answered,))


def of_both(*trials: Trial) -> list[Judgement]:
    both = history(normally("POST /buy"), normally("POST /refund"), *trials)
    return holding.judge_holding(both.model_copy(update={"operations": ("POST /buy", "POST /refund")}))


def test_who_waits_at_the_call_that_held_another_is_told_with_it() -> None:
    full = waiting("POST /buy", "held", call(), ended=10.3)
    glance = waiting("POST /refund", "joined", call("POST /refund"), ended=1.3, hold_s=1.0, place="pay.py:9")
    (judgement,) = of_both(full, glance)
    assert (judgement.status, judgement.operations) == (Status.PROVEN, ("POST /buy", "POST /refund"))
    assert "POST /refund waits at the same call" in judgement.seen
    # The proof is to be replayed by the held request alone, for the full time where nothing is known.
    assert judgement.scenario is not None
    assert not judgement.scenario.settings


def test_who_waits_elsewhere_or_where_something_limits_the_wait_is_not_told_with_it() -> None:
    full = waiting("POST /buy", "held", call(), ended=10.3)
    for event in (
        call("POST /refund", line=20),
        call("POST /refund", limit=5.0),
        call("POST /refund", blocking=False),
    ):
        glance = waiting("POST /refund", "joined", event, ended=1.3, hold_s=1.0, place="pay.py:9")
        proven, other = of_both(full, glance)
        assert proven.operations == ("POST /buy",)
        assert (other.status, other.operations) == (Status.UNKNOWN, ("POST /refund",))


def test_a_short_hold_shows_nothing_where_the_limit_is_not_known() -> None:
    for event in (call(limit=5.0), call(blocking=False), call(line=20)):
        short = waiting("POST /buy", "held", event, ended=3.3, hold_s=3.0, place="pay.py:9")
        assert of_both(short)[0].status is not Status.PROVEN
    again = waiting("POST /buy", "held", call(limit=30.0), ended=3.3, hold_s=3.0, place="pay.py:9")
    assert of_both(again)[0].status is Status.PROVEN


def test_a_change_that_fails_meanwhile_is_told_but_not_a_deliberate_refusal() -> None:
    for status, severity in ((500, Severity.BLOCKER), (503, Severity.MAJOR), (409, Severity.MAJOR)):
        answer = exchange(READ, "probe", status, id_="round0-1", started=1.0, ended=6.0)
        judgement = judge_holding(history(control(), held(silent(), answer)))
        assert judgement.severity is severity
        assert ("GET /stock (status 500 after 5 s)" in judgement.seen) == (status == 500)
