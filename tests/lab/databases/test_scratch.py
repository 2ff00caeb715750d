from __future__ import annotations

import os
from pathlib import Path

import pytest

from crashworthy.lab.databases import scratch
from crashworthy.lab.databases.scratch import ScratchFolder


def test_a_folder_whose_owner_was_killed_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scratch, "_MEMORY", tmp_path)
    monkeypatch.setattr(scratch, "_ROOM_BYTES", 0)
    killed, used = ScratchFolder(), ScratchFolder()
    kept = os.dup(used.lock)
    os.close(killed.lock)
    os.close(used.lock)  # a child still has it
    third = ScratchFolder()
    assert sorted(tmp_path.iterdir()) == sorted([used.path, third.path])
    os.close(kept)
    third.remove()
    third.remove()
    assert list(tmp_path.iterdir()) == [used.path]


def test_without_room_in_memory_it_is_a_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scratch, "_ROOM_BYTES", 1 << 62)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = ScratchFolder()
    assert folder.path.parent == tmp_path
    folder.remove()
