"""A lane: another copy of the service in a box of its own, on which experiments go on beside those on the first.

The engine forks before it has threads, so that a lane shares the memory of all that is loaded and read by then.
"""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from crashworthy.core.events import Emit, Event
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.suspicion import Suspicion
from crashworthy.lab.box import linux
from crashworthy.lab.box.side import enter_side_box
from crashworthy.lab.experiments.experiment import Candidate
from crashworthy.lab.experiments.registry import EXPERIMENTS
from crashworthy.run.assemble import Mark, mark_of
from crashworthy.run.attempt import Attempt, Attempts, Conclusion
from crashworthy.run.folder import RunFolder, copy_source
from crashworthy.run.job import Job
from crashworthy.run.schedule import Turn
from crashworthy.run.stand import containment, open_stand
from crashworthy.source.reaching import with_operations
from crashworthy.source.tree import SourceTree

_READY = "ready"


@dataclass(frozen=True)
class Briefing:
    """What was learned on the first copy, as far as a lane needs it. `deadline` as in Lab."""

    operations: tuple[Operation, ...]
    playbook: Playbook
    suspicions: tuple[Suspicion, ...]
    deadline: float
    trial_s: float
    replay_trial_s: float
    quick_hashes: bool


@dataclass(frozen=True)
class _Order:
    """A turn, and the faults that are proven already."""

    experiment: str
    candidate: Candidate
    reserve_s: float
    crowded: bool
    proven: frozenset[Mark]


class LaneLostError(Exception):
    """The lane's process is gone."""


class Lane:
    """The engine's end of a lane."""

    def __init__(self, pid: int, connection: Connection) -> None:
        self._pid = pid
        self._connection = connection
        self._is_ended = False

    def begin(self, briefing: Briefing) -> None:
        """Have it start its copy of the service, and wait until that works. LaneLostError when it does not."""
        self._send(briefing)
        self._receive()

    def make(self, turn: Turn, proven: frozenset[Mark], conclude: Callable[[Conclusion], None], emit: Emit) -> Attempt:
        """Have it make an attempt, and wait for the end. LaneLostError when it is gone."""
        self._send(_Order(turn.experiment.id, turn.candidate, turn.reserve_s, turn.crowded, proven))
        while True:
            match self._receive():
                case Attempt() as attempt:
                    return attempt
                case Conclusion() as conclusion:
                    conclude(conclusion)
                case event:
                    emit(event)

    def end(self) -> None:
        """End its process; what that started ends with the box at the latest. May be called again."""
        if not self._is_ended:
            self._is_ended = True
            os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)

    def _send(self, message: object) -> None:
        try:
            self._connection.send(message)
        except OSError as gone:
            raise LaneLostError from gone

    def _receive(self) -> Any:
        try:
            return self._connection.recv()
        except (EOFError, OSError) as gone:
            raise LaneLostError from gone


def open_lanes(job: Job, tree: SourceTree, folder: RunFolder) -> list[Lane]:
    """The lanes that the job wants beside the first copy and the system allows; to be called before there are threads.

    None without the box: two copies would meet on the service's own port, its files in /tmp or its databases.
    """
    contained, _ = containment()
    lanes: list[Lane] = []
    if job.lanes < 2 or not contained or not folder.has_small_copy():
        return lanes
    try:
        lanes.extend(_open(job, tree, folder, number) for number in range(2, job.lanes + 1))
    except OSError:  # no space for another copy, or no process more: the first one is enough
        traceback.print_exc()
    return lanes


def _open(job: Job, tree: SourceTree, folder: RunFolder, number: int) -> Lane:
    own = RunFolder(folder.lanes / str(number))
    own.temporary.mkdir(parents=True)
    copy_source(folder.copy, own.copy)
    ours, theirs = Pipe()
    gc.freeze()  # a collection would write to every page that the processes share
    pid = os.fork()
    if pid:
        theirs.close()
        return Lane(pid, ours)
    try:
        ours.close()
        # Of a run, nobody but the engine hears a wish to stop; it ends this process.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        linux.die_with_parent(signal.SIGKILL)
        enter_side_box(own.service / "box-tmp")
        mine = job.model_copy(update={"run": f"{job.run}-{number}", "folder": str(own.path)})
        _work(mine, tree, own, folder, theirs, number)
    except BaseException:  # noqa: BLE001 - the run goes on without it; why is in the engine's log
        traceback.print_exc()
    finally:
        os._exit(1)


def _work(job: Job, tree: SourceTree, own: RunFolder, folder: RunFolder, connection: Connection, number: int) -> None:
    """Make the attempts that are ordered, until the other end is closed."""
    briefing: Briefing = connection.recv()
    tree = with_operations(tree, briefing.operations)
    known: set[Mark] = set()
    experiments = {experiment.id: experiment for experiment in EXPERIMENTS}

    def conclude(conclusion: Conclusion) -> None:
        history, judgement = conclusion.history, conclusion.judgement
        if conclusion.proof is not None:
            known.add(mark_of(history, judgement))
        counted = judgement.model_copy(update={"trials": judgement.trials or len(history.trials)})
        connection.send(Conclusion(history.model_copy(update={"trials": ()}), counted, conclusion.proof))

    def emit(event: Event) -> None:
        connection.send(event)

    with open_stand(job, tree, own, lambda _: None) as stand:
        lab = replace(
            stand.lab(job, tree, briefing.operations, deadline=briefing.deadline, emit=emit),
            playbook=briefing.playbook,
            suspicions=briefing.suspicions,
            trial_s=briefing.trial_s,
            replay_trial_s=briefing.replay_trial_s,
            quick_hashes=briefing.quick_hashes,
        )
        attempts = Attempts(lab, folder, job, lambda: frozenset(known), conclude, number)
        connection.send(_READY)
        while True:
            order: _Order = connection.recv()
            known |= order.proven
            turn = Turn(experiments[order.experiment], order.candidate, order.reserve_s, order.crowded)
            connection.send(attempts.make(turn))
