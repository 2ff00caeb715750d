from __future__ import annotations

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Interleaving, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.lost_update import LostUpdate
from sick_services.histories import BUY, race_history, race_trial, serial_twice

REFUND = Step(operation="POST /refund", method="POST", path="/refund", body={"n": 1})
DROP = Step(operation="DELETE /stock", method="DELETE", path="/stock")


def judge(*trials: Trial, location: Location | None = None) -> Judgement:
    return LostUpdate().judge(race_history(*trials, location=location))


def concurrent(statuses: list[int | None], final: Json, **named: object) -> Trial:
    return race_trial("concurrent", statuses, final, how=Interleaving.BARRIER, **named)  # type: ignore[arg-type]


def test_a_state_that_no_order_gives_is_proof() -> None:
    judgement = judge(*serial_twice(), concurrent([200, 200], {"stock": 9}))
    assert judgement.status is Status.PROVEN
    assert judgement.severity is Severity.BLOCKER
    assert judgement.expected == "GET /stock stock is 8 in any serial order"
    assert judgement.seen == "GET /stock stock is 9"
    assert judgement.scenario is not None
    assert judgement.scenario.settings["masks"] == []


def test_the_state_of_a_serial_order_is_none() -> None:
    assert judge(*serial_twice(), concurrent([200, 200], {"stock": 8})).status is Status.HELD


def test_a_refused_request_counts_as_not_executed() -> None:
    alone = race_trial("serial", [200], {"stock": 9}, order=(0,))
    assert judge(*serial_twice(), alone, concurrent([200, 409], {"stock": 9})).status is Status.HELD
    assert judge(*serial_twice(), alone, concurrent([409, 200], {"stock": 9})).status is Status.HELD
    assert judge(*serial_twice(), alone, concurrent([200, 409], {"stock": 8})).status is Status.PROVEN


def test_the_orders_of_the_accepted_requests_must_have_been_played() -> None:
    assert judge(*serial_twice(), concurrent([200, 409], {"stock": 3})).status is Status.HELD


def test_more_acceptances_than_any_order_allows_are_proof() -> None:
    once = [
        race_trial("control", [200, 409], {"stock": 0}),
        race_trial("control", [200, 409], {"stock": 0}),
        race_trial("baseline", [], {"stock": 1}, order=()),
        race_trial("late control", [200, 409], {"stock": 0}),
    ]
    worse = judge(*once, concurrent([200, 200], {"stock": -1}))
    assert (worse.status, worse.severity) == (Status.PROVEN, Severity.BLOCKER)
    quiet = judge(*once, concurrent([200, 200], {"stock": 0}))
    assert (quiet.status, quiet.severity) == (Status.PROVEN, Severity.MAJOR)
    assert "at most 1 of the 2" in quiet.expected


def test_a_lost_view_is_minor() -> None:
    def judged(name: str) -> Severity | None:
        serial = [race_trial(each, [200, 200], {name: 2}) for each in ("control", "control", "late control")]
        baseline = race_trial("baseline", [], {name: 0}, order=())
        return judge(*serial, baseline, concurrent([200, 200], {name: 1})).severity

    assert judged("views") is Severity.MINOR
    assert judged("likes") is Severity.BLOCKER


def test_a_brake_that_lets_one_more_pass_is_minor() -> None:
    once = [race_trial(name, [200, 429], {"stock": 0}) for name in ("control", "control", "late control")]
    baseline = race_trial("baseline", [], {"stock": 1}, order=())
    assert judge(*once, baseline, concurrent([200, 200], {"stock": 0})).severity is Severity.MINOR
    assert judge(*once, baseline, concurrent([200, 200], {"stock": -1})).severity is Severity.MAJOR


def test_deleting_twice_at_once_harms_nobody() -> None:
    both = (DROP, DROP)
    once = [
        race_trial("control", [204, 404], {"stock": 0}, attack=both),
        race_trial("control", [204, 404], {"stock": 0}, attack=both),
        race_trial("baseline", [], {"stock": 1}, order=(), attack=both),
        race_trial("late control", [204, 404], {"stock": 0}, attack=both),
    ]
    assert judge(*once, concurrent([204, 204], {"stock": 0}, attack=both)).status is Status.HELD


def test_logging_out_twice_at_once_harms_nobody() -> None:
    def judged(refusal: int, left: int = 0) -> Status:
        once = [race_trial(name, [204, refusal], {"sessions": 0}) for name in ("control", "control", "late control")]
        baseline = race_trial("baseline", [], {"sessions": 1}, order=())
        return judge(*once, baseline, concurrent([204, 204], {"sessions": left})).status

    assert judged(401) is Status.HELD
    assert judged(401, left=-1) is Status.PROVEN
    assert judged(409) is Status.PROVEN


def test_a_server_error_says_nothing_about_the_state() -> None:
    for status in (500, None, 302):
        assert judge(*serial_twice(), concurrent([200, status], {"stock": 3})).status is Status.HELD


def test_both_orders_of_different_requests_are_possible() -> None:
    both = (BUY, REFUND)
    serial = [
        race_trial("control", [200, 200], {"last": "refund"}, attack=both),
        race_trial("control", [200, 200], {"last": "refund"}, attack=both),
        race_trial("serial", [200, 200], {"last": "buy"}, attack=both, order=(1, 0)),
        race_trial("baseline", [], {"last": None}, attack=both, order=()),
        race_trial("late control", [200, 200], {"last": "refund"}, attack=both),
    ]
    assert judge(*serial, concurrent([200, 200], {"last": "buy"}, attack=both)).status is Status.HELD
    assert judge(*serial, concurrent([200, 200], {"last": None}, attack=both)).status is Status.PROVEN


def test_ids_times_and_random_codes_are_no_state() -> None:
    def final(number: int, code: str) -> Json:
        return [{"id": number, "created_at": f"2024-01-0{number}T00:00:00", "code": code, "name": "x"}]

    serial = [
        race_trial("control", [200, 200], final(1, "ab")),
        race_trial("control", [200, 200], final(1, "cd")),
        race_trial("baseline", [], [], order=()),
        race_trial("late control", [200, 200], final(1, "ef")),
    ]
    assert judge(*serial, concurrent([200, 200], final(2, "gh"))).status is Status.HELD
    doubled: Json = [{"id": n, "created_at": "2024-01-01T00:00:00", "code": "x", "name": "x"} for n in (1, 2)]
    assert judge(*serial, concurrent([200, 200], doubled)).status is Status.PROVEN


def test_a_coarse_clock_is_unmasked_by_the_late_control() -> None:
    serial = serial_twice()
    serial[3] = race_trial("late control", [200, 200], {"stock": 8, "clock": 2})
    serial[:2] = [race_trial("control", [200, 200], {"stock": 8, "clock": 1}) for _ in range(2)]
    assert judge(*serial, concurrent([200, 200], {"stock": 8, "clock": 3})).status is Status.HELD


def test_without_the_late_control_nobody_is_accused() -> None:
    judgement = judge(*serial_twice()[:3], concurrent([200, 200], {"stock": 9}))
    assert judgement.status is Status.UNKNOWN


def test_a_service_that_does_not_agree_with_itself_cannot_be_judged() -> None:
    serial = serial_twice()
    serial[1] = race_trial("control", [200, 429], {"stock": 9})
    assert judge(*serial, concurrent([200, 200], {"stock": 3})).status is not Status.PROVEN


def test_what_nothing_shows_is_unknown() -> None:
    serial = serial_twice(final=5, baseline=5)
    assert judge(*serial, concurrent([200, 200], {"stock": 5})).status is Status.UNKNOWN
    assert judge().status is Status.UNKNOWN


def test_the_line_of_the_write_is_named() -> None:
    write = Location(file="app.py", line=42, symbol="buy")
    elsewhere = Location(file="app.py", line=7, symbol="log")
    events = [
        SensorEvent(at=0.1, kind="sql", exchange="o1", location=elsewhere, data={"write": True}),
        SensorEvent(at=0.2, kind="sql", exchange="a0", location=write, data={"write": True}),
    ]
    guilty = concurrent([200, 200], {"stock": 9}, events=events)
    assert judge(*serial_twice(), guilty).location == write
    near = Location(file="app.py", line=40, symbol="buy")
    assert judge(*serial_twice(), guilty, location=near).location == near
    far = Location(file="b.py", line=1)
    assert judge(*serial_twice(), guilty, location=far).location == write
    # A place that other operations write at as well is not where this one is wrong.
    handler = Location(file="app.py", line=30, symbol="buy_something")
    shared = {"shared": [str(write)], "handler": handler.model_dump(mode="json")}
    for suspected, named in ((far, far), (None, handler)):
        history = race_history(*serial_twice(), guilty, location=suspected)
        assert LostUpdate().judge(history.model_copy(update={"settings": shared})).location == named
