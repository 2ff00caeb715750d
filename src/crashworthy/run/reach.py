"""Learns to use a service's API and says how far it came. Inside the box: `python -m crashworthy.run.reach JOB`."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Emit, Event, ReachFinished
from crashworthy.run.channel import serve_events
from crashworthy.run.engine import BudgetOver, Engine, operation_reports
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
from crashworthy.run.outside import PATIENCE_S, TestRequest, prepare, run_in_box
from crashworthy.run.remember import hand_in, take_out
from crashworthy.run.stand import open_stand
from crashworthy.source.parse import parse_folder

_STARTING_S = 120.0


def reach(request: TestRequest, folder: RunFolder, emit: Emit) -> ReachFinished:
    """Learn in the box, within the request's budget. Raises CrashworthyError when the service cannot be started."""
    job = prepare(request, folder, emit)
    finished: list[ReachFinished] = []
    began = time.monotonic()

    def note(event: Event) -> None:
        if isinstance(event, ReachFinished):
            finished.append(event)
        emit(event)

    if request.remember:
        hand_in(request.source, folder)
    try:
        status = run_in_box(
            job,
            folder,
            note,
            module="crashworthy.run.reach",
            overdue=lambda: time.monotonic() - began > _STARTING_S + request.budget_s + PATIENCE_S,
        )
        if request.remember:
            take_out(request.source, folder)
    finally:
        if not request.keep:
            folder.remove_service_files()
    if not finished:
        raise CrashworthyError(f"learning ended without a result (exit status {status}); see {folder.log_file}")
    return finished[0]


class _Learner(Engine):
    """An engine that only learns."""

    learning_share = 1.0

    def reach(self) -> ReachFinished:
        """What was reached, also when the time was up before the end."""
        tree = parse_folder(Path(self.job.source))
        try:
            with open_stand(self.job, tree, self.folder, self.emit) as stand:
                self._start_clock()
                self._learn(stand, tree)
        except BudgetOver:
            self._note("the time was up before learning ended")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        playbook = self.progress.playbook
        return ReachFinished(
            operations=operation_reports(self.progress.operations, playbook),
            requests=playbook.requests,
            seconds=round(time.monotonic() - self.began, 3),
            seed=self.job.seed,
        )


def _reach_inside(job: Job, emit: Emit) -> None:
    learner = _Learner(job, emit)
    learner.emit(learner.reach())


if __name__ == "__main__":
    sys.exit(serve_events(_reach_inside))
