from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.lab.environment import popular


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("reqeusts", "requests"), ("flaskk", "flask"), ("fast-api", "fastapi"), ("pydantc", "pydantic"),
        ("sqlalchmey", "sqlalchemy"), ("requests", None), ("psycopg", None), ("rq2", None), ("company-internal", None),
    ],
)  # fmt: skip
def test_names_that_are_one_slip_from_a_popular_one(name: str, meant: str | None) -> None:
    assert popular.mistaken_for(name) == meant


@given(st.text("abc", min_size=1, max_size=5), st.text("abc", min_size=1, max_size=5))
def test_one_slip_is_a_distance_of_one(one: str, other: str) -> None:
    def slips(word: str) -> set[str]:
        cut = [(word[:at], word[at:]) for at in range(len(word) + 1)]
        deleted = {head + tail[1:] for head, tail in cut if tail}
        swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in cut if len(tail) > 1}
        changed = {head + letter + tail[1:] for head, tail in cut if tail for letter in "abc"}
        added = {head + letter + tail for head, tail in cut for letter in "abc"}
        return (deleted | swapped | changed | added) - {word}

    assert popular._is_one_slip_away(one, other) == (other in slips(one))
