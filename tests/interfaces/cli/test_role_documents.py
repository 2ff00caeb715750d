"""Every document of `crashworthy role` in every format."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from crashworthy.interfaces.cli import roles
from crashworthy.roles.catalogue import occupations
from roles.ledgers import History

DUTIES = "- 40 % Design REST APIs\n- Review pull requests\n- Feed the cat\n- Own our Kubernetes clusters\n"
DOCUMENTS = {
    "library": ("library",),
    "library-opened": ("library", "data"),
    "skills": ("skills", "backend"),
    "assess": ("assess", "duties.md"),
    "pivot": ("pivot", "--tasks", "duties.md"),
    "learn": ("learn", "backend", "--goal", "data"),
    "scenario": ("scenario", "backend", "--team", "5"),
    "combine": ("combine", "backend", "devops"),
    "jd": ("jd", "backend"),
    "posting": ("posting", "security"),
    "interview": ("interview", "backend"),
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRASHWORTHY_LEDGER", History(tmp_path).url)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "duties.md").write_text(DUTIES)
    app = typer.Typer()
    roles.register(app)

    def run(*words: str) -> str:
        result = CliRunner().invoke(app, ["role", *words])
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout

    return run


@pytest.mark.parametrize("words", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_document_is_there_in_every_format(run, words: tuple[str, ...]) -> None:
    assert len(run(*words)) > 200
    assert run(*words, "--format", "markdown").startswith("# ")
    assert isinstance(json.loads(run(*words, "--json")), dict)
    page = run(*words, "--format", "html")
    assert page.startswith("<!doctype html>")
    assert not re.search(r'<link|<img|\bsrc=|style="|@import|url\(', page)


def test_a_description_is_kept_and_compared(run) -> None:
    run("jd", "backend", "--save")
    content = json.loads(run("jd", "backend", "--diff", "--json"))
    assert content["version"] == 1
    assert content["changes"] == []


def test_a_person_s_file_leaves_no_trace_in_the_ledger(run, tmp_path: Path) -> None:
    run("library")
    before = History(tmp_path).ledger.export()
    run("pivot", "--tasks", "duties.md")
    assert History(tmp_path).ledger.export() == before


def test_the_files_ending_says_the_format(run, tmp_path: Path) -> None:
    run("library", "-o", "library.md")
    assert (tmp_path / "library.md").read_text().startswith("# Role library")


def test_a_mapped_role_is_written_and_used(run, tmp_path: Path) -> None:
    shown = run("assess", "duties.md", "--write", "own.toml")
    assert "Feed the cat" in shown
    assert "no basis" in shown
    assert "endpoint-implementation" in run("show", "own.toml")


def test_a_role_of_ones_own_in_yaml_is_assessed(run, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "id: own\ntitle: Own\ndescription: Ours.\ntasks:\n"
        "  - {id: schema-design, share: 0.5}\n  - {id: code-review, share: 0.5}\n"
    )
    content = json.loads(run("assess", "own.yaml", "--json"))
    assert {task["id"] for task in content["page"]["tasks"]} == {"schema-design", "code-review"}


def test_a_person_sees_what_they_lack(run, tmp_path: Path) -> None:
    (tmp_path / "me.toml").write_text("http-api-design = 3\ncaching = 1\n")
    gaps = {gap["skill"]: gap for gap in json.loads(run("skills", "backend", "--have", "me.toml", "--json"))["person"]}
    assert "http-api-design" not in gaps
    assert gaps["caching"]["level"] == 1
    assert "handler-writing" not in gaps, "what declines is not worth learning"


def test_a_team_of_few_runs_is_not_measured(run, tmp_path: Path) -> None:
    history = History(tmp_path)
    for number in range(4):
        history.run(f"c{number}", broke="lost-update")
    assert json.loads(run("skills", "backend", "--json"))["team"] is None
    history.run("c4", broke="lost-update")
    team = json.loads(run("skills", "backend", "--json"))["team"]
    assert any(gap["skill"] == "transactions-and-isolation" and gap["broke"] for gap in team)


def test_a_wage_that_nobody_compared_with_its_source_says_so(run) -> None:
    plan = run("pivot", "backend-engineer", "--format", "markdown")
    assert "not compared with their source" in plan
    known = occupations()
    for row in (line for line in plan.splitlines() if "$" in line and line.startswith("|")):
        wage = int(re.sub(r"\D", "", row.split("|")[5]))
        checked = any(each.checked for each in known.values() if each.wage == wage)
        assert row.split("|")[5].strip().endswith("\\*") is not checked
