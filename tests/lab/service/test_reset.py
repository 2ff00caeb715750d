from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crashworthy.lab.databases.files import FolderState
from crashworthy.lab.service import reset
from crashworthy.lab.service.plan import ServicePlan
from crashworthy.lab.service.reset import FolderSnapshot, ServiceState


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    (folder / "static" / "deep").mkdir(parents=True)
    (folder / "app.py").write_text("app")
    (folder / "static" / "deep" / "style.css").write_text("style")
    (folder / "link").symlink_to("app.py")
    return folder


@pytest.fixture
def snapshot(folder: Path, tmp_path: Path) -> FolderSnapshot:
    return FolderSnapshot(folder, tmp_path / "store")


def contents(folder: Path) -> dict[str, object]:
    return {
        str(path.relative_to(folder)): path.readlink() if path.is_symlink() else path.is_dir() or path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if "__pycache__" not in path.parts
    }


def _rewrite_in_place(folder: Path) -> None:
    status = (folder / "app.py").stat()
    (folder / "app.py").write_text("ppa")
    os.utime(folder / "app.py", ns=(status.st_atime_ns, status.st_mtime_ns))


def _replace_by_folder(folder: Path) -> None:
    (folder / "app.py").unlink()
    (folder / "app.py").mkdir()
    (folder / "app.py" / "inside").write_text("new")


def _replace_folder_by_file(folder: Path) -> None:
    shutil.rmtree(folder / "static")
    (folder / "static").write_text("file")


def _point_elsewhere(folder: Path) -> None:
    (folder / "link").unlink()
    (folder / "link").symlink_to("/etc/passwd")


CHANGES = {
    "append": lambda folder: (folder / "app.py").write_text("app and more"),
    "same size and same time": _rewrite_in_place,
    "delete": lambda folder: (folder / "app.py").unlink(),
    "delete a folder": lambda folder: shutil.rmtree(folder / "static"),
    "new file": lambda folder: (folder / "static" / "upload.bin").write_bytes(b"new"),
    "new folder": lambda folder: (folder / "uploads" / "deep").mkdir(parents=True),
    "replace by rename": lambda folder: (folder / "app.py").rename(folder / "old.py"),
    "file to folder": _replace_by_folder,
    "folder to file": _replace_folder_by_file,
    "link elsewhere": _point_elsewhere,
    "delete the link": lambda folder: (folder / "link").unlink(),
    "new socket": lambda folder: os.mkfifo(folder / "pipe"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_puts_back_any_change(change, folder, snapshot):
    before = contents(folder)
    CHANGES[change](folder)
    assert contents(folder) != before if change != "new socket" else True
    assert snapshot.restore()
    assert contents(folder) == before
    assert snapshot.restore() == ()


def test_writes_only_what_changed(folder, snapshot):
    inode = (folder / "static" / "deep" / "style.css").stat().st_ino
    (folder / "app.py").write_text("other")
    assert snapshot.restore() == ("app.py",)
    assert (folder / "static" / "deep" / "style.css").stat().st_ino == inode


def test_keeps_compiled_modules(folder, snapshot):
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "app.pyc").write_bytes(b"code")
    assert snapshot.restore() == ()
    assert (folder / "__pycache__" / "app.pyc").exists()


def test_leaves_a_socket_that_was_there_alone(folder, tmp_path):
    os.mkfifo(folder / "server.sock")
    snapshot = FolderSnapshot(folder, tmp_path / "store")
    assert snapshot.restore() == ()
    assert (folder / "server.sock").is_fifo()


def test_puts_back_modes(folder, snapshot):
    (folder / "app.py").chmod(0o600)
    snapshot.restore()
    assert (folder / "app.py").stat().st_mode & 0o777 == 0o644


def test_a_later_snapshot_shares_what_did_not_change(folder, snapshot, tmp_path):
    (folder / "app.py").write_text("second")
    stored = len(list((tmp_path / "store").iterdir()))
    later = FolderSnapshot(folder, tmp_path / "store", snapshot)
    assert len(list((tmp_path / "store").iterdir())) == stored + 1
    (folder / "app.py").write_text("third")
    (folder / "static" / "deep" / "style.css").write_text("third")
    later.restore()
    assert (folder / "app.py").read_text() == "second"
    assert (folder / "static" / "deep" / "style.css").read_text() == "style"
    snapshot.restore()
    assert (folder / "app.py").read_text() == "app"


class Database:
    """A state outside the files."""

    def __init__(self) -> None:
        self.rows = self.remembered = 0

    def remember(self) -> None:
        self.remembered = self.rows

    def reset(self) -> None:
        self.rows = self.remembered


def test_a_service_has_a_state_before_its_start_and_a_fresh_one(folder, tmp_path):
    database, home = Database(), tmp_path / "home"
    home.mkdir()
    plan = ServicePlan(folder, (), "run", states=(database,), state_folders=(home,))
    state = ServiceState(plan, tmp_path / "store")
    state.take_start()
    (home / "made at import").touch()
    database.rows = 1
    state.take_fresh()
    (home / "made by a request").touch()
    database.rows = 2
    state.reset()
    assert ([path.name for path in home.iterdir()], database.rows) == (["made at import"], 1)
    state.back_to_start()
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_an_sqlite_database_goes_back_with_its_journals(journal, folder, tmp_path):
    def rows() -> int:
        with contextlib.closing(sqlite3.connect(folder / "data.db")) as connection:
            return connection.execute("select count(*) from t").fetchone()[0]

    writer = sqlite3.connect(folder / "data.db")
    writer.execute(f"pragma journal_mode={journal}")
    writer.execute("create table t (n)")
    writer.execute("insert into t values (1)")
    writer.commit()
    writer.close()
    snapshot = FolderSnapshot(folder, tmp_path / "store")
    killed = sqlite3.connect(folder / "data.db")
    killed.execute("insert into t values (2)")
    killed.commit()
    shutil.copytree(folder, tmp_path / "as if killed")  # with the journals that a close would remove
    killed.close()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "as if killed", folder, symlinks=True)
    assert rows() == 2
    snapshot.restore()
    assert rows() == 1


_NAMES = st.sampled_from(["a", "b", "c"])
_TREES = st.recursive(
    st.binary(max_size=3), lambda inner: st.dictionaries(_NAMES, inner, max_size=3), max_leaves=6
).filter(lambda tree: isinstance(tree, dict))


def _write(folder: Path, tree: dict[str, object]) -> None:
    folder.mkdir(exist_ok=True)
    for name, content in tree.items():
        if isinstance(content, dict):
            _write(folder / name, content)
        else:
            (folder / name).write_bytes(content)


@given(before=_TREES, after=_TREES)
def test_any_folder_goes_back_whatever_it_became(before, after, tmp_path_factory):
    base = tmp_path_factory.mktemp("any")
    folder = base / "copy"
    _write(folder, before)
    snapshot = FolderSnapshot(folder, base / "store")
    expected = contents(folder)
    shutil.rmtree(folder)
    _write(folder, after)
    snapshot.restore()
    assert contents(folder) == expected


def test_a_state_in_between_can_be_kept_and_gone_back_to(folder, tmp_path):
    outside = FolderState(tmp_path / "data")
    state = ServiceState(ServicePlan(root=folder, starts=(), run_id="r", states=(outside,)), tmp_path / "store")
    state.take_start()
    (folder / "made").write_text("by a set-up")
    (outside.folder / "shop.db").write_text("with one row")
    kept = state.keep()
    assert kept is not None
    state.reset()
    assert not (folder / "made").exists()
    assert list(outside.folder.iterdir()) == []
    for _ in range(2):
        kept.restore()
        assert (folder / "made").read_text() == "by a set-up"
        assert (outside.folder / "shop.db").read_text() == "with one row"
        (outside.folder / "shop.db").write_text("changed")
        state.reset()
    stored = len(list((tmp_path / "store").rglob("*")))
    kept.forget()
    assert len(list((tmp_path / "store").rglob("*"))) == stored - 3  # two contents and their folder


def test_what_a_database_server_holds_is_not_kept(folder, tmp_path):
    state = ServiceState(ServicePlan(root=folder, starts=(), run_id="r", states=(Database(),)), tmp_path / "store")
    state.take_start()
    assert state.keep() is None


def test_a_file_that_goes_meanwhile_was_not_there(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    walk = reset._walk

    def walk_slowly(*where: Any) -> Iterator[tuple[str, os.DirEntry[str]]]:
        for path, entry in walk(*where):
            if path == "shop.db-shm":
                (folder / path).unlink()
            yield path, entry

    (folder / "shop.db-shm").write_text("shared memory")
    monkeypatch.setattr(reset, "_walk", walk_slowly)
    snapshot = FolderSnapshot(folder, tmp_path / "store")
    monkeypatch.undo()
    assert snapshot.restore() == ()
    assert not (folder / "shop.db-shm").exists()
