"""The part of a run outside the box: environment, copy, the box itself, and what is saved of a run that died."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from crashworthy.constraints.model import Constraints
from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import (
    BudgetStarted,
    Emit,
    Event,
    FindingMade,
    Learned,
    RunFailed,
    RunFinished,
    StageStarted,
)
from crashworthy.core.finding import Finding
from crashworthy.core.report import NotTried, RunReport, ServiceReport
from crashworthy.core.weakness import Severity
from crashworthy.lab.box.enter import BoxPlan
from crashworthy.lab.databases.own import check_programs
from crashworthy.lab.environment.python import PythonEnvironment, prepare_python
from crashworthy.lab.environment.variables import plan_variables
from crashworthy.lab.service.detect import detect
from crashworthy.lab.service.leftovers import sweep
from crashworthy.run.folder import RunFolder, copy_source, write_atomically
from crashworthy.run.job import DEFAULT_BUDGET_S, Job
from crashworthy.run.remember import hand_in, take_out
from crashworthy.source.parse import parse_folder
from crashworthy.verdict.policy import decide

# The engine's own guard comes first; this one is for an engine that hangs.
PATIENCE_S = 8.0

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)


@dataclass(frozen=True)
class TestRequest:
    """What the user asked for; paths as given."""

    __test__ = False  # the name is no test's, whatever pytest thinks

    source: Path
    constraints: Constraints
    openapi: Path | None = None
    recordings: tuple[Path, ...] = ()
    python: Path | None = None
    given: dict[str, str] = field(default_factory=dict)
    budget_s: float = DEFAULT_BUDGET_S
    seed: int = 0
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    fail_on: Severity = Severity.MAJOR
    allow_unknown: bool = False
    install_all: bool = False
    contain: bool = True
    lanes: int = 1
    keep: bool = False
    remember: bool = True


def run_test(request: TestRequest, folder: RunFolder, emit: Emit) -> RunReport:
    """One whole run. Always returns a report or raises CrashworthyError; leaves no process behind."""
    sweep(folder.path.parent)
    job = prepare(request, folder, emit)
    if request.remember:
        hand_in(request.source, folder)
    try:
        report = run_job(job, folder, emit)
        if request.remember:
            take_out(request.source, folder)
        return report
    finally:
        folder.remove_lanes()
        if not request.keep:
            folder.remove_service_files()


def prepare(request: TestRequest, folder: RunFolder, emit: Emit) -> Job:
    """Find or build the environment and write the job. The only part of a run that uses the network."""
    emit(StageStarted(stage="environment", detail="reading the source"))
    tree = parse_folder(request.source)
    # What cannot be tested is refused before anything is installed for it.
    detect(tree, request.constraints.service.command)
    configured = request.constraints.service.env
    check_programs(plan_variables(tree, given=request.given, configured=configured, seed=request.seed).needs)
    copy_source(request.source, folder.copy)
    environment: PythonEnvironment | None = None
    if request.constraints.service.command is None or tree.files:
        environment = prepare_python(
            tree, chosen=request.python, allow_unknown=request.install_all, allow_source=request.install_all, emit=emit
        )
    job = Job(
        run=folder.id,
        folder=str(folder.path.resolve()),
        source=str(request.source.resolve()),
        python=str(environment.python) if environment else None,
        constraints=request.constraints,
        openapi=str(request.openapi.resolve()) if request.openapi else None,
        recordings=tuple(str(path.resolve()) for path in request.recordings),
        given=request.given,
        installed=tuple(environment.notes) if environment else (),
        budget_s=request.budget_s,
        seed=request.seed,
        only=request.only,
        skip=request.skip,
        fail_on=request.fail_on,
        allow_unknown=request.allow_unknown,
        contain=request.contain,
        lanes=request.lanes,
        in_memory=not request.keep and folder.has_small_copy(),
        started_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_atomically(folder.job_file, job.model_dump_json(indent=1))
    return job


def run_job(job: Job, folder: RunFolder, emit: Emit) -> RunReport:
    """Run the engine in the box and pass its events on. An engine that died leaves a partial report."""
    seen = _Seen(job)

    def note(event: Event) -> None:
        seen.note(event)
        emit(event)

    status = run_in_box(job, folder, note, module="crashworthy.run.engine", overdue=seen.overdue)
    if seen.report is not None:
        return seen.report
    report = seen.salvage(status)
    folder.save_report(report)
    emit(RunFinished(report=report))
    return report


def run_in_box(job: Job, folder: RunFolder, emit: Emit, *, module: str, overdue: Callable[[], bool]) -> int:
    """Run a module of ours in the box with the job's file; its exit status. RunFailed becomes CrashworthyError."""
    with _engine(job, folder, module) as process, _guard(process, overdue):
        assert process.stdout is not None
        for line in process.stdout:
            try:
                event = _EVENT.validate_json(line)
            except ValidationError:
                continue  # not an event: a library that prints
            if isinstance(event, RunFailed):
                raise CrashworthyError(event.message, remedy=event.remedy, details=event.details)
            emit(event)
        return process.wait()


@contextmanager
def _engine(job: Job, folder: RunFolder, module: str) -> Iterator[subprocess.Popen[bytes]]:
    """The box with the engine in it. Ctrl-C asks it to finish; leaving ends it, and all in it, for good."""
    plan = BoxPlan(
        parent=os.getpid(),
        writable=(job.folder,),
        visible=_visible(job),
        private_tmp=str(folder.service / "box-tmp"),
        in_memory=str(folder.service) if job.in_memory else None,
        wanted=job.contain,
    )
    box = [sys.executable, "-m", "crashworthy.lab.box.enter", plan.as_json(), "--"]
    engine = [sys.executable, "-m", module, str(folder.job_file)]
    with folder.log_file.open("wb") as log:
        process = subprocess.Popen(
            [*box, *engine],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    with _forwarding(process):
        try:
            yield process
        finally:
            _end(process)


@contextmanager
def _forwarding(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Pass Ctrl-C and SIGTERM on to the engine, which then reports what it has; a second one ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = 0

    def ask(_number: int, _frame: object) -> None:
        nonlocal asked
        asked += 1
        if process.poll() is None:
            process.send_signal(signal.SIGINT if asked == 1 else signal.SIGKILL)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _guard(process: subprocess.Popen[bytes], overdue: Callable[[], bool]) -> Iterator[None]:
    """End an engine that is still there long after its budget."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.5):
            if overdue():
                process.kill()
                return

    thread = threading.Thread(target=watch, name="guard", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _visible(job: Job) -> tuple[str, ...]:
    """What the engine and the service read, in case it lies below /tmp."""
    paths = {job.source, sys.prefix, sys.base_prefix, str(Path(__file__).resolve().parents[2])}
    if job.python:
        interpreter = Path(job.python)
        paths |= {str(interpreter.parent.parent), str(interpreter.resolve().parent.parent)}
    if job.openapi:
        paths.add(job.openapi)
    paths.update(job.recordings)
    return tuple(sorted(paths))


class _Seen:
    """What the events said so far: enough for an honest report of a run that died."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.began = time.monotonic()
        self.budget_began: float | None = None
        self.learned = Learned(
            service=ServiceReport(path=job.source, name=Path(job.source).name), operations=(), suspicions=()
        )
        self.findings: list[Finding] = []
        self.report: RunReport | None = None

    def note(self, event: Event) -> None:
        """Take an event in."""
        if isinstance(event, BudgetStarted):
            self.budget_began = time.monotonic()
        elif isinstance(event, Learned):
            self.learned = event
        elif isinstance(event, FindingMade):
            self.findings = [known for known in self.findings if known.id != event.finding.id]
            self.findings.append(event.finding)
        elif isinstance(event, RunFinished):
            self.report = event.report

    def overdue(self) -> bool:
        """Whether the engine should have ended by now."""
        began = self.budget_began or self.began
        return time.monotonic() - began > self.job.budget_s + PATIENCE_S

    def salvage(self, status: int) -> RunReport:
        """A report of what was known when the engine ended without one."""
        why = f"the engine ended before its report (exit status {status})"
        unfinished = [NotTried(what="the rest of the run", why=why)]
        judgement = decide(
            self.findings,
            self.learned.operations,
            unfinished,
            fail_on=self.job.fail_on,
            allow_unknown=self.job.allow_unknown,
        )
        return RunReport(
            run=self.job.run,
            verdict=judgement.outcome,
            judgement=judgement,
            seed=self.job.seed,
            budget_s=self.job.budget_s,
            duration_s=round(time.monotonic() - self.began, 3),
            started_at=self.job.started_at,
            interrupted=True,
            service=self.learned.service,
            operations=self.learned.operations,
            findings=tuple(self.findings),
            suspicions=self.learned.suspicions,
            not_tried=tuple(unfinished),
        )
