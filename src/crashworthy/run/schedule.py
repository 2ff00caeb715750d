"""The order of experiments: suspected operations first, then what promises most for its time, in turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crashworthy.core.report import NotTried
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab

# An experiment that has used this much time promises half as much as before.
_PATIENCE_S = 5.0
_NO_TIME = "the budget left no time for it"


@dataclass
class _Queue:
    experiment: Experiment
    waiting: list[Candidate]
    spent_s: float = 0.0

    def promise(self) -> tuple[bool, float]:
        """Suspected ones before others; then priority per second, which falls as the experiment uses time up, so that
        every experiment has its turn, and what costs next to nothing need not wait for it.
        """
        candidate = self.waiting[0]
        return candidate.suspected, candidate.priority / candidate.estimate_s / (1 + self.spent_s / _PATIENCE_S)


@dataclass
class Schedule:
    """Hands out candidates until the budget ends; `left_out` tells what it could not hand out."""

    queues: list[_Queue]
    refused: list[NotTried] = field(default_factory=list)
    skipped: list[tuple[Experiment, Candidate, str]] = field(default_factory=list)

    @classmethod
    def of(cls, experiments: Sequence[Experiment], lab: Lab) -> Schedule:
        """All candidates of all experiments whose needs the testbed meets."""
        schedule = cls([])
        for experiment in experiments:
            lacking = experiment.needs - lab.testbed.capabilities
            if lacking:
                why = "the sensor cannot do this here: " + ", ".join(sorted(lacking))
                schedule.refused.append(NotTried(what=experiment.title, why=why))
                continue
            waiting = sorted(experiment.candidates(lab), key=lambda each: (each.suspected, each.priority), reverse=True)
            schedule.queues.append(_Queue(experiment, waiting))
        return schedule

    @property
    def left_out(self) -> tuple[NotTried, ...]:
        """What was not tried, one entry per experiment and reason."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for experiment, candidate, why in self.skipped:
            grouped.setdefault((experiment.title, why), []).append(" with ".join(candidate.operations))
        many = [NotTried(what=f"{title}: {', '.join(each)}", why=why) for (title, why), each in grouped.items()]
        return (*self.refused, *many)

    def __len__(self) -> int:
        return sum(len(queue.waiting) for queue in self.queues)

    @property
    def waiting_s(self) -> float:
        """How long all that waits will likely take."""
        return sum(candidate.estimate_s for queue in self.queues for candidate in queue.waiting)

    def take(self, lab: Lab) -> Iterator[tuple[Experiment, Candidate]]:
        """Candidates in the order to try them. Call `spent` after each."""
        while queue := self._next():
            candidate = queue.waiting.pop(0)
            if candidate.estimate_s > lab.left():
                self.skipped.append((queue.experiment, candidate, _NO_TIME))
                continue
            lab.crowded = candidate.estimate_s + self.waiting_s > lab.left()
            yield queue.experiment, candidate

    def spent(self, experiment: Experiment, seconds: float) -> None:
        """Tell how long a candidate took."""
        next(queue for queue in self.queues if queue.experiment is experiment).spent_s += seconds

    def abandon(self, why: str) -> None:
        """Nothing more will be tried."""
        for queue in self.queues:
            self.skipped += [(queue.experiment, candidate, why) for candidate in queue.waiting]
            queue.waiting.clear()

    def _next(self) -> _Queue | None:
        """The queue whose next candidate promises most for its time."""
        return max((queue for queue in self.queues if queue.waiting), key=_Queue.promise, default=None)
