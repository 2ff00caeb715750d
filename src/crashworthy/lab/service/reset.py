"""Remembering the files of a folder and putting them back."""

from __future__ import annotations

import contextlib
import os
import shutil
import stat
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from crashworthy.lab.service.plan import ServicePlan, StateInFiles

# Rebuilt by the interpreter from the sources at any time, and worth keeping: later starts are faster.
_IGNORED_FOLDERS = frozenset({"__pycache__"})
# SQLite's shared memory is written through a mapping, which need not change any time of the file.
_ALWAYS_WRITTEN_BACK = "-shm"


@dataclass(frozen=True)
class _Signature:
    """Changes whenever the file does. The change time cannot be set back by the service, as others can."""

    size: int
    modified_ns: int
    changed_ns: int
    inode: int
    mode: int

    @classmethod
    def of(cls, status: os.stat_result) -> _Signature:
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_mode)


@dataclass(frozen=True)
class _Original:
    """What a file is put back to, beside its content."""

    content: Path
    modified_ns: int
    mode: int


class FolderSnapshot:
    """The files below `folder` as they are when this is made, with their contents copied to `store`.

    Contents that did not change since `previous` are shared with it. Links are remembered as links and never
    followed. Sockets and pipes that are there stay; new ones go.
    """

    def __init__(self, folder: Path, store: Path, previous: FolderSnapshot | None = None) -> None:
        self._folder = folder
        self._folders: dict[str, int] = {}
        self._links: dict[str, str] = {}
        self._originals: dict[str, _Original] = {}
        self._signatures: dict[str, _Signature] = {}
        self._specials: set[str] = set()
        store.mkdir(parents=True, exist_ok=True)
        for path, entry in _walk(folder, lambda _path: True):
            # A file that goes while this looks was not there: SQLite removes its own as the last connection closes.
            with contextlib.suppress(FileNotFoundError):
                self._remember(path, entry, store, previous)

    def _remember(self, path: str, entry: os.DirEntry[str], store: Path, previous: FolderSnapshot | None) -> None:
        status = entry.stat(follow_symlinks=False)
        if stat.S_ISLNK(status.st_mode):
            self._links[path] = os.readlink(entry.path)  # noqa: PTH115
        elif stat.S_ISDIR(status.st_mode):
            self._folders[path] = stat.S_IMODE(status.st_mode)
        elif stat.S_ISREG(status.st_mode):
            if previous is not None and path in previous._originals and previous._is_unchanged(path, entry):
                content = previous._originals[path].content
            else:
                content = store / uuid.uuid4().hex
                shutil.copyfile(entry.path, content)
            self._originals[path] = _Original(content, status.st_mtime_ns, stat.S_IMODE(status.st_mode))
            self._signatures[path] = _Signature.of(status)
        else:
            self._specials.add(path)

    def restore(self) -> tuple[str, ...]:
        """Put everything back; returns the relative paths that had changed.

        Only what changed is written, and in place: a log file that a zygote holds open for appending must
        stay the same file.
        """
        changed: list[str] = []
        missing = {*self._folders, *self._links, *self._originals}
        for path, entry in _walk(self._folder, self._folders.__contains__):
            if not self._belongs(path, entry):
                changed.append(path)
                _remove(entry)
                continue
            missing.discard(path)
            if path in self._originals and not self._is_unchanged(path, entry):
                changed.append(path)
                self._write_back(path)
        for path in sorted(missing):  # folders before what they hold
            changed.append(path)
            self._create(path)
        return tuple(changed)

    def _belongs(self, path: str, entry: os.DirEntry[str]) -> bool:
        if entry.is_symlink():
            return self._links.get(path) == os.readlink(entry.path)  # noqa: PTH115
        if entry.is_dir(follow_symlinks=False):
            return path in self._folders
        if entry.is_file(follow_symlinks=False):
            return path in self._originals
        return path in self._specials

    def _is_unchanged(self, path: str, entry: os.DirEntry[str]) -> bool:
        return not path.endswith(_ALWAYS_WRITTEN_BACK) and self._signatures[path] == _Signature.of(
            entry.stat(follow_symlinks=False)
        )

    def _create(self, path: str) -> None:
        place = self._folder / path
        if path in self._folders:
            place.mkdir(mode=self._folders[path], exist_ok=True)
        elif path in self._links:
            place.symlink_to(self._links[path])
        else:
            self._write_back(path)

    def _write_back(self, path: str) -> None:
        place, original = self._folder / path, self._originals[path]
        shutil.copyfile(original.content, place, follow_symlinks=False)
        place.chmod(original.mode)
        os.utime(place, ns=(original.modified_ns, original.modified_ns))
        self._signatures[path] = _Signature.of(place.stat(follow_symlinks=False))


class KeptFiles:
    """Implements crashworthy.lab.testbed.KeptState: the files of several folders at one moment."""

    def __init__(self, folders: Sequence[FolderSnapshot], store: Path) -> None:
        self._folders = folders
        self._store = store

    def restore(self) -> None:
        """Put all files back. Nothing of the service may run but a zygote."""
        for folder in self._folders:
            folder.restore()

    def forget(self) -> None:
        """Remove the contents that only this state has."""
        shutil.rmtree(self._store, ignore_errors=True)


class ServiceState:
    """All state of a service: the files of its copy, other folders it writes to, its databases.

    There are two states to go back to: that before the start, and the fresh one that copies begin from. They are
    the same unless a zygote holds still in between.
    """

    def __init__(self, plan: ServicePlan, store: Path) -> None:
        self._outside = plan.states
        self._paths = (plan.root, *plan.state_folders)
        self._store = store
        shutil.rmtree(store, ignore_errors=True)
        self._start: list[FolderSnapshot] = []
        self._fresh: list[FolderSnapshot] = []

    def take_start(self) -> None:
        """Take the present state as the one before the start. Nothing of the service may run."""
        self.take_fresh()
        self._start = self._fresh

    def take_fresh(self) -> None:
        """Take the present state as the one that copies begin from. Nothing of the service may run but a zygote."""
        before: Sequence[FolderSnapshot | None] = self._fresh or [None] * len(self._paths)
        self._fresh = [
            FolderSnapshot(path, self._store, previous) for path, previous in zip(self._paths, before, strict=True)
        ]
        for state in self._outside:
            state.remember()

    def reset(self) -> None:
        """Go back to the fresh state."""
        for folder in self._fresh:
            folder.restore()
        for state in self._outside:
            state.reset()

    def reset_to_start(self) -> None:
        """Go back to the files before the start, for once; databases are as fresh copies find them."""
        for folder in self._start:
            folder.restore()
        for state in self._outside:
            state.reset()

    def keep(self) -> KeptFiles | None:
        """The files as they are now, while the service rests; None where a database server holds state too."""
        outside = [state.folder for state in self._outside if isinstance(state, StateInFiles)]
        if len(outside) < len(self._outside):
            return None
        store = self._store / f"kept-{uuid.uuid4().hex}"
        known = [*self._fresh, *([None] * len(outside))]
        paths = (*self._paths, *outside)
        return KeptFiles([FolderSnapshot(path, store, fresh) for path, fresh in zip(paths, known, strict=True)], store)

    def back_to_start(self) -> None:
        """Go back to the state before the start, and let that be the fresh one.

        Files only: databases remember one state, and a service that makes its tables finds them made.
        """
        self._fresh = self._start
        self.reset()


def _walk(folder: Path, enters: Callable[[str], bool]) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Entries below the folder with their relative paths, a folder before what it holds."""
    waiting = [""]
    while waiting:
        prefix = waiting.pop()
        with os.scandir(folder / prefix) as entries:
            present = list(entries)
        for entry in present:
            path = prefix + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if is_folder and entry.name in _IGNORED_FOLDERS:
                continue
            yield path, entry
            if is_folder and enters(path):
                waiting.append(f"{path}/")


def _remove(entry: os.DirEntry[str]) -> None:
    if entry.is_dir(follow_symlinks=False):
        shutil.rmtree(entry.path)
    else:
        Path(entry.path).unlink()
