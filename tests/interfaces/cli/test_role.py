"""`crashworthy role` as people and scripts see it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli import ledger, roles
from crashworthy.roles import evidence
from crashworthy.roles.load import library
from crashworthy.weaknesses.catalogue import CATALOGUE
from roles.ledgers import History

ROLE = """\
id = "clerk"
title = "Clerk"
description = "Writes small services."

[[tasks]]
id = "database-queries"
title = "Database queries"
description = "Write statements."
share = 0.6
demands = { routine = 0.8, judgement = 0.3, stakes = 0.6, feedback = 0.6, ambiguity = 0.2 }
anchors = [16106]

[[tasks]]
id = "filing"
title = "Qwerty"
description = "Zxcv."
share = 0.4
demands = { routine = 0.2, judgement = 0.9, stakes = 0.6, feedback = 0.2, ambiguity = 0.9 }
"""


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    monkeypatch.setenv("COLUMNS", "140")
    app = typer.Typer()
    roles.register(app)
    return app


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue as the pictures below were taken; a new weakness changes what counts as tried."""
    known = ("lost-update", "wedged-by-one-request")
    monkeypatch.setattr(evidence, "CATALOGUE", {weakness: CATALOGUE[weakness] for weakness in known})


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path)


@pytest.fixture
def clerk(tmp_path: Path) -> str:
    file = tmp_path / "clerk.toml"
    file.write_text(ROLE)
    return str(file)


def run(app: typer.Typer, *words: str) -> str:
    result = CliRunner().invoke(app, ["role", *words])
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_library_is_listed(app: typer.Typer) -> None:
    assert "backend-engineer" in run(app, "list")


def test_an_empty_ledger_says_how_little_is_known(
    app: typer.Typer, history: History, today: None, snapshot: SnapshotAssertion
) -> None:
    shown = run(app, "show", "backend-engineer", "--ledger", history.url)
    assert "The ledger says nothing about these tasks yet" in shown
    assert shown == snapshot


def test_evidence_moves_what_is_shown(
    app: typer.Typer, history: History, clerk: str, today: None, snapshot: SnapshotAssertion
) -> None:
    history.run("c1", broke="lost-update")
    history.run("c2")
    for number in range(3, 9):
        history.run(f"c{number}")
    assert run(app, "show", clerk, "--ledger", history.url) == snapshot


def test_a_narrow_terminal_cuts_nothing_off(
    app: typer.Typer, history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for role_id in library():
        shown = run(app, "show", role_id, "--ledger", history.url)
        assert "…" not in shown
        assert all(task.id in shown for task in library()[role_id].tasks)


def test_every_figure_is_opened_down_to_runs(
    app: typer.Typer, history: History, clerk: str, today: None, snapshot: SnapshotAssertion
) -> None:
    history.run("c1", broke="lost-update")
    history.run("c2", tried=("lost-update",))
    history.run("c3", tried=("lost-update",))
    history.run("c4", author="human")
    history.run("c5", finished=False)
    assert run(app, "explain", clerk, "database-queries", "--ledger", history.url) == snapshot


def test_a_task_without_any_basis_says_so(app: typer.Typer, history: History, clerk: str) -> None:
    shown = run(app, "explain", clerk, "filing", "--ledger", history.url)
    assert "No basis" in shown
    assert "No experiment speaks about this task yet" in shown


def test_json_has_what_other_programs_need(app: typer.Typer, history: History) -> None:
    made = history.run("c1")
    page = json.loads(run(app, "show", "backend-engineer", "--json", "--ledger", history.url))
    assert page["interval"][0] <= page["score"] <= page["interval"][1]
    for task in page["tasks"]:
        assert {"id", "title", "share", "stage", "stage_probabilities", "interval", "sources"} <= set(task)
        assert sum(task["stage_probabilities"].values()) == pytest.approx(1, abs=0.01)
    queries = next(task for task in page["tasks"] if task["id"] == "database-queries")
    assert f"run:{made}" in queries["sources"]


def test_unknown_authors_are_told_how_to_be_known(app: typer.Typer, history: History) -> None:
    history.run("c1", author="unknown")
    assert "Say --author ai, or sign the commits" in run(app, "show", "backend-engineer", "--ledger", history.url)


def test_it_is_written_to_a_file(app: typer.Typer, history: History, tmp_path: Path) -> None:
    file = tmp_path / "role.txt"
    assert run(app, "show", "backend-engineer", "--ledger", history.url, "-o", str(file)) == ""
    assert file.read_text().startswith("Backend engineer")


def test_the_page_is_one_file_that_loads_nothing(app: typer.Typer, history: History, clerk: str) -> None:
    made = history.run("c1", broke="lost-update")
    page = run(app, "show", clerk, "--format", "html", "--ledger", history.url)
    assert page.startswith("<!doctype html>")
    assert made in page
    # The policy forbids what it does not name by hash, so inline styles and outside files would not work anyway.
    assert not re.search(r'<link|<img|\bsrc=|style="|@import|url\(', page)


def test_what_the_role_file_says_is_text_on_the_page(app: typer.Typer, history: History, tmp_path: Path) -> None:
    file = tmp_path / "odd.toml"
    file.write_text(ROLE.replace("Qwerty", "<script>alert(1)</script>"))
    assert "<script>alert" not in run(app, "show", str(file), "--format", "html", "--ledger", history.url)


def test_an_unknown_task_names_the_nearest(app: typer.Typer, history: History) -> None:
    words = ["role", "explain", "backend-engineer", "database-querys", "--ledger", history.url]
    result = CliRunner().invoke(app, words)
    assert isinstance(result.exception, CrashworthyError)
    assert "Did you mean database-queries?" in result.exception.remedy


def test_the_time_of_a_review_is_recorded_with_the_change(history: History) -> None:
    run_id = history.run()
    app = typer.Typer()
    ledger.register(app)
    result = CliRunner().invoke(app, ["ledger", "review", "last", "20", "--by-hand", "90", "--ledger", history.url])
    assert result.output == f"{run_id}  20 minutes instead of 90 by hand\n"
    (review,) = history.ledger.reviews().values()
    assert (review["minutes"], review["by_hand_minutes"]) == (20, 90)
