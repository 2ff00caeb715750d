"""The inside end of the box: reads the job, sends events as JSON lines, turns every end into an exit code."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from threading import Lock

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Emit, Event, RunFailed
from crashworthy.lab.box.linux import keep_to_itself
from crashworthy.run.job import Job


def serve_events(work: Callable[[Job, Emit], None]) -> int:
    """Do the work of the job whose file the command line names; the exit status for the process."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)  # whatever else prints must not disturb the events
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    keep_to_itself()  # the service, which runs beside it, has no business with the caller's environment

    lock = Lock()  # experiments go on side by side, and a line is one event

    def emit(event: Event) -> None:
        line = event.model_dump_json() + "\n"
        with lock:
            channel.write(line)

    try:
        work(Job.model_validate_json(Path(sys.argv[1]).read_bytes()), emit)
    except CrashworthyError as problem:
        emit(RunFailed(message=problem.message, remedy=problem.remedy, details=problem.details))
        return 2
    except KeyboardInterrupt:
        emit(RunFailed(message="interrupted before there was anything to report"))
        return 130
    except Exception as failure:  # noqa: BLE001 - a failure of ours is told as such, never as the service's
        emit(
            RunFailed(
                message=f"crashworthy itself failed: {type(failure).__name__}: {failure}",
                remedy="Please report this with the lines above; nothing of it is the service's fault.",
                details=traceback.format_exc(limit=-8),
            )
        )
        return 2
    return 0
