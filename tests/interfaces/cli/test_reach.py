"""The table of `crashworthy reach`, its exit codes, and the command on a service."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from crashworthy.core.events import ReachFinished
from crashworthy.core.report import OperationReport
from crashworthy.interfaces.cli.reach import exit_code, print_reach

SERVICE = """
from flask import Flask
app = Flask(__name__)

@app.get("/health")
def health():
    return {"ok": True}

@app.get("/boxes/<box_id>")
def box(box_id):
    return {"error": "no such box"}, 404
"""


def result(reached: int, missed: int) -> ReachFinished:
    found = [OperationReport(operation=f"GET /{n}", reached=True, actors=("A",), requests=1) for n in range(reached)]
    lost = [OperationReport(operation=f"PUT /{n}", reached=False, why="always 500") for n in range(missed)]
    return ReachFinished(operations=(*found, *lost), requests=7, seconds=1.25, seed=3)


def test_the_table_says_as_whom_and_why_not(snapshot) -> None:
    console = Console(width=100, record=True, file=StringIO(), highlight=False)
    shown = result(1, 1)
    hostile = OperationReport(operation="GET /a[red]b", reached=True, actors=("A", "admin"), requests=4)
    print_reach(shown.model_copy(update={"operations": (*shown.operations, hostile)}), console)
    assert console.export_text() == snapshot


@pytest.mark.parametrize(("reached", "missed", "code"), [(9, 1, 0), (8, 2, 3), (0, 0, 3)])
def test_nine_of_ten_are_enough(reached: int, missed: int, code: int) -> None:
    assert exit_code(result(reached, missed)) == code


@pytest.mark.slow
def test_the_command_tells_what_it_reached_and_remembers_it(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "app.py").write_text(SERVICE)
    command = [sys.executable, "-m", "crashworthy.interfaces.cli.main", "reach", str(tmp_path / "service")]
    told = []
    for _ in range(2):
        ran = subprocess.run(
            [*command, "--python", sys.executable, "--format", "json", "--seed", "1"],
            env={**environment, "XDG_CACHE_HOME": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
        )
        assert ran.returncode == 3, ran.stderr
        told.append(json.loads(ran.stdout))
    found = {each["operation"]: each for each in told[0]["operations"]}
    assert found["GET /health"]["reached"]
    assert not found["GET /boxes/{box_id}"]["reached"]
    assert "box_id" in found["GET /boxes/{box_id}"]["why"]
    assert len(list((tmp_path / "cache").rglob("*.json"))) == 1


def test_no_path_is_cut_in_a_narrow_terminal() -> None:
    console = Console(width=70, record=True, file=StringIO(), highlight=False)
    names = [f"POST /api/v1/households/{{household_id}}/shopping/{{entry_id}}/{end}" for end in ("buy", "drop")]
    lost = tuple(OperationReport(operation=name, reached=False, why="refused " * 30) for name in names)
    print_reach(ReachFinished(operations=lost, requests=1, seconds=1.0, seed=1), console)
    # The first column, folded: what stands before the second one on each line.
    column = "".join(line[:26].rstrip() for line in console.export_text().splitlines())
    assert "…" not in column
    assert all(end in column for end in ("/buy", "/drop"))
