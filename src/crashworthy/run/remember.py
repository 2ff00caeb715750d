"""What one run learned of a service's API, kept for the next run in the XDG cache folder.

The cache is ours to lose: whatever is wrong with it, the run learns everything anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path

from crashworthy.lab.traffic.memory import read_memory
from crashworthy.run.folder import RunFolder, write_atomically

_MOST_FILES = 200


def memory_file(source: Path) -> Path:
    """Where the memory of the service in that folder is; `$XDG_CACHE_HOME`, by the XDG Base Directory Specification."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    name = hashlib.sha256(os.fsencode(source.resolve())).hexdigest()[:24]
    return Path(base) / "crashworthy" / "playbooks" / f"{name}.json"


def hand_in(source: Path, folder: RunFolder) -> None:
    """Put the memory of earlier runs into the run's folder, where the engine finds it."""
    with contextlib.suppress(OSError):
        shutil.copyfile(memory_file(source), folder.memory_file)


def take_out(source: Path, folder: RunFolder) -> None:
    """Keep what the run learned, if it reached anything. Only the user may read it."""
    memory = read_memory(folder.learned_file)
    if memory is None or not memory.playbook.ways:
        return
    file = memory_file(source)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_atomically(file, memory.model_dump_json())
        file.chmod(0o600)
        kept = sorted(file.parent.glob("*.json"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for old in kept[_MOST_FILES:]:
            old.unlink(missing_ok=True)
