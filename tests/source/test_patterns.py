"""Which patterns backtrack without bound, and by which texts."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

import pytest

from crashworthy.source.patterns import pumps, slow_patterns

EXPONENTIAL = (
    r"^([a-zA-Z0-9]+\s?)+$",
    r"^(\d+)+$",
    r"(x+x+)+y",
    r"^(?:[a-z]+\.?)+@x$",
    r"^(([a-zA-Z0-9_\-\.]+)+)@([a-z]+\.)+com$",
    r"^(https?://)?([\w-]+\.)+[\w]{2,}(/.*)*$",
)
SQUARE = (r"^\d+\d+$", r"^\s*\s*x$", r"^=[a-z]+[a-m]*;")
SAFE = (
    r"^[\w.+-]+@[\w-]+\.[\w.-]+$",
    r"^([a-z]+,)+$",
    r"^([a-z0-9]+)(-[a-z0-9]+)*$",
    r"^\d{4}-\d{2}-\d{2}$",
    r"(?>a+)+b",
    r"([a-z]++)+b",
    r"(?:[a-z]+)+",
    r"(",
)


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_loops_within_loops_are_found(pattern: str) -> None:
    assert pumps(pattern)[0].exponential


@pytest.mark.parametrize("pattern", SQUARE)
def test_loops_side_by_side_are_found(pattern: str) -> None:
    assert [pump.exponential for pump in pumps(pattern)] == [False]


@pytest.mark.parametrize("pattern", SAFE)
def test_patterns_that_match_in_one_way_are_left_alone(pattern: str) -> None:
    assert pumps(pattern) == ()


@pytest.mark.parametrize("pattern", EXPONENTIAL)
def test_an_exponential_text_is_never_matched_to_the_end(pattern: str) -> None:
    text = pumps(pattern)[0].text(200)
    with pytest.raises(subprocess.TimeoutExpired):
        subprocess.run([sys.executable, "-c", f"import re; re.match({pattern!r}, {text!r})"], timeout=1.5, check=False)
    assert re.match(pattern, pumps(pattern)[0].text(3)) is None


def test_patterns_are_found_with_the_lines_of_their_calls() -> None:
    tree = ast.parse('import re\n\nNAME = re.compile(\n    r"(a+)+b"\n)\nOTHER = re.compile("a+b")\n')
    assert list(slow_patterns(tree)) == [(3, "(a+)+b")]
