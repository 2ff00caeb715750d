"""A lab around one tiny service, as a run would build it, without the box."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from crashworthy.core.suspicion import Suspicion
from crashworthy.lab.databases.needs import DatabaseNeeds, PostgresAccess
from crashworthy.lab.databases.own import OwnDatabases
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.sensor.inject import injection
from crashworthy.lab.sensor.receiver import Receiver
from crashworthy.lab.service.plan import ServicePlan, StartKind, StartPlan
from crashworthy.lab.service.testbed import open_testbed
from crashworthy.lab.standin.server import StandIns
from crashworthy.lab.testbed import Capability
from crashworthy.source.parse import parse_folder
from sick_services.catalog import FOLDER, Api

_MEMORY = Path("/dev/shm")


@contextlib.contextmanager
def open_lab(
    file: Path,
    framework: str,
    api: Api,
    *,
    seed: int = 0,
    budget_s: float = 120.0,
    suspicions: tuple[Suspicion, ...] = (),
    may_fork: bool = True,
    postgresql: bool = False,
    redis: bool = False,
    idempotent: tuple[str, ...] = (),
    workers: int = 1,
    start: StartPlan | None = None,
) -> Iterator[Lab]:
    """The service in `file` (its `app`, if `start` says nothing else), started in a folder of its own."""
    # In memory, as in a run; and a socket's path may not be long, which pytest's own folders are.
    base = _MEMORY if os.access(_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="cw-", dir=base) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        root = folder / "copy"
        root.mkdir()
        shutil.copy(file, root / "app.py")
        receiver = stack.enter_context(Receiver(folder / "sensor.sock"))
        stand_in = stack.enter_context(StandIns(seed=seed))
        stand_in.ask_for_names(receiver.resolve_slot)
        needs = DatabaseNeeds(postgresql=postgresql, accesses=(PostgresAccess("app", "app"),), redis=redis)
        databases = stack.enter_context(OwnDatabases(needs, folder, emit=lambda _event: None))
        given = injection(
            folder,
            root=root,
            socket=receiver.path,
            standin=f"127.0.0.1:{stand_in.port}",
            allow=databases.allowed,
            run_id=folder.name,
        )
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **given}
        if databases.postgresql:
            environment["DATABASE_URL"] = f"postgresql://app:any@{databases.postgresql}/app"
        if databases.redis:
            environment["REDIS_URL"] = f"redis://{databases.redis}/0"
        plan = ServicePlan(
            root=root,
            starts=(start or start_of(framework),),
            run_id=folder.name,
            python=Path(sys.executable),
            environment=environment,
            states=databases.states,
            sensor=receiver,
            stand_in=stand_in,
            may_fork=may_fork,
        )
        testbed = stack.enter_context(open_testbed(plan, folder, lambda _event: None))
        yield Lab(
            testbed=testbed,
            tree=parse_folder(root),
            operations=api.operations,
            playbook=api.playbook,
            suspicions=suspicions,
            seed=seed,
            deadline=time.monotonic() + budget_s,
            emit=lambda _event: None,
            idempotent=idempotent,
            workers=workers,
            quick_hashes=Capability.REQUESTS in testbed.capabilities,
        )


def start_of(framework: str) -> StartPlan:
    """The application of a framework; without one, the file is a script that serves."""
    if framework == "stdlib":
        return StartPlan(StartKind.SCRIPT, words=("app.py",))
    return StartPlan(StartKind.OBJECT, framework=framework, target="app:app")


def service_file(weakness: str, name: str) -> Path:
    return FOLDER / weakness / f"{name}.py"


def candidate_for(experiment: Experiment, lab: Lab, operation: str | tuple[str, ...] | None) -> Candidate:
    wanted = operation if isinstance(operation, tuple) else (operation,) if operation else ()
    return next(each for each in experiment.candidates(lab) if each.operations == wanted)
