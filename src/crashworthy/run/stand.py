"""The stand: everything around the service in one run, put up in the right order and taken down in reverse."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from crashworthy.core.events import Emit, Event, Note, StageStarted
from crashworthy.core.operation import Operation
from crashworthy.core.report import ServiceReport
from crashworthy.lab.databases.own import OwnDatabases
from crashworthy.lab.databases.scripts import SqlScript, declared_scripts
from crashworthy.lab.environment.base import base_environment
from crashworthy.lab.environment.examples import replace_real_files
from crashworthy.lab.environment.filled import ServiceVariables, fill
from crashworthy.lab.environment.variables import plan_variables
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver
from crashworthy.lab.service.detect import detect
from crashworthy.lab.service.failure import StartError
from crashworthy.lab.service.leftovers import record_engine
from crashworthy.lab.service.plan import ServicePlan, StartPlan
from crashworthy.lab.service.testbed import ServiceTestbed, open_testbed
from crashworthy.lab.service.watchdog import start_watchdog
from crashworthy.lab.standin.server import StandIns
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
from crashworthy.source.tree import SourceTree


@dataclass(frozen=True)
class Stand:
    """A service that can be had fresh, and what the report says of its start.

    `plan` is what the service is started with.
    `credentials` are secrets that a client may know, by the name of the variable that sets them.
    """

    testbed: ServiceTestbed
    report: ServiceReport
    credentials: Mapping[str, str]
    plan: ServicePlan

    def lab(self, job: Job, tree: SourceTree, operations: tuple[Operation, ...], *, deadline: float, emit: Emit) -> Lab:
        """What experiments may use, before anything is learned of the service. `deadline` as in Lab."""
        return Lab(
            testbed=self.testbed,
            tree=tree,
            operations=operations,
            seed=job.seed,
            deadline=deadline,
            emit=emit,
            credentials=self.credentials,
            idempotent=job.constraints.idempotent,
            workers=job.constraints.service.workers or self.testbed.workers,
        )


@contextmanager
def open_stand(job: Job, tree: SourceTree, folder: RunFolder, emit: Emit) -> Iterator[Stand]:
    """Start databases, stand-ins and the service, as the job says; all of it is gone on leaving."""
    notes: list[str] = list(job.installed)

    def listen(event: Event) -> None:
        if isinstance(event, Note):
            notes.append(event.text)
        emit(event)

    emit(StageStarted(stage="start", detail=tree.root.name))
    contained, why_not = containment()
    if not contained:
        listen(Note(text=f"not contained: {why_not}", level="warning"))
    starts = _starts(job, tree)
    plan = plan_variables(tree, given=job.given, configured=job.constraints.service.env, seed=job.seed)
    plan.stop_unless_contained(contained)
    for text in plan.notes:
        listen(Note(text=text))
    with ExitStack() as stack:
        record_engine(folder.path)
        stack.enter_context(start_watchdog(job.run))
        databases = stack.enter_context(OwnDatabases(plan.needs, folder.service, emit=listen, run_id=job.run))
        scripts = declared_scripts(tree) if plan.needs.postgresql else ()
        databases.load(scripts)
        stand_in = stack.enter_context(StandIns(tree.outbound, seed=job.seed))
        # Not below the run's folder: the path of a Unix socket may have about 100 characters, that folder's has any.
        sockets = stack.enter_context(TemporaryDirectory(prefix="crashworthy-", dir="/tmp"))
        receiver = stack.enter_context(Receiver(Path(sockets) / "sensor"))
        stand_in.ask_for_names(receiver.resolve_slot)
        variables = fill(
            plan,
            stand_in=stand_in,
            data_folder=databases.data_folder,
            postgresql=databases.postgresql,
            redis=databases.redis,
            sensed=starts[0].is_python,
        )
        notes += variables.lines
        for path in replace_real_files(folder.copy, variables.values):
            listen(Note(text=f"{path} in the copy holds this run's values, not the user's"))
        service = _service(job, folder, starts, variables, databases, stand_in, receiver)
        testbed = stack.enter_context(_open_repaired(service, databases, scripts, folder, listen))
        made = dict(pair for step in testbed.start.before for pair in step.environment)
        report = _report(job, tree, testbed, notes, contained=contained)
        yield Stand(testbed, report, {**variables.credentials, **made}, service)


def _service(
    job: Job,
    folder: RunFolder,
    starts: tuple[StartPlan, ...],
    variables: ServiceVariables,
    databases: OwnDatabases,
    stand_in: StandIns,
    receiver: Receiver,
) -> ServicePlan:
    trust = folder.service / "stand-ins.pem"
    stand_in.write_authority(trust)
    home = folder.service / "home"
    home.mkdir(exist_ok=True)
    python = Path(job.python) if job.python else None
    sensor = injection(
        folder.service,
        root=folder.copy,
        socket=receiver.path,
        standin=f"127.0.0.1:{stand_in.port}",
        allow=databases.allowed,
        redirect=databases.redirects,
        run_id=job.run,
        pythonpath=variables.values.get("PYTHONPATH", ""),
    )
    return ServicePlan(
        root=folder.copy,
        starts=starts,
        run_id=job.run,
        python=python,
        environment={**base_environment(home, folder.temporary, python, trust=trust), **variables.values, **sensor},
        states=databases.states,
        state_folders=(folder.temporary, home),
        sensor=receiver,
        stand_in=stand_in,
        dependencies=tuple(dependency.host for dependency in job.constraints.dependencies if dependency.host),
    )


@contextmanager
def _open_repaired(
    service: ServicePlan, databases: OwnDatabases, scripts: Sequence[SqlScript], folder: RunFolder, emit: Emit
) -> Iterator[ServiceTestbed]:
    """The testbed; when a start fails for want of a role or database that no URL named, it is made and tried again."""
    with ExitStack() as stack:
        try:
            testbed = stack.enter_context(open_testbed(service, folder.service, emit))
        except StartError:
            made = databases.repair()
            if not made:
                raise
            emit(Note(text=f"made what the service asked PostgreSQL for: {', '.join(made)}"))
            databases.load(scripts, [name.removeprefix("database ") for name in made if name.startswith("database ")])
            testbed = stack.enter_context(open_testbed(service, folder.service, emit))
        yield testbed


def _starts(job: Job, tree: SourceTree) -> tuple[StartPlan, ...]:
    declared = job.constraints.service
    starts = detect(tree, declared.command)
    return tuple(replace(start, folder=declared.cwd) for start in starts) if declared.cwd else starts


def _report(job: Job, tree: SourceTree, testbed: ServiceTestbed, notes: list[str], *, contained: bool) -> ServiceReport:
    framework = next((each.framework for each in tree.applications), None)
    if testbed.fork_refusal is not None:
        warm = ", from a process that has imported the libraries" if testbed.is_warm else ""
        notes.append(f"copies are started anew{warm}, not forked: {testbed.fork_refusal}")
    return ServiceReport(
        path=job.source,
        name=Path(job.source).name,
        framework=framework,
        command=testbed.start.command,
        python=job.python,
        start_s=round(testbed.declared.seconds, 3),
        forked=testbed.fork_refusal is None,
        contained=contained,
        notes=tuple(notes),
    )


def containment() -> tuple[bool, str]:
    """Whether this process is in the box, and why not if it is not."""
    told: Mapping[str, object] = json.loads(os.environ.get("CRASHWORTHY_BOX", "{}"))
    return bool(told.get("contained", False)), str(told.get("why", "started without the box"))
