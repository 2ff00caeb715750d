"""A weakness's page is the one of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crashworthy.weaknesses.catalogue import CATALOGUE

PAGES = Path(__file__).parents[3] / "docs" / "weaknesses"


def test_the_page_is_printed_as_it_is_written(crashworthy: Any) -> None:
    printed = crashworthy("weakness", "lost-update")
    assert (printed.code, printed.out) == (0, (PAGES / "lost-update.md").read_text())


def test_all_are_listed(crashworthy: Any) -> None:
    listed = crashworthy("weakness").out
    assert all(weakness in listed for weakness in CATALOGUE)


def test_the_nearest_is_named(crashworthy: Any) -> None:
    refused = crashworthy("weakness", "lost-updates")
    assert refused.code == 2
    assert "Did you mean lost-update?" in refused.err
