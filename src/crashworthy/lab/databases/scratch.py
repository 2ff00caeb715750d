"""A folder in memory, gone after the run, also after a run that was killed.

A reset copies some 300 small files per database: on a busy disk that takes 10 to 20 times as long as in memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev/shm")  # noqa: S108 - the system's folder for files in memory
_PREFIX = "crashworthy-"
_LOCK = "owner.lock"
# What a run's databases may come to need. Containers often have 64 MB there.
_ROOM_BYTES = 1 << 30


class ScratchFolder:
    """A folder in memory where there is room, else in the folder for temporary files.

    `lock` is a file descriptor: while it is open in any process, the folder is in use. A folder whose owners all
    ended is removed when the next one is made.
    """

    def __init__(self) -> None:
        base = _MEMORY if _has_room(_MEMORY) else Path(tempfile.gettempdir())
        _sweep(base)
        self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))
        self.path.chmod(0o755)
        self.lock = os.open(self.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def remove(self) -> None:
        """Remove the folder. May be called twice."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self.lock >= 0:
            os.close(self.lock)
            self.lock = -1


def _has_room(folder: Path) -> bool:
    try:
        room = os.statvfs(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) and room.f_bavail * room.f_frsize >= _ROOM_BYTES


def _sweep(base: Path) -> None:
    """Remove the folders of runs that were killed."""
    for lock in base.glob(f"{_PREFIX}*/{_LOCK}"):
        with contextlib.suppress(OSError), lock.open("r+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)
