"""`crashworthy design` as people and scripts see it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from syrupy.assertion import SnapshotAssertion
from typer.testing import CliRunner

from crashworthy.core.errors import CrashworthyError
from crashworthy.interfaces.cli import design

IMPOSSIBLE = """\
[workload]
requests_per_s = 100
concurrency = 10

[objectives]
latency_ms = 300
availability = 0.999

[[dependencies]]
name = "payments"
latency_ms = 250
jitter_ms = 100
availability = 0.99
timeout_ms = 1000
retries = 0
"""
POSSIBLE = """\
[workload]
requests_per_s = 10
concurrency = 10

[objectives]
latency_ms = 300
"""


@pytest.fixture
def app() -> typer.Typer:
    app = typer.Typer()
    design.register(app)
    return app


@pytest.fixture
def service(tmp_path: Path) -> Path:
    (tmp_path / "crashworthy.toml").write_text(IMPOSSIBLE)
    return tmp_path


def test_what_cannot_hold_together(app: typer.Typer, service: Path, snapshot: SnapshotAssertion) -> None:
    result = CliRunner().invoke(app, [str(service)])
    assert result.exit_code == 1
    checks, brief = result.stdout.split("# Brief")
    assert checks == snapshot
    assert "## Not ready to be written" in brief


def test_what_can_hold_exits_0(app: typer.Typer, tmp_path: Path) -> None:
    (tmp_path / "crashworthy.toml").write_text(POSSIBLE)
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert result.exit_code == 0
    assert "Nothing that is stated contradicts the rest." in result.stdout


def test_json_has_checks_and_criteria_and_nothing_else_on_standard_output(app: typer.Typer, service: Path) -> None:
    result = CliRunner().invoke(app, [str(service), "--json"])
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert document["feasible"] is False
    assert {check["outcome"] for check in document["checks"]} <= {"holds", "holds only if", "cannot hold", "not stated"}
    assert any("lost-update" in criterion["weaknesses"] for criterion in document["criteria"])


def test_the_brief_goes_to_a_file(app: typer.Typer, service: Path, tmp_path: Path) -> None:
    file = tmp_path / "BRIEF.md"
    result = CliRunner().invoke(app, [str(service), "--output", str(file)])
    assert file.read_text().startswith("# Brief")
    assert "# Brief" not in result.stdout


def test_without_the_file_and_without_a_terminal_nothing_is_asked(app: typer.Typer, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, [str(tmp_path)])
    assert result.exit_code == 0
    assert "Nothing is stated that could be checked." in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_with_a_terminal_it_asks_and_offers_to_write(
    app: typer.Typer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(design, "_at_a_terminal", lambda: True)
    answers = ["100", "", "10", "300", "", "", "", "y"]
    result = CliRunner().invoke(app, [str(tmp_path)], input="\n".join(answers) + "\n")
    assert result.exit_code == 1
    assert (tmp_path / "crashworthy.toml").read_text() == (
        "[workload]\nrequests_per_s = 100.0\nconcurrency = 10\n\n[objectives]\nlatency_ms = 300.0\n"
    )


def test_a_file_that_cannot_be_written_is_an_error_of_the_user(app: typer.Typer, service: Path) -> None:
    result = CliRunner().invoke(app, [str(service), "--output", str(service / "none" / "BRIEF.md")])
    assert isinstance(result.exception, CrashworthyError)
    assert "cannot be written" in result.exception.message
