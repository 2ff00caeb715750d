"""Who wrote the change, by flags, by trailers, or unknown."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.ledger.author import author_of, author_of_commits, change_of


def commit(folder: Path, message: str) -> None:
    identity = ["-c", "user.name=Ann", "-c", "user.email=ann@example.org"]
    subprocess.run(["git", "-C", str(folder), *identity, "commit", "-qm", message, "--allow-empty"], check=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True)
    (tmp_path / "app.py").write_text("x = 1\n")
    subprocess.run(["git", "-C", str(tmp_path), "add", "app.py"], check=True)
    commit(tmp_path, "Begin")
    return tmp_path


def test_flags_come_first(tmp_path: Path) -> None:
    author = author_of(tmp_path, author=None, agent="aider", model="m-1")
    assert (author.kind, author.agent, author.model) == ("ai", "aider", "m-1")
    assert author_of(tmp_path, author="human", agent=None, model=None).kind == "human"


def test_contradicting_flags_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CrashworthyError, match="contradicts"):
        author_of(tmp_path, author="human", agent="aider", model=None)
    with pytest.raises(CrashworthyError, match="robot"):
        author_of(tmp_path, author="robot", agent=None, model=None)


@pytest.mark.parametrize(
    ("message", "agent"),
    [
        ("Add x\n\nCo-authored-by: Copilot <x@example.org>", "copilot"),
        ("Add x\n\nGenerated-by: OpenAI Codex", "codex"),
        ("Add x\n\nCo-Authored-By: Ann Cursory <ann@example.org>", None),
        ("Talk about Copilot in prose", None),
        ("", None),
    ],
)
def test_trailers_name_the_agent(message: str, agent: str | None) -> None:
    author = author_of_commits(message)
    assert author.agent == agent
    assert author.kind == ("ai" if agent else "unknown")


def test_a_change_outside_git_is_empty(tmp_path: Path) -> None:
    change = change_of(tmp_path)
    assert (change.commit, change.dirty) == (None, False)


def test_a_branch_counts_from_where_it_left_main(repository: Path) -> None:
    base = change_of(repository).commit
    subprocess.run(["git", "-C", str(repository), "checkout", "-qb", "feature"], check=True)
    commit(repository, "One")
    commit(repository, "Two")
    change = change_of(repository)
    assert change.base == base
    assert not change.dirty
    (repository / "app.py").write_text("x = 2\n")
    assert change_of(repository).dirty
