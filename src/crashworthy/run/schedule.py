"""The order of experiments: what promises most for its time first, and a turn for every experiment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crashworthy.core.report import NotTried
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab


@dataclass
class _Queue:
    experiment: Experiment
    waiting: list[Candidate]
    spent_s: float = 0.0

    def promise(self) -> float:
        """Priority per second, which falls as the experiment uses time up, so that every experiment has its turn."""
        candidate = self.waiting[0]
        return candidate.priority / (self.spent_s + candidate.estimate_s)


@dataclass
class Schedule:
    """Hands out candidates until the budget ends; what it could not hand out is in `left_out`."""

    queues: list[_Queue]
    left_out: list[NotTried] = field(default_factory=list)

    @classmethod
    def of(cls, experiments: Sequence[Experiment], lab: Lab) -> Schedule:
        """All candidates of all experiments whose needs the testbed meets."""
        queues = []
        left_out = []
        for experiment in experiments:
            lacking = experiment.needs - lab.testbed.capabilities
            if lacking:
                why = "the sensor cannot do this here: " + ", ".join(sorted(lacking))
                left_out.append(NotTried(what=experiment.title, why=why))
                continue
            waiting = sorted(experiment.candidates(lab), key=lambda candidate: -candidate.priority)
            queues.append(_Queue(experiment, waiting))
        return cls(queues, left_out)

    def __len__(self) -> int:
        return sum(len(queue.waiting) for queue in self.queues)

    def take(self, lab: Lab) -> Iterator[tuple[Experiment, Candidate]]:
        """Candidates in the order to try them. Call `spent` after each."""
        while queue := self._next():
            candidate = queue.waiting.pop(0)
            if candidate.estimate_s > lab.left():
                why = f"needs about {candidate.estimate_s:.0f} s and {max(lab.left(), 0):.0f} s of the budget were left"
                self.left_out.append(NotTried(what=_describe(queue.experiment, candidate), why=why))
                continue
            yield queue.experiment, candidate

    def spent(self, experiment: Experiment, seconds: float) -> None:
        """Tell how long a candidate took."""
        next(queue for queue in self.queues if queue.experiment is experiment).spent_s += seconds

    def abandon(self, why: str) -> None:
        """Nothing more will be tried."""
        for queue in self.queues:
            self.left_out += [NotTried(what=_describe(queue.experiment, item), why=why) for item in queue.waiting]
            queue.waiting.clear()

    def _next(self) -> _Queue | None:
        """The queue whose next candidate promises most for its time."""
        return max((queue for queue in self.queues if queue.waiting), key=_Queue.promise, default=None)


def _describe(experiment: Experiment, candidate: Candidate) -> str:
    return f"{experiment.id}: {candidate.weakness.title} ({', '.join(candidate.operations)})"
