"""What was special about a play is told in words and drawn."""

from __future__ import annotations

import signal

import pytest

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.reports.circumstances import circumstances
from crashworthy.reports.svg import draw, kinds
from crashworthy.reports.timeline import MarkKind, timeline
from sick_services.histories import exchange

ORDER = Step(operation="POST /orders", method="POST", path="/orders", body={"n": 1})
PLACE = Location(file="app.py", line=7, symbol="order")


def trial(settings: dict[str, Json] | None = None, *events: SensorEvent) -> Trial:
    sent = (
        exchange(ORDER, "attack", None, id_="a", ended=0.2),
        exchange(ORDER, "attack", 201, {}, started=0.9, ended=1.0),
    )
    scenario = Scenario(attack=(ORDER, ORDER), settings=settings or {})
    return Trial(id="t", purpose="broken", scenario=scenario, exchanges=sent, events=events)


def fault(how: str, kind: str = "sql") -> SensorEvent:
    data: dict[str, Json] = {"step": 2, "kind": kind, "how": how}
    return SensorEvent(at=0.1, kind="fault", exchange="a", location=PLACE, data=data)


RESTARTED = SensorEvent(at=0.8, kind="restarted", data={"seconds": 0.5})


@pytest.mark.parametrize(
    ("told", "clauses"),
    [
        (trial({}, fault("die"), RESTARTED), ["killed before its write at app.py:7", "a new process starts"]),
        (trial({}, fault("fail", "commit")), ["its commit fails at app.py:7"]),
        (trial({}, fault("tear", "file")), ["killed while it writes a file"]),
        (trial({"end": int(signal.SIGKILL)}), ["kill -9 after the last answer"]),
        (trial({"end": int(signal.SIGTERM)}), ["SIGTERM after the last answer"]),
        (trial({"cut": True}), ["before it has read the answer"]),
        (trial({"at": "2028-02-29T12:00:00+00:00"}), ["its clock says 2028-02-29T12:00"]),
        (trial({"zone": "Asia/Tokyo", "later_s": 7200.0}), ["time zone Asia/Tokyo", "2 hours after"]),
        (trial({"away": [1], "primed": True}), ["1 request of these", "read once before"]),
        (trial(), []),
    ],
)
def test_what_was_special_is_told_in_words(told: Trial, clauses: list[str]) -> None:
    found = circumstances(told)
    assert len(found) == len(clauses)
    assert all(part in clause for part, clause in zip(clauses, found, strict=True))


def test_where_the_process_died_and_began_again_is_drawn() -> None:
    picture = timeline(trial({}, fault("die"), RESTARTED))
    assert [mark.kind for mark in picture.lanes[0].marks] == [MarkKind.FAULT]
    assert [mark.at for mark in picture.moments] == [0.8]
    assert {name for name, _, _ in kinds(picture)} == {"fault", "start"}
    assert 'class="start"' in draw(picture, "label")
