"""Processes that start at the same time meet before what they first write."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest


@pytest.fixture
def meeting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from crashworthy_sensor.interleave import starting
    from crashworthy_sensor.settings import settings

    monkeypatch.setattr(settings, "meeting", (str(tmp_path), 2))
    monkeypatch.setattr(starting, "_met", set())
    monkeypatch.setattr(starting, "PATIENCE_S", 0.05)
    return starting


def meet(starting, statement: str) -> None:
    from crashworthy_sensor.sql.statement import understand

    starting.meet(understand(statement))


def test_each_kind_of_write_is_met_once_and_reads_never(meeting, tmp_path: Path) -> None:
    for statement in ("SELECT 1", "CREATE TABLE t (x)", "CREATE TABLE u (x)", "INSERT INTO t VALUES (1)"):
        meet(meeting, statement)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"data-{os.getpid()}", f"schema-{os.getpid()}"]


def test_nobody_is_waited_for_who_is_there_or_for_ever(
    meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "schema-1").touch()
    waits: list[float] = []
    clock = SimpleNamespace(monotonic=time.monotonic, sleep=waits.append)
    monkeypatch.setattr(meeting, "time", clock)
    meet(meeting, "CREATE TABLE t (x)")
    assert not waits
    meet(meeting, "INSERT INTO t VALUES (1)")
    assert waits


def test_without_a_meeting_nothing_is_written(meeting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from crashworthy_sensor.settings import settings

    monkeypatch.setattr(settings, "meeting", None)
    meet(meeting, "CREATE TABLE t (x)")
    assert not list(tmp_path.iterdir())
