from __future__ import annotations

import pytest

from crashworthy.core.finding import Status
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.input.crashes import is_crash, judge_crashes
from crashworthy.lab.experiments.input.wedges import judge_wedges
from sick_services.histories import BUY, READ, exchange


def raised(kind: str, line: int, exchange_id: str = "1") -> SensorEvent:
    frames: Json = [["app.py", 3, "outer"], ["app.py", line, "buy"]]
    return SensorEvent(
        at=0.1, kind="exception", exchange=exchange_id, data={"type": kind, "message": "no", "frames": frames}
    )


def crash(*events: SensorEvent, status: int | None = 500, crashed: bool = False, **settings: Json) -> Trial:
    return Trial(
        id=f"attack-{len(events)}-{settings}",
        purpose="attack",
        scenario=Scenario(attack=(BUY,), settings={"input": "body.n", "what": "0", **settings}),
        exchanges=(exchange(BUY, "attack", status, error="connection closed without an answer"),),
        events=events,
        crashed=crashed,
    )


def history(*trials: Trial) -> History:
    return History(id="h", experiment="crash-on-input", weakness="x", operations=("POST /buy",), seed=0, trials=trials)


def scan() -> Trial:
    return Trial(id="scan-1", purpose="scan", scenario=Scenario(), exchanges=(exchange(BUY, "attack", 422),))


def test_one_judgement_per_root_the_worst_first() -> None:
    judgements = judge_crashes(
        history(
            scan(),
            crash(raised("KeyError", 9)),
            crash(raised("KeyError", 9), allowed=True, plausible=True),
            crash(raised("TypeError", 12)),
        )
    )
    assert [(each.severity, str(each.location)) for each in judgements] == [
        (Severity.MAJOR, "app.py:9"),
        (Severity.MINOR, "app.py:12"),
    ]


def test_the_ways_in_which_one_line_takes_input_on_trust_are_one_fault() -> None:
    (judgement,) = judge_crashes(
        history(
            scan(),
            crash(raised("ValueError", 9), what="a text"),
            crash(raised("TypeError", 9), what="null"),
            crash(raised("OverflowError", 9), what="1e400"),
        )
    )
    assert judgement.root == "unchecked input"
    assert judgement.seen.endswith("; also when body.n is null, body.n is 1e400")


def test_another_kind_of_failure_on_the_same_line_is_a_fault_of_its_own() -> None:
    judgements = judge_crashes(history(crash(raised("ValueError", 9)), crash(raised("IntegrityError", 9))))
    assert [each.root for each in judgements] == ["unchecked input", "IntegrityError"]


@pytest.mark.parametrize(("allowed", "plausible"), [(True, False), (False, True), (None, True)])
def test_what_no_honest_client_sends_is_minor(allowed: bool | None, plausible: bool) -> None:
    (judgement,) = judge_crashes(history(crash(raised("KeyError", 9), allowed=allowed, plausible=plausible)))
    assert judgement.severity is Severity.MINOR


def test_the_end_of_the_process_is_a_blocker() -> None:
    (judgement,) = judge_crashes(history(crash(status=None, crashed=True)))
    assert judgement.severity is Severity.BLOCKER


def test_a_failure_without_a_line_of_the_service_is_told_as_information() -> None:
    event = SensorEvent(at=0.1, kind="exception", exchange="1", data={"type": "ValueError", "frames": []})
    (judgement,) = judge_crashes(history(crash(event)))
    assert judgement.severity is Severity.INFO


def test_what_the_contract_allows_is_no_fault_of_the_framework_alone() -> None:
    event = SensorEvent(at=0.1, kind="exception", exchange="1", data={"type": "ResponseValidationError", "frames": []})
    (judgement,) = judge_crashes(history(crash(event, allowed=True, plausible=True)))
    assert judgement.severity is Severity.MAJOR


@pytest.mark.parametrize("status", [501, 502, 503, 504])
def test_an_unavailability_on_purpose_is_no_crash(status: int) -> None:
    answer = exchange(BUY, "attack", status)
    assert not is_crash(answer, ())
    assert is_crash(answer, [raised("KeyError", 9)])
    caught = raised("ConnectError", 9)
    assert not is_crash(answer, [caught.model_copy(update={"data": {**caught.data, "handled": True}})])


def test_silence_is_no_crash_but_a_closed_connection_is() -> None:
    assert not is_crash(exchange(BUY, "attack", None), ())
    assert is_crash(exchange(BUY, "attack", None, error="connection lost: reset by peer"), ())


def test_what_does_not_show_again_is_unknown() -> None:
    assert judge_crashes(history(scan(), crash(status=422)))[0].status is Status.UNKNOWN
    assert judge_crashes(history(scan()))[0].status is Status.HELD
    assert judge_crashes(history())[0].status is Status.UNKNOWN


def wedge(
    *observed: Exchange, again: tuple[Exchange, ...] = (), purpose: str = "wedge", crashed: bool = False
) -> Trial:
    scenario = Scenario(attack=(BUY,), observe=(READ,), settings={"input": "body.n", "what": "0"})
    bad = exchange(BUY, "attack", 500, id_="bad")
    return Trial(
        id=f"{purpose}-1",
        purpose=purpose,
        scenario=scenario,
        exchanges=(bad, *observed, *again),
        events=(raised("KeyError", 9, "bad"),),
        crashed=crashed,
    )


def reading(status: int | None, part: str = "observe") -> Exchange:
    return exchange(READ, part, status, id_=part)


def test_valid_requests_that_go_on_failing_are_proof() -> None:
    for status in (500, 503, None):
        guilty = wedge(reading(status), again=(reading(status, "probe"),))
        (judgement,) = judge_wedges(history(wedge(reading(200), purpose="control"), guilty))
        assert (judgement.status, judgement.severity) == (Status.PROVEN, Severity.BLOCKER)
        assert str(judgement.location) == "app.py:9"


@pytest.mark.parametrize(
    ("control", "trial"),
    [
        (200, wedge(reading(429))),
        (200, wedge(reading(404))),
        (200, wedge(reading(500), again=(reading(200, "probe"),))),
        (500, wedge(reading(500), again=(reading(500, "probe"),))),
        (200, wedge(reading(None), again=(reading(None, "probe"),), crashed=True)),
    ],
    ids=["rate limit", "state changed on purpose", "recovered", "never worked", "process ended"],
)
def test_what_looks_like_a_wedge_and_is_none(control: int, trial: Trial) -> None:
    (judgement,) = judge_wedges(history(wedge(reading(control), purpose="control"), trial))
    assert judgement.status is not Status.PROVEN


@pytest.mark.parametrize(("status", "severity"), [(500, Severity.MAJOR), (None, Severity.BLOCKER)])
def test_an_object_that_cannot_be_read_is_less_than_silence(status: int | None, severity: Severity) -> None:
    own = READ.model_copy(update={"path": "/things/${thing_id}"})
    scenario = Scenario(attack=(BUY,), observe=(own,), settings={"input": "body.n", "what": "0"})
    control, guilty = wedge(reading(200), purpose="control"), wedge(reading(status), again=(reading(status, "probe"),))
    trials = [trial.model_copy(update={"scenario": scenario}) for trial in (control, guilty)]
    assert judge_wedges(history(*trials))[0].severity is severity


def test_the_proof_of_a_wedge_keeps_only_the_requests_that_tell() -> None:
    health = READ.model_copy(update={"operation": "GET /health", "path": "/health"})
    scenario = Scenario(attack=(BUY,) * 16, observe=(health, READ), settings={"input": "body.n", "what": "0"})
    fine = exchange(health, "observe", 200, id_="h")
    control = wedge(fine, reading(200), purpose="control")
    guilty = wedge(fine, reading(None), again=(reading(None, "probe"),))
    trials = [trial.model_copy(update={"scenario": scenario}) for trial in (control, guilty)]
    proven = judge_wedges(history(*trials))[0].scenario
    assert proven is not None
    assert proven.observe == (READ,)
    assert len(proven.attack) == 1


def test_a_body_that_is_nested_too_deep_is_one_fault_wherever_bodies_are_read() -> None:
    found = []
    for line in (9, 70):
        frames: Json = [["app.py", line, "read"]]
        data: dict[str, Json] = {"type": "RecursionError", "message": "maximum recursion depth", "frames": frames}
        deep = Trial(
            id="attack-1",
            purpose="attack",
            scenario=Scenario(attack=(BUY,), settings={"input": "body", "what": "nested 50000 deep"}),
            exchanges=(exchange(BUY, "attack", 500, id_="1"),),
            events=(SensorEvent(at=0.1, kind="exception", exchange="1", data=data),),
        )
        found += judge_crashes(history(deep))
    assert {(each.location, each.root) for each in found} == {(None, "RecursionError")}
    assert [f"app.py:{line}" in each.seen for each, line in zip(found, (9, 70), strict=True)] == [True, True]
