from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from crashworthy.core.history import Trial
from crashworthy.core.value import Json
from crashworthy.lab.experiments.observed import changes, differing, state
from sick_services.histories import race_trial

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "note"]), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_under_their_masks_two_plays_agree(one: Json, other: Json) -> None:
    first, second = race_trial("control", [200, 200], one), race_trial("control", [200, 200], other)
    masks = differing([first, second])
    assert state(first, masks) == state(second, masks)


@given(JSON)
def test_equal_plays_need_no_masks(value: Json) -> None:
    first, second = race_trial("control", [200, 200], value), race_trial("control", [200, 200], value)
    assert differing([first, second]) == frozenset()
    assert changes(first, second, ()) == []


@given(st.lists(st.integers(0, 9), max_size=5).flatmap(lambda items: st.tuples(st.just(items), st.permutations(items))))
def test_the_order_of_a_list_is_no_state(lists: tuple[list[int], list[int]]) -> None:
    first, second = (race_trial("control", [200, 200], list(items)) for items in lists)
    assert state(first, ()) == state(second, ())


def test_a_random_code_hides_only_itself() -> None:
    rows: list[Json] = [{"code": "x1", "amount": 1}, {"code": "a7", "amount": 2}]
    again: list[Json] = [{"code": "b2", "amount": 1}, {"code": "z9", "amount": 2}]
    masks = differing([race_trial("control", [200, 200], rows), race_trial("control", [200, 200], again)])
    assert masks == {("GET /stock", "/-/code")}


def test_changes_name_the_place() -> None:
    before = race_trial("control", [200, 200], {"items": [{"name": "lamp", "left": 3}]})
    after = race_trial("control", [200, 200], {"items": [{"name": "lamp", "left": 2}]})
    assert changes(before, after, ()) == [("GET /stock", "/items/-/left", 3, 2)]


def test_changes_tell_two_reads_of_one_operation_apart() -> None:
    def twice(one: int, other: int) -> Trial:
        trial, more = (race_trial("control", [200, 200], {"left": left}) for left in (one, other))
        (read,) = [exchange for exchange in more.exchanges if exchange.part == "observe"]
        request = read.request.model_copy(update={"url": "http://127.0.0.1:1/stock/2?all=1"})
        second = read.model_copy(update={"actor": "B", "request": request})
        return trial.model_copy(update={"exchanges": (*trial.exchanges, second)})

    (first, second) = changes(twice(3, 4), twice(3 - 1, 4 - 1), ())
    assert first[1:] == ("/left", 3, 2)
    assert second == ("GET /stock/2?all=1 as B", "/left", 4, 3)


def test_seconds_since_1970_are_masked_by_their_size() -> None:
    first = race_trial("control", [200, 200], {"seen": 1_700_000_000.5})
    second = race_trial("control", [200, 200], {"seen": 1_800_000_000_123})
    assert state(first, ()) == state(second, ())
    assert json.loads(state(first, ()))[0][2] == {"seen": "*"}
