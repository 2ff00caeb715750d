"""ServiceTestbed: a service that can be had fresh, again and again."""

from __future__ import annotations

import contextlib
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import Emit, Note
from crashworthy.core.history import SensorEvent
from crashworthy.core.scenario import DependencyFault
from crashworthy.lab.databases.files import FolderState
from crashworthy.lab.service.copies import ForkedCopy, RunningCopy, StartedCopy
from crashworthy.lab.service.failure import StartError
from crashworthy.lab.service.launch import StartWatch, await_message, await_moment, failure_of, launch, run_to_end
from crashworthy.lab.service.plan import ServicePlan, StartKind, StartPlan
from crashworthy.lab.service.process import ServiceProcess
from crashworthy.lab.service.readiness import free_port, wait_until_accepting, wait_until_answering
from crashworthy.lab.service.reset import KeptFiles, ServiceState
from crashworthy.lab.service.rows import HoldsRows, is_database_file, rows_below
from crashworthy.lab.service.search import find_texts
from crashworthy.lab.testbed import Capability, KeptState, OutboundCall, StoredRow
from crashworthy.lab.traffic.told import listening, text_of_mail

_HELLO_TIMEOUT_S = 1.0
_OUTSIDE = "outside"
_MEETING = "meeting"
_MEETING_VARIABLE = "CRASHWORTHY_MEETING"
_DIES_AT_VARIABLE = "CRASHWORTHY_DIES_AT"


@dataclass(frozen=True)
class DeclaredStart:
    """The first start, as the service declares it.

    `seconds` until it answered. `server`, `workers`, `threads`, `reload`, `debug` and `preload` (the workers are forked
    from a process that has loaded the application) are what the server was told, None where nothing told. `error` is
    set when this start failed and only the overridden one works.
    """

    seconds: float = 0.0
    server: str | None = None
    workers: int | None = None
    threads: int | None = None
    reload: bool | None = None
    debug: bool | None = None
    preload: bool | None = None
    port: int | None = None
    error: StartError | None = None

    @classmethod
    def of(cls, message: Mapping[str, Any], seconds: float) -> DeclaredStart:
        """From what the launcher reported."""
        names = ("server", "workers", "threads", "reload", "debug", "preload", "port")
        return cls(seconds=seconds, **{name: message.get(name) for name in names})


class ServiceTestbed:
    """Implements crashworthy.lab.testbed.Testbed for a service whose start is known to work.

    `fork_refusal` says why copies are started anew instead of forked; None when they are forked. `is_warm` says that
    those that are started anew share a process that has imported the libraries.
    """

    def __init__(self, plan: ServicePlan, start: StartPlan, state: ServiceState, emit: Emit) -> None:
        self._plan = plan
        self._emit = emit
        self._state = state
        self.start = start
        self.declared = DeclaredStart()
        self.fork_refusal: str | None = "not tried yet"
        self.is_warm = False
        self._libraries: Sequence[str] = ()
        self._late_imports: set[str] = set()
        self._zygote: ServiceProcess | None = None
        self._seen_working: frozenset[Capability] = frozenset()
        self._copy_began = time.monotonic()

    @property
    def capabilities(self) -> frozenset[Capability]:
        """What the sensor's self-test found to work, and whether copies are forked."""
        return self._working() | (frozenset() if self.fork_refusal else {Capability.FORK})

    @property
    def dependencies(self) -> tuple[str, ...]:
        """Hosts of outbound dependencies: those the plan names, then those seen."""
        seen = self._plan.stand_in.hosts() if self._plan.stand_in else ()
        return tuple(dict.fromkeys([*self._plan.dependencies, *seen]))

    @property
    def workers(self) -> int:
        """Declared workers; 1 where they are forked from a process that has loaded the application already."""
        return 1 if self.declared.preload else self.declared.workers or 1

    @property
    def declared_command(self) -> str:
        """The command of the present start, where that names a server or a program that serves."""
        return "" if self.start.kind in (StartKind.OBJECT, StartKind.FACTORY) else self.start.command

    @property
    def outside(self) -> Path:
        """A folder beside the service's, made when it is first asked for and removed at the end."""
        folder = self._plan.root.resolve().parent / _OUTSIDE
        folder.mkdir(exist_ok=True)
        return folder

    @contextlib.contextmanager
    def fresh(self, state: KeptState | None = None) -> Iterator[RunningCopy]:
        """A copy in the state right after the start, or in a kept one. StartError when it cannot be had."""
        assert state is None or isinstance(state, KeptFiles)
        copy = self._begin(state)
        try:
            with listening(copy.base_url, lambda: self._told(copy)):
                yield copy
        finally:
            copy.end()

    def _told(self, copy: RunningCopy) -> str:
        """What the copy printed, and the mails that it sent."""
        mails = [text_of_mail(call.body) for call in self.outbound_calls() if call.method == "MAIL"]
        return "".join([copy.output(), *mails])

    def files_holding(self, texts: Sequence[str], *, databases: bool = True) -> Iterator[tuple[str, str]]:
        """Files of the present copy, its folders and its databases that hold one of these texts: path and text."""
        return find_texts(self._folders(), texts, left_out=None if databases else is_database_file)

    def rows(self) -> Iterator[StoredRow]:
        """Rows of the SQLite files of the present copy, and of the servers of the run that can be asked."""
        for folder in self._folders():
            yield from rows_below(folder)
        for state in self._plan.states:
            if isinstance(state, HoldsRows):
                yield from state.rows()

    def _folders(self) -> list[Path]:
        """The folders that the service writes to."""
        databases = [state.folder for state in self._plan.states if isinstance(state, FolderState)]
        return [self._plan.root, *self._plan.state_folders, *databases]

    def keep(self) -> KeptFiles | None:
        """The files of the present copy as a state that copies can begin from."""
        return self._state.keep()

    @contextlib.contextmanager
    def again(self) -> Iterator[RunningCopy]:
        """Another process on the state that is there, started as from nothing: a fork would remember too much."""
        began, port = time.monotonic(), free_port()
        copy = StartedCopy(port, launch(self._plan, self.start, "serve", port), self._drain)
        try:
            if not self._await(copy):
                raise failure_of(self._plan, self.start, copy, port)
            copy.ready_s = time.monotonic() - began
            yield copy
        finally:
            copy.end()

    def start_together(self, count: int, *, at_once: bool = True) -> tuple[str | None, ...]:
        """Start processes on the files before the first start; the output of each that ended instead of serving."""
        self._copy_began = time.monotonic()
        self._state.reset_to_start()
        copies: list[StartedCopy] = []
        meeting = self.outside / _MEETING
        shutil.rmtree(meeting, ignore_errors=True)
        meeting.mkdir()
        given = {_MEETING_VARIABLE: f"{meeting}:{count}"} if at_once else {}
        plan = replace(self._plan, environment={**self._plan.environment, **given})
        try:
            for port in _free_ports(count):
                copies.append(StartedCopy(port, launch(plan, self.start, "serve", port), self._drain))
                if not at_once:
                    self._await(copies[-1])
            accepts = [self._await(copy) for copy in copies]
            return tuple(
                None if serves or copy.wait(0.0) is None else copy.output()
                for copy, serves in zip(copies, accepts, strict=True)
            )
        finally:
            for copy in copies:
                copy.end()
            shutil.rmtree(meeting, ignore_errors=True)

    def break_start(self, write: int) -> bool:
        """Start on the files before the first start, and kill the process before that write; whether it was killed."""
        self._copy_began = time.monotonic()
        self._state.reset_to_start()
        plan = replace(self._plan, environment={**self._plan.environment, _DIES_AT_VARIABLE: str(write)})
        port = free_port()
        copy = StartedCopy(port, launch(plan, self.start, "serve", port), self._drain)
        try:
            return not self._await(copy) and copy.wait(1.0) == -signal.SIGKILL
        finally:
            copy.end()

    def _await(self, copy: RunningCopy) -> bool:
        return wait_until_accepting(copy.port, self._plan.start_timeout_s, StartWatch(copy, copy.port))

    def faults(self, faults: Sequence[DependencyFault]) -> AbstractContextManager[None]:
        """Let the stand-in misbehave until left."""
        if self._plan.stand_in is not None:
            return self._plan.stand_in.faults(faults)
        if faults:
            raise CrashworthyError("this run has no stand-in for the service's dependencies to misbehave")
        return contextlib.nullcontext()

    def outbound_calls(self) -> tuple[OutboundCall, ...]:
        """Requests that the stand-in received since the present copy was begun."""
        if self._plan.stand_in is None:
            return ()
        return tuple(call for call in self._plan.stand_in.calls() if call.at >= self._copy_began)

    def prepare(self) -> None:
        """Find out how this start behaves and get ready for `fresh`. StartError when it does not work."""
        for step in self.start.before:
            error = run_to_end(self._plan, step)
            if error is not None:
                self._note(f"{error.message} (it was to run before the start)", warning=True)
        if self.start.before:
            self._state.take_start()
        self._try_as_declared()
        if self.declared.error is not None and not self.start.is_python:
            raise self.declared.error  # there is nothing to override
        try:
            self._prepare_copies()
        except StartError as error:
            # The service's own way to fail is what its author can do something about.
            raise self.declared.error or error from None
        if self.declared.error is not None:
            self._note(
                f"as declared: {self.declared.error.message}; with one worker and no reload it starts", warning=True
            )
        self._note_overrides()

    def close(self) -> None:
        """End the zygote, if there is one, and leave nothing outside."""
        shutil.rmtree(self._plan.root.resolve().parent / _OUTSIDE, ignore_errors=True)
        if self._zygote is not None:
            self._zygote.end()
            self._zygote = None
            self.is_warm = False

    def _try_as_declared(self) -> None:
        port, began = free_port(), time.monotonic()
        process = launch(self._plan, self.start, "declared", port)
        try:
            answers = wait_until_answering(port, self._plan.start_timeout_s, StartWatch(process, port))
            seconds = time.monotonic() - began
            message = await_message(process, "serves", 0.0) if process.channel else None
            self.declared = DeclaredStart.of(message or {}, seconds)
            if not answers:
                self.declared = DeclaredStart(seconds=seconds, error=failure_of(self._plan, self.start, process, port))
        finally:
            process.end()
        self._state.reset()

    def _prepare_copies(self) -> None:
        self.fork_refusal = self._start_zygote()
        if self.fork_refusal is None:
            try:
                with self.fresh():
                    self._await_self_test()
                return
            except StartError as error:
                self.fork_refusal = f"a forked copy does not serve: {error.message}"
                self.close()
        self._state.back_to_start()
        if self._start_warm():
            try:
                with self.fresh():
                    self._await_self_test()
                return
            except StartError:
                self.close()
        with self.fresh():
            self._await_self_test()

    def _start_warm(self) -> bool:
        """Whether there is a process now that has imported the libraries, from which each start begins."""
        if not self._libraries:
            return False
        self._zygote = launch(self._plan, self.start, "warm", free_port(), self._libraries)
        message = await_message(self._zygote, "ready", self._plan.start_timeout_s)
        self.is_warm = message is not None and bool(message["forkable"])
        if not self.is_warm:
            self.close()
        return self.is_warm

    def _start_zygote(self) -> str | None:
        """Why there is none, or None. The state that copies begin from is the one at the zygote's moment."""
        if not self._plan.may_fork:
            return "switched off"
        if not self.start.is_python:
            return "it is no Python program that crashworthy runs itself"
        port = free_port()
        self._zygote = launch(self._plan, self.start, "zygote", port)  # from here on `close` ends it
        message = await_moment(self._zygote, self._plan.start_timeout_s)
        if message is None:
            raise failure_of(self._plan, self.start, self._zygote, port)
        if not message["forkable"]:
            self.close()
            self._libraries = message.get("libraries", ())
            return str(message["why_not"])
        self._state.take_fresh()
        return None

    def _begin(self, kept: KeptFiles | None = None) -> RunningCopy:
        """A copy that accepts connections; on another port where the first was taken meanwhile."""
        error: StartError | None = None
        for _ in range(2):
            began = self._copy_began = time.monotonic()
            (kept.restore if kept else self._state.reset)()
            if self._plan.sensor is not None:
                self._plan.sensor.forget()
            if self._plan.stand_in is not None:
                self._plan.stand_in.clear()
            port = free_port()
            copy = self._start_copy(port)
            try:
                accepts = self._await(copy)
            except BaseException:  # the run is being stopped
                copy.end()
                raise
            if accepts:
                copy.ready_s = time.monotonic() - began
                return copy
            error = failure_of(self._plan, self.start, copy, port)
            if "Address already in use" not in error.details:
                break
        assert error is not None
        raise error

    def _start_copy(self, port: int) -> RunningCopy:
        if self._zygote is None:
            return StartedCopy(port, launch(self._plan, self.start, "serve", port), self._drain)
        self._zygote.begin_copy()
        try:
            return ForkedCopy(port, self._zygote, self._drain, self._new_late_imports())
        except RuntimeError:
            self.close()
            self.fork_refusal = "its zygote ended"
            self._note("the process that copies were forked from ended; copies are started anew now", warning=True)
            self._state.back_to_start()
            return self._start_copy(port)

    def _new_late_imports(self) -> list[str]:
        late = self._plan.sensor.late_imports() if self._plan.sensor is not None else ()
        new = [name for name in late if name not in self._late_imports]
        self._late_imports.update(new)
        return new

    def _drain(self, settle_s: float) -> tuple[SensorEvent, ...]:
        """Events of the present copy; those of the one before may arrive late."""
        if self._plan.sensor is None:
            return ()
        return tuple(event for event in self._plan.sensor.drain(settle_s) if event.at >= self._copy_began)

    def _await_self_test(self) -> None:
        deadline = time.monotonic() + _HELLO_TIMEOUT_S
        while self._plan.sensor is not None and not self._working() and time.monotonic() < deadline:
            time.sleep(0.005)

    def _working(self) -> frozenset[Capability]:
        """Grows: what a library can be observed by is known once the service has imported it."""
        if self._plan.sensor is not None:
            self._seen_working |= self._plan.sensor.capabilities()
        return self._seen_working

    def _note_overrides(self) -> None:
        declared, overridden = self.declared, []
        if declared.reload:
            overridden.append("no automatic reload")
        if declared.debug:
            overridden.append("no interactive debugger")
        if declared.workers is not None and declared.workers > 1:
            threads = f" with {declared.workers * declared.threads} threads" if declared.threads else ""
            overridden.append(f"one process{threads} instead of {declared.workers}")
        if overridden:
            self._note(f"experiments run the service with {', '.join(overridden)}; the first start was as declared")

    def _note(self, text: str, *, warning: bool = False) -> None:
        self._emit(Note(text=text, level="warning" if warning else "info"))


def _free_ports(count: int) -> list[int]:
    """So many different ones."""
    found: dict[int, None] = {}
    while len(found) < count:
        found[free_port()] = None
    return list(found)


@contextlib.contextmanager
def open_testbed(plan: ServicePlan, run_folder: Path, emit: Emit) -> Iterator[ServiceTestbed]:
    """A testbed for the first of the plan's starts that works; everything is ended on leaving.

    Writes below `run_folder` only. StartError when none works: that of the start that is declared best.
    """
    state = ServiceState(plan, run_folder / "fresh-state")
    errors: list[StartError] = []
    for start in plan.starts:
        testbed = ServiceTestbed(plan, start, state, emit)
        try:
            if not errors:
                state.take_start()
            else:
                emit(Note(text=f"{errors[-1].message}; next try: `{start.command}` ({start.origin})", level="warning"))
                state.back_to_start()
            testbed.prepare()
        except StartError as error:
            errors.append(error)
            testbed.close()
            continue
        except BaseException:
            testbed.close()
            raise
        try:
            yield testbed
        finally:
            testbed.close()
        return
    if not errors:
        raise CrashworthyError("no way to start the service is known", remedy="name one as [service] command")
    raise errors[0]
