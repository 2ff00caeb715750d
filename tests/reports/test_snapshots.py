"""What each report looks like: the snapshots are read in review."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion

from crashworthy import __version__
from crashworthy.core.report import RunReport
from crashworthy.reports import html, junit, markdown, sarif, screen, svg
from crashworthy.reports.timeline import timeline
from reports.sample import clean, sample, undecided


@pytest.mark.parametrize("make", [sample, clean, undecided])
def test_screen(make: Callable[[], RunReport], snapshot: SnapshotAssertion) -> None:
    assert screen.render(make()) == snapshot


def test_screen_on_a_narrow_colour_terminal(snapshot: SnapshotAssertion) -> None:
    file = io.StringIO()
    console = Console(
        file=file,
        width=72,
        force_terminal=True,
        color_system="standard",
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    screen.show(sample(), console)
    assert file.getvalue() == snapshot


@pytest.mark.parametrize("make", [sample, clean, undecided])
def test_markdown(make: Callable[[], RunReport], snapshot: SnapshotAssertion) -> None:
    assert markdown.render(make()) == snapshot


def test_junit(snapshot: SnapshotAssertion) -> None:
    assert junit.render(sample()) == snapshot


def test_sarif(snapshot: SnapshotAssertion) -> None:
    assert sarif.render(sample()).replace(__version__, "VERSION") == snapshot


def test_timeline_picture(snapshot: SnapshotAssertion) -> None:
    assert svg.draw(timeline(sample().proofs[0].trial), "Timeline of P1") == snapshot


def test_html(snapshot: SnapshotAssertion) -> None:
    page = html.render(sample())
    # Style, script and their hashes are not data; the picture has a snapshot of its own.
    page = re.sub(r"<(style|script|svg)\b.*?</\1>", r"<\1>…</\1>", page, flags=re.DOTALL)
    page = re.sub(r"sha256-[\w+/=]+", "sha256-…", page)
    assert page.replace(__version__, "VERSION") == snapshot


def test_no_color_is_heeded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    file = io.StringIO()
    screen.show(sample(), Console(file=file, force_terminal=True, width=100))
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", file.getvalue())
