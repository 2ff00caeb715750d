"""Other values than the usual: inside the schema's limits, of its type, unlike the present one."""

from __future__ import annotations

from datetime import date, timedelta

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.lab.traffic.variations import variations

LIMITS = st.integers(-1000, 1000)


@given(low=LIMITS, span=st.integers(0, 500), present=LIMITS)
def test_numbers_keep_declared_limits(low: int, span: int, present: int) -> None:
    schema = {"type": "integer", "minimum": low, "maximum": low + span}
    for value in variations(schema, present):
        jsonschema.validate(value, schema)
        assert value != present


def test_a_number_without_limits_goes_below_nought() -> None:
    assert min(variations({"type": "integer"}, 14)) < -14


@pytest.mark.parametrize("present", ["2030-01-05", "2030-01-05T10:00:00Z", "2030-01-05T10:00:00"])
def test_dates_go_to_the_past_in_the_same_layout(present: str) -> None:
    found = variations({"type": "string"}, present)
    assert found[0][:10] < (date.today() - timedelta(days=20)).isoformat()
    assert all(len(each) == len(present) for each in found)


def test_members_and_literals_of_the_right_type() -> None:
    assert variations({"enum": ["a", "b"]}, "a") == ["b"]
    assert variations({"type": "string"}, "x", ["express", 3]) == ["express"]
    assert variations({"type": "boolean"}, True) == [False]
    assert variations({"type": "string"}, "x", ["${HOME}"]) == ["$${HOME}"]
