from __future__ import annotations

import pytest
from packaging.specifiers import SpecifierSet

from crashworthy.lab.environment.poetry import requirement, specifier


@pytest.mark.parametrize(
    ("constraint", "expected"),
    [
        # The tables of https://python-poetry.org/docs/dependency-specification/
        ("^1.2.3", ">=1.2.3,<2"),
        ("^1.2", ">=1.2,<2"),
        ("^1", ">=1,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1.2", ">=1.2,<1.3"),
        ("~1", ">=1,<2"),
        ("*", ""),
        ("1.2.*", "==1.2.*"),
        (">= 1.2, < 1.5", ">=1.2,<1.5"),
        (">=1.2 <1.5", ">=1.2,<1.5"),
        ("!= 1.3", "!=1.3"),
        ("~=1.4", "~=1.4"),
        ("1.2.3", "==1.2.3"),
        ("^3.9 || ^4.0", ">=4.0,<5"),
    ],
)
def test_constraints(constraint: str, expected: str) -> None:
    assert SpecifierSet(specifier(constraint)) == SpecifierSet(expected)


def test_tables() -> None:
    assert requirement("x", {"version": "^1.0", "extras": ["a", "b"]}) == "x[a,b]>=1.0,<2"
    assert requirement("x", {"version": "*", "markers": "sys_platform == 'linux'"}) == "x ; sys_platform == 'linux'"
    assert requirement("x", [{"version": "1.0"}, {"version": "2.0"}]) == "x==1.0"
