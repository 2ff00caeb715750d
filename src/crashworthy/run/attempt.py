"""One attempt on one candidate: run, saved, judged, and what it shows replayed; the same on each copy."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.events import ExperimentStarted, StageStarted
from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History
from crashworthy.core.proof import Proof
from crashworthy.core.report import ExperimentReport, NotTried
from crashworthy.lab.experiments.experiment import Experiment, Lab
from crashworthy.lab.proof.confirm import confirm
from crashworthy.run.assemble import Mark, mark_of
from crashworthy.run.folder import RunFolder
from crashworthy.run.job import Job
from crashworthy.run.schedule import Turn


@dataclass(frozen=True)
class Conclusion:
    """One judgement of a history, with its proof when it was replayed."""

    history: History
    judgement: Judgement
    proof: Proof | None = None


@dataclass(frozen=True)
class Attempt:
    """What became of a turn, and the seconds that it took, of which `proving_s` were for replays.

    Without a report the experiment itself could not be done, and `unfinished` says why.
    """

    seconds: float
    report: ExperimentReport | None = None
    unfinished: NotTried | None = None
    proofs: int = 0
    proving_s: float = 0.0


@dataclass
class Attempts:
    """Makes attempts in the lab of one lane. What each shows goes to `conclude`; `proven` tells what needs no proof."""

    lab: Lab
    folder: RunFolder
    job: Job
    proven: Callable[[], frozenset[Mark]]
    conclude: Callable[[Conclusion], None]
    lane: int = 1

    def make(self, turn: Turn) -> Attempt:
        """Run, save, judge, confirm. A failure of an experiment is ours: nothing is said of the service."""
        experiment, candidate = turn.experiment, turn.candidate
        self.lab.reserve_s, self.lab.crowded = turn.reserve_s, turn.crowded
        self.lab.emit(
            ExperimentStarted(experiment=experiment.id, weakness=candidate.weakness.id, operations=candidate.operations)
        )
        began = time.monotonic()
        try:
            history = experiment.run(candidate, self.lab)
        except CrashworthyError as problem:
            what = f"{experiment.id} on {', '.join(candidate.operations)}"
            return Attempt(time.monotonic() - began, unfinished=NotTried(what=what, why=problem.message))
        finally:
            self.lab.reserve_s = 0.0
        self.folder.save_history(history)
        judged, proofs = time.monotonic(), 0
        for judgement in experiment.judgements(history):
            if self.job.wants(judgement.weakness or history.weakness):
                proofs += self._conclude(experiment, history, judgement)
        ended = time.monotonic()
        report = ExperimentReport(
            experiment=experiment.id,
            weakness=history.weakness,
            operations=history.operations,
            status=experiment.judge(history).status,
            trials=len(history.trials),
            seconds=round(ended - began, 3),
            history=history.id,
            lane=self.lane,
        )
        return Attempt(ended - began, report, proofs=proofs, proving_s=ended - judged)

    def _conclude(self, experiment: Experiment, history: History, judgement: Judgement) -> bool:
        """Whether the judgement has a proof now. Only what replays from a fresh state is proven."""
        proof = None
        if judgement.status is Status.PROVEN and mark_of(history, judgement) not in self.proven():
            self.lab.emit(StageStarted(stage="proof", detail=judgement.title or history.weakness))
            proof = confirm(experiment, history, judgement, self.lab)
            if proof is None:
                no_time = self.lab.left() <= experiment.replay_s
                why = "seen, but the budget ended before" if no_time else "seen once, but not again when"
                why += f" it was replayed from a fresh state: {judgement.seen}"
                judgement = judgement.model_copy(update={"status": Status.UNKNOWN, "why": why})
        self.conclude(Conclusion(history, judgement, proof))
        return proof is not None
