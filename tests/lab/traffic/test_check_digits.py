"""Numbers whose last digit checks the others, and messages that ask for them."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.lab.traffic.meanings import isbn_10, with_weighted_digit
from crashworthy.lab.traffic.wishes import patch_of


@given(st.integers())
def test_thirteen_digits_check(seed: int) -> None:
    text = with_weighted_digit("978", random.Random(seed))
    assert len(text) == 13
    assert sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(text)) % 10 == 0


@given(st.integers())
def test_ten_characters_check(seed: int) -> None:
    text = isbn_10(random.Random(seed))
    values = [10 if letter == "X" else int(letter) for letter in text]
    assert sum(value * weight for value, weight in zip(values, range(10, 0, -1), strict=True)) % 11 == 0


@pytest.mark.parametrize(
    ("message", "kind"),
    [("isbn must be a valid ISBN-13", "isbn-13"), ("Invalid ISBN-10", "isbn-10"), ("not a valid EAN", "ean-13")],
)
def test_messages_that_name_a_number(message: str, kind: str) -> None:
    path = ("body", "number")
    patch = patch_of(path, message, [path])
    assert isinstance(patch, dict)
    assert patch["format"] == kind
