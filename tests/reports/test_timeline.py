"""What a timeline tells of the insides of requests, for the terminal and beyond."""

from __future__ import annotations

import io

from rich.console import Console

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.reports import screen_timeline
from crashworthy.reports.timeline import timeline
from sick_services.histories import exchange

TAKE = Step(operation="POST /take", method="POST", path="/take")


def event(at: float, kind: str, /, **data: Json) -> SensorEvent:
    return SensorEvent(at=at, kind=kind, exchange="a", data=data)


def trial(*events: SensorEvent) -> Trial:
    answered = exchange(TAKE, "attack", 500, id_="a").model_copy(update={"started": 0.0, "ended": 1.0})
    return Trial(id="t", purpose="x", scenario=Scenario(attack=(TAKE,)), exchanges=(answered,), events=events)


def texts(*events: SensorEvent) -> list[str]:
    (lane,) = timeline(trial(*events)).lanes
    return [mark.text for mark in lane.marks]


READ = event(0.1, "sql", statement="SELECT n FROM t", write=False)
WRITE = event(0.2, "sql", statement="UPDATE t SET n = 1", write=True)


def test_a_write_that_was_held_comes_after_the_waiting() -> None:
    held = event(0.5, "barrier", released="full")
    assert texts(READ, WRITE, held) == ["SELECT … FROM t", "held until all had come", "UPDATE t SET n = 1"]


def test_what_was_broken_off_is_told_as_not_done() -> None:
    died = event(0.3, "fault", kind="write", how="die")
    failed = event(0.3, "fault", kind="write", how="fail")
    assert texts(READ, WRITE, died) == ["SELECT … FROM t", "killed before: UPDATE t SET n = 1"]
    assert texts(READ, WRITE, failed) == ["SELECT … FROM t", "fails: UPDATE t SET n = 1"]


def test_what_a_database_is_asked_about_itself_is_left_out() -> None:
    asked = [event(0.1, "sql", statement=text, write=False) for text in ("PRAGMA foreign_keys = ON", "SELECT QUOTE(?)")]
    assert texts(*asked, READ, event(0.3, "sql", driver="redis", statement="GET n", write=False)) == [
        "SELECT … FROM t",
        "GET n",
    ]


def test_the_screen_shows_the_inside_of_one_request_where_it_was_broken_off() -> None:
    died = event(0.3, "fault", kind="write", how="die")

    def shown(*events: SensorEvent, in_turn: bool = False) -> str:
        drawn = screen_timeline.draw(timeline(trial(*events)), 100, in_turn=in_turn)
        console = Console(file=io.StringIO(), width=100)
        if drawn is not None:
            console.print(drawn)
        return str(console.file.getvalue())  # type: ignore[attr-defined]

    assert "1 killed before: UPDATE t SET n = 1" in shown(READ, WRITE, died)
    assert shown(READ, WRITE) == ""
    assert "UPDATE t SET n = 1" in shown(READ, WRITE, in_turn=True)
