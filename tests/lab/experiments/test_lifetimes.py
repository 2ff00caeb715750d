"""What answers say of how long something is good, and the judge of whether it is."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.time import clock, lifetimes
from crashworthy.lab.experiments.time.expiry import _change
from crashworthy.lab.experiments.time.lifetimes import judge_lifetimes
from crashworthy.lab.experiments.time.promises import promise_in
from sick_services.histories import exchange

READ = Step(operation="GET /profile", method="GET", path="/profile")
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def token(**claims: Json) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.c2ln"


@pytest.mark.parametrize(
    ("answer", "pointer", "lifetime_s"),
    [
        ({"token": "t", "expires_in": 3600}, "/token", 3600),
        ({"token": "t", "expires_in_minutes": 30}, "/token", 1800),
        ({"token": "t", "expiresAt": "2026-05-01T13:00:00Z"}, "/token", 3600),
        ({"token": "t", "expires_at": "2026-05-01T15:00:00+02:00"}, "/token", 3600),
        ({"token": "t", "valid_until": NOW.timestamp() + 600}, "/token", 600),
        ({"data": {"token": "t", "ttl": 90}, "expires_in": 5000}, "/data/token", 90),
        ({"token": token(exp=NOW.timestamp() + 900)}, "/token", 900),
        ({"token": "t", "user": {"expires_at": "2026-05-01T13:00:00Z"}}, "/token", None),
        ({"token": "t", "subscription_expires_at": "2026-05-01T13:00:00Z"}, "/token", None),
        ({"token": "t", "expires_in": True}, "/token", None),
        ({"token": "t", "expires_in": 1}, "/token", None),
        ({"token": "t", "expires_at": "soon"}, "/token", None),
        (["t"], "/token", None),
    ],
)
def test_an_answer_says_how_long_something_is_good(answer: Json, pointer: str, lifetime_s: float | None) -> None:
    found = promise_in(exchange(READ, "setup", 200, answer), pointer, NOW)
    assert (found.lifetime_s if found else None) == lifetime_s


def test_clocks_are_changed_on_the_last_sunday_of_the_month() -> None:
    assert _change(NOW, 10) == datetime(2026, 10, 25, 1, tzinfo=UTC)
    assert _change(NOW, 3) == datetime(2027, 3, 28, 1, tzinfo=UTC)


def trial(purpose: str, status: int, *, statement: str = "", zone: str | None = None) -> Trial:
    settings: dict[str, Json] = {clock.LATER: 7200.0, **({clock.ZONE: zone} if zone else {})}
    events = (SensorEvent(at=0, kind="sql", data={"statement": statement}),) if statement else ()
    scenario = Scenario(attack=(READ,), settings=settings)
    sent = (exchange(READ, "attack", status, {}),)
    return Trial(id=purpose, purpose=purpose, scenario=scenario, exchanges=sent, events=events)


def judged(
    early: int, late: int, *more: Trial, fresh: int = 200, just_given: int = 200, without: int = 401
) -> Judgement:
    usual = (
        trial(lifetimes.FRESH, fresh),
        trial(lifetimes.WITHOUT, without),
        trial(lifetimes.JUST_GIVEN, just_given),
        trial(lifetimes.EARLY, early),
        trial(lifetimes.LATE, late),
    )
    history = History(
        id="h",
        experiment="expiry",
        weakness="expiry-not-kept",
        operations=("POST /login",),
        seed=0,
        trials=(*usual, *more),
        settings={lifetimes.NAME: "expires_in", lifetimes.LIFETIME: 3600.0},
    )
    return judge_lifetimes(history)


def test_what_is_accepted_after_its_end_or_refused_before_it_is_proven() -> None:
    for judgement in (judged(200, 200), judged(401, 401)):
        assert (judgement.status, judgement.weakness) == (Status.PROVEN, "expiry-not-kept")
    assert judged(200, 401).status is Status.HELD


def test_what_is_not_needed_or_never_works_is_held_against_nobody() -> None:
    assert judged(200, 200, without=200).status is Status.HELD
    assert judged(401, 401, fresh=401).status is Status.HELD
    assert judged(500, 500).status is Status.UNKNOWN
    # Closed by then, to what was given just now as well.
    assert judged(403, 401, just_given=403).status is not Status.PROVEN


def test_a_clock_that_is_not_shifted_decides_nothing() -> None:
    asked = trial(lifetimes.FRESH, 200, statement="SELECT 1 FROM tokens WHERE expires_at > now()")
    assert judged(200, 200, asked).status is Status.HELD
    told = trial(lifetimes.FRESH, 200, statement="SELECT 1 FROM tokens WHERE expires_at > ?")
    assert judged(200, 200, told).status is Status.PROVEN


@pytest.mark.parametrize(
    ("elsewhere", "same_clock", "proven"),
    [
        ((lifetimes.ELSEWHERE_EARLY, 401), (lifetimes.SAME_CLOCK_EARLY, 200), True),
        ((lifetimes.ELSEWHERE_EARLY, 403), (lifetimes.SAME_CLOCK_EARLY, 403), False),  # closed at that hour
        ((lifetimes.ELSEWHERE_EARLY, 500), (lifetimes.SAME_CLOCK_EARLY, 200), False),
        ((lifetimes.ELSEWHERE_LATE, 200), (lifetimes.SAME_CLOCK_LATE, 401), True),
        ((lifetimes.ELSEWHERE_LATE, 401), (lifetimes.SAME_CLOCK_LATE, 401), False),
    ],
)
def test_what_differs_in_another_time_zone_only_is_proven(
    elsewhere: Sequence[object], same_clock: Sequence[object], proven: bool
) -> None:
    (purpose, status), (control, control_status) = elsewhere, same_clock
    assert isinstance(status, int)
    assert isinstance(control_status, int)
    judgement = judged(200, 401, trial(str(purpose), status, zone="Asia/Tokyo"), trial(str(control), control_status))
    assert (judgement.weakness == "local-time") is proven
    assert judgement.status is (Status.PROVEN if proven else Status.HELD)
