"""Ends the processes of a run when its engine dies, however it dies.

`start_watchdog` starts this file as a program of its own, in a session of its own, holding the read end of a
pipe. The engine's death closes the write end.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def start_watchdog(run_id: str) -> Iterator[int]:
    """Have a process that outlives this one end everything marked with the run; yields its pid."""
    read_end, write_end = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, run_id],
            stdin=read_end,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            env={},
        )
    finally:
        os.close(read_end)
    try:
        yield process.pid
    finally:
        os.close(write_end)
        process.wait()


def _watch(run_id: str) -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    import leftovers  # type: ignore[import-not-found,unused-ignore]  # alone, without the package around it

    while os.read(0, 1):
        pass
    leftovers.end_all(lambda: leftovers.marked(leftovers.RUN_MARK, run_id))


if __name__ == "__main__":
    _watch(sys.argv[1])
