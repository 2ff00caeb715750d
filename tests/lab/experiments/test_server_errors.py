"""Which server errors of overlapping requests are held against a service, and how bad each is."""

from __future__ import annotations

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.scenario import Interleaving
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.concurrency.server_errors import CONTROLS, judge_server_errors
from sick_services.histories import race_history, race_trial

ONE = {"users": 1}


def judged(*trials: Trial) -> list[Judgement]:
    return judge_server_errors(race_history(*trials))


def signups(controls: int = CONTROLS, second: int = 409) -> list[Trial]:
    """Serial plays in which the second of two equal requests is refused."""
    plays = [race_trial("control", [201, second], ONE) for _ in range(controls)]
    return [*plays, race_trial("baseline", [], {"users": 0}, order=()), race_trial("serial", [201], ONE, order=(0,))]


def together(*statuses: int | None, final: object = None, events: tuple[SensorEvent, ...] = ()) -> Trial:
    return race_trial("concurrent", statuses, final or ONE, how=Interleaving.BARRIER, events=events)  # type: ignore[arg-type]


def raised(exchange: str, *, handled: bool = False) -> SensorEvent:
    frames = [["app.py", 4, "sign_up"]]
    data = {"type": "IntegrityError", "message": "UNIQUE", "frames": frames, "handled": handled}
    return SensorEvent(at=0.1, kind="exception", exchange=exchange, data=data)  # type: ignore[arg-type]


def test_an_error_where_a_refusal_was_due_is_minor() -> None:
    judgement = judged(*signups(), together(201, 500, events=(raised("a1"),)))[0]
    assert (judgement.status, judgement.severity) == (Status.PROVEN, Severity.MINOR)
    assert judgement.title == "Concurrent POST /buy requests fail with IntegrityError"
    assert judgement.expected == "answers that some serial order gives: 1 x 201, 1 x 409"
    assert judgement.seen == "1 x 201, 1 x 500 at the same time; IntegrityError: UNIQUE at app.py:4"
    assert str(judgement.location) == "app.py:4"


def test_an_error_where_every_order_accepts_is_major() -> None:
    plays = [race_trial("control", [200, 200], 2) for _ in range(CONTROLS)]
    alone = race_trial("serial", [200], 1, order=(0,))
    assert judged(*plays, alone, together(200, 500, final=1))[0].severity is Severity.MAJOR


def test_an_effect_that_stays_behind_an_error_is_major() -> None:
    late = race_trial("late control", [201, 409], ONE)
    judgement = judged(*signups(), late, together(201, 500, final={"users": 2}))[0]
    assert judgement.severity is Severity.MAJOR
    assert "read back" in judgement.seen


def test_a_call_to_another_system_before_the_error_is_major() -> None:
    called = SensorEvent(at=0.05, kind="outbound", exchange="a1", data={"host": "pay.example"})
    assert judged(*signups(), together(201, 500, events=(called, raised("a1"))))[0].severity is Severity.MAJOR


def test_what_serial_plays_meet_too_is_no_matter_of_overlapping() -> None:
    assert judged(*signups(second=500), together(201, 500))[0].status is Status.HELD
    by_chance = [*signups(), race_trial("control", [500, 201], ONE)]
    assert judged(*by_chance, together(201, 500))[0].status is Status.HELD


def test_unavailable_on_purpose_is_an_answer() -> None:
    trial = together(201, 503, events=(raised("a1", handled=True),))
    assert judged(*signups(), trial)[0].status is Status.HELD


def test_no_answer_says_nothing() -> None:
    assert judged(*signups(), together(201, None))[0].status is Status.HELD


def test_too_few_controls_leave_it_unknown() -> None:
    assert judged(*signups(controls=2), together(201, 500))[0].status is Status.UNKNOWN


def test_without_concurrent_trials_nothing_is_said() -> None:
    assert judged(*signups()) == []
