"""Singulars by rule, with the few nouns that have their own."""

from __future__ import annotations

import pytest

from crashworthy.lab.traffic.names import singular


@pytest.mark.parametrize(
    ("plural", "one"),
    [("shelves", "shelf"), ("lives", "life"), ("valves", "valve"), ("entries", "entry"), ("boxes", "box")],
)
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one
