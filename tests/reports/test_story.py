"""The story and the timeline that all formats tell."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.reports.secrets import HIDDEN, body_text, header_value, query_text
from crashworthy.reports.story import duration, tell
from crashworthy.reports.timeline import Lane, MarkKind, crossing, scale, sql_text, timeline
from reports.sample import crash_on_input, lost_update, slow_dependency


def test_acts_follow_each_other_as_they_happened() -> None:
    story = tell(lost_update())
    assert [(act.name, len(act.lines)) for act in story.acts] == [("first", 2), ("together", 2), ("afterwards", 1)]
    assert story.acts[1].intro.startswith("2 requests sent at the same moment, each held at its first write")


def test_probes_during_the_attack_and_its_fault_are_told() -> None:
    story = tell(slow_dependency())
    assert [act.name for act in story.acts] == ["then", "meanwhile"]
    assert story.acts[0].intro == "every outbound dependency accepts connections and never answers"


def test_what_happens_when_the_fault_is_undone_is_not_told() -> None:
    assert tell(slow_dependency()).failures == ()
    marks = [mark.kind for lane in timeline(slow_dependency().trial).lanes for mark in lane.marks]
    assert marks == [MarkKind.OUTBOUND]


def test_an_exception_is_told_with_its_frames() -> None:
    (failure,) = tell(crash_on_input()).failures
    assert (failure.number, failure.kind, failure.message) == (1, "KeyError", "'quantity'")
    assert failure.frames == ("app.py:24 in order", "pricing/rules.py:31 in total")


def test_a_race_is_put_into_one_sentence() -> None:
    assert crossing(timeline(lost_update().trial)) == "Requests 3 and 4 both read before the first of them committed."
    assert crossing(timeline(slow_dependency().trial)) == ""


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=30, unique=True), st.floats(0, 0.2))
def test_the_scale_keeps_the_order(times: list[float], apart: float) -> None:
    lanes = tuple(
        Lane(1, "attack", "then", "A", "GET /", "200", failed=False, started=min(pair), ended=max(pair))
        for pair in pairwise(times)
    )
    at = scale(lanes, apart)
    places = [at(time) for time in sorted(times)]
    assert places == sorted(places)
    assert places[0] == 0.0
    assert places[-1] == pytest.approx(1.0)


def test_marks_of_one_lane_stay_apart() -> None:
    lanes = timeline(lost_update().trial).lanes
    at = scale(lanes, apart=0.03)
    for lane in lanes:
        places = sorted(at(mark.at) for mark in lane.marks)
        assert all(later - earlier > 0.0299 for earlier, later in pairwise(places))


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.00042, "0.4 ms"), (0.0271, "27 ms"), (1.523, "1.52 s"), (10.311, "10.3 s")]
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_columns_of_a_select_are_left_out() -> None:
    statement = "SELECT items.id, items.name \nFROM items \nWHERE items.id = ?"
    assert sql_text(statement, 80) == "SELECT … FROM items WHERE items.id = ?"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ('{"password": "hunter2", "name": "ada"}', f'{{"password": "{HIDDEN}", "name": "ada"}}'),
        ('{"user": {"apiKey": "k"}}', f'{{"user": {{"apiKey": "{HIDDEN}"}}}}'),
        ('{"password": null}', '{"password": null}'),
        ('{"a":  1}', '{"a":  1}'),
        ("user=ada&password=hunter2", f"user=ada&password={HIDDEN}"),
        ('{"password": "cut off in the midd', f'{{"password": "{HIDDEN}'),
        ("plain text", "plain text"),
    ],
)
def test_passwords_are_hidden_in_bodies(body: str, shown: str) -> None:
    assert body_text(body) == shown


def test_tokens_are_shortened_and_uuids_stay() -> None:
    assert header_value("Authorization", "Bearer abcdefghijkl") == "Bearer abcdef…"
    assert header_value("Set-Cookie", "session=abcdefghijkl; Path=/") == "session=abcdef…; Path=/"
    assert header_value("X-Request-Id", "abcdefghijkl") == "abcdefghijkl"
    assert query_text("page=1&token=abcdefghijkl") == f"page=1&token={HIDDEN}"
    assert body_text("3f2b1c9e-8d47-4a6b-9c0d-1e2f3a4b5c6d") == "3f2b1c9e-8d47-4a6b-9c0d-1e2f3a4b5c6d"
