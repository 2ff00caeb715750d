"""Runs are found by id, by its beginning, as the last, or by path."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crashworthy.core.errors import CrashworthyError
from crashworthy.run.folder import RunFolder, find_run, new_run_id, write_atomically


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    folder = tmp_path / "crashworthy" / "runs"
    for number, name in enumerate(("20261120-0510-ff", "20261120-0510-aa", "20261121-0000-bb")):
        (folder / name).mkdir(parents=True)
        if number < 2:
            job = folder / name / "job.json"
            job.write_text("{}")
            os.utime(job, ns=(number, number))
    return folder


def test_the_last_run_is_the_one_that_began_last(runs: Path) -> None:
    assert find_run("last").id == "20261120-0510-aa"


def test_the_last_run_is_not_hidden_by_a_replay_or_a_run_that_goes_on(runs: Path) -> None:
    (runs / "20261120-0510-ff" / "report.json").write_text("{}")
    assert find_run("last").id == "20261120-0510-ff"


def test_a_run_is_found_by_its_beginning_or_path(runs: Path) -> None:
    assert find_run("20261120-0510-f").id == "20261120-0510-ff"
    assert find_run(str(runs / "20261120-0510-ff")) == RunFolder((runs / "20261120-0510-ff").resolve())


@pytest.mark.parametrize(("name", "problem"), [("2026", "several runs"), ("nope", "no run"), ("../..", "no run")])
def test_what_names_no_single_run_is_an_error(runs: Path, name: str, problem: str) -> None:
    with pytest.raises(CrashworthyError, match=problem):
        find_run(name)


def test_ids_sort_by_time_and_differ() -> None:
    assert len({new_run_id() for _ in range(50)}) == 50


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "report.json"
    write_atomically(target, "one")
    write_atomically(target, "two")
    assert target.read_text() == "two"
    assert [path.name for path in target.parent.iterdir()] == ["report.json"]


def test_nothing_of_the_service_stays_but_what_was_learnt(tmp_path: Path) -> None:
    run = RunFolder(tmp_path)
    for path in (run.copy, run.temporary, run.lanes / "2", tmp_path / "histories"):
        path.mkdir(parents=True)
        (path / "file").write_text("x")
    run.report_file.write_text("{}")
    run.remove_service_files()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["histories", "report.json"]
