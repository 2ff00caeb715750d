"""The order of experiments: suspected operations first, then what promises most for its time, in turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from crashworthy.core.report import NotTried
from crashworthy.lab.experiments.experiment import USUAL_TRIAL_S, Candidate, Experiment, Lab
from crashworthy.lab.proof.confirm import REPLAYS

# An experiment that has used this much time since it last showed a fault promises half as much.
_PATIENCE_S = 5.0
# Of an experiment's time, this much must be seen before its own pace counts as much as what was guessed.
_GUESS_S = 4.0
_MOST_GUESSED = 4.0
# Suspected operations of an experiment go first until it has used its share of the time, or this part of all of it.
_LEAST_SHARE = 0.3
# All suspected operations together go first in this part of the time: nobody suspects what no rule can see.
_SUSPECTED_SHARE = 0.6
# Experiments keep some seconds of what they are given for the end of their trials.
_SLACK_S = 3.0
_TRIALS_PER_REPLAY = 2
_NO_TIME = "the budget left no time for it"


@dataclass
class _Queue:
    """What an experiment waits to try, and how its estimates have turned out on this service."""

    experiment: Experiment
    waiting: list[Candidate]
    pace: float
    """How many times longer than on a quick service its trials were guessed to take."""
    extra_replay_s: float = 0.0
    spent_s: float = 0.0
    in_vain_s: float = 0.0
    tried_s: float = 0.0
    estimated_s: float = 0.0
    proofs: int = 0
    proving_s: float = 0.0
    under_way: int = 0

    def expected_s(self, candidate: Candidate) -> float:
        """The estimate at the pace seen so far; what is waited for takes as long on any service."""
        pace = (self.pace * _GUESS_S + self.tried_s) / (_GUESS_S + self.estimated_s)
        return candidate.waits_s + (candidate.estimate_s - candidate.waits_s) * pace

    def reserve_s(self, candidate: Candidate) -> float:
        """Seconds that must be left after the trials, so that what they show can be replayed."""
        if candidate.proof_s is not None:
            return candidate.proof_s
        guessed = REPLAYS * (self.experiment.replay_s + self.extra_replay_s)
        return min(guessed, self.proving_s / self.proofs) if self.proofs else guessed

    def promise(self, share_s: float) -> tuple[bool, bool, float]:
        """Suspected ones before others, within the share, and the first of an experiment before the second of another.

        Then priority per second, which falls as time is used in vain: so every experiment has its turn, and what costs
        next to nothing need not wait for it.
        """
        candidate = self.waiting[0]
        value = candidate.priority / self.expected_s(candidate) / (1 + self.in_vain_s / _PATIENCE_S)
        suspected = candidate.suspected and self.spent_s < share_s
        return suspected, suspected and not self.spent_s and not self.under_way, value

    def tried(self, candidate: Candidate, seconds: float, proofs: int, proving_s: float) -> None:
        self.spent_s += seconds
        self.in_vain_s = 0.0 if proofs else self.in_vain_s + seconds
        self.proofs += proofs
        self.proving_s += proving_s
        # One that was refused at once, or waited for long, tells nothing of the pace beyond its own estimate.
        self.tried_s += max(0.0, seconds - proving_s - candidate.waits_s)
        self.estimated_s += candidate.estimate_s - candidate.waits_s


@dataclass(frozen=True)
class Turn:
    """What to try next.

    `reserve_s` is to be left after the trials, so that what they show can still be replayed. `crowded` says that the
    time is hardly enough for all that waits.
    """

    experiment: Experiment
    candidate: Candidate
    reserve_s: float
    crowded: bool


@dataclass
class Schedule:
    """Hands out turns until the budget ends; `left_out` tells what it could not hand out.

    `lanes` is how many copies of the service are experimented on side by side.
    """

    queues: list[_Queue]
    lanes: int = 1
    refused: list[NotTried] = field(default_factory=list)
    skipped: list[tuple[Experiment, Candidate, str]] = field(default_factory=list)
    share_s: float = 0.0
    suspected_s: float = 0.0
    """Time left for suspected operations to go first."""
    _late: list[tuple[_Queue, Candidate]] = field(default_factory=list)
    _under_way: list[Turn] = field(default_factory=list)

    @classmethod
    def of(
        cls, experiments: Sequence[Experiment], lab: Lab, is_wanted: Callable[[Candidate], bool] = lambda _: True
    ) -> Schedule:
        """All wanted candidates of all experiments whose needs the testbed meets."""
        schedule = cls([])
        # Slow set-ups are played once where they can be kept: trials slow down less than a set-up alone.
        pace = min(max(lab.trial_s / USUAL_TRIAL_S, 1.0) ** 0.5, _MOST_GUESSED)
        extra = _TRIALS_PER_REPLAY * max(0.0, lab.replay_trial_s - USUAL_TRIAL_S)
        for experiment in experiments:
            lacking = experiment.needs - lab.testbed.capabilities
            if lacking:
                why = "the sensor cannot do this here: " + ", ".join(sorted(lacking))
                schedule.refused.append(NotTried(what=experiment.title, why=why))
                continue
            waiting = [each for each in experiment.candidates(lab) if is_wanted(each)]
            waiting.sort(key=lambda each: (each.suspected, each.priority), reverse=True)
            schedule.queues.append(_Queue(experiment, waiting, pace, extra))
        schedule.spread(lab.left(), lanes=1)
        return schedule

    def spread(self, left_s: float, lanes: int) -> None:
        """From now on so many copies share the work of the time that is left."""
        self.lanes = lanes
        self.suspected_s = left_s * lanes * _SUSPECTED_SHARE
        self.share_s = left_s * lanes * max(_LEAST_SHARE, 1 / max(1, len(self.queues)))

    @property
    def left_out(self) -> tuple[NotTried, ...]:
        """What was not tried, one entry per experiment and reason."""
        grouped: dict[tuple[str, str], list[str]] = {}
        for experiment, candidate, why in self.skipped:
            grouped.setdefault((experiment.title, why), []).append(" with ".join(candidate.operations))
        many = [
            NotTried(what=f"{title}: {names}" if (names := ", ".join(filter(None, each))) else title, why=why)
            for (title, why), each in grouped.items()
        ]
        return (*self.refused, *many)

    def __len__(self) -> int:
        return sum(len(queue.waiting) for queue in self.queues)

    @property
    def waiting_s(self) -> float:
        """How long all that waits will likely take."""
        return sum(queue.expected_s(candidate) for queue, candidate in self._all())

    def turn(self, left_s: float) -> Turn | None:
        """What to try next in a time of `left_s`, None when nothing is left. Call `spent` after it.

        A candidate is begun only when what it may show can still be replayed. In the end come those that may still show
        that nothing happens: only what there is no time for at all is left out.
        """
        while queue := self._next(left_s):
            candidate = queue.waiting.pop(0)
            expected, reserve = queue.expected_s(candidate), queue.reserve_s(candidate)
            if expected + _SLACK_S + reserve > left_s:
                self._late.append((queue, candidate))
                continue
            # Who takes his time takes about twice as much, and the others' replays must still fit.
            others_s = self.waiting_s / self.lanes
            others_s += max((other.reserve_s(each) for other, each in self._all()), default=0.0)
            return self._begin(queue, candidate, reserve, crowded=2 * expected + reserve + others_s > left_s)
        while self._late:
            queue, candidate = self._late.pop(0)
            spare = left_s - queue.expected_s(candidate) - _SLACK_S
            if spare >= 0:
                return self._begin(queue, candidate, min(spare, queue.reserve_s(candidate)), crowded=True)
            self.skipped.append((queue.experiment, candidate, _NO_TIME))
        return None

    def _begin(self, queue: _Queue, candidate: Candidate, reserve_s: float, *, crowded: bool) -> Turn:
        turn = Turn(queue.experiment, candidate, reserve_s, crowded)
        queue.under_way += 1
        self._under_way.append(turn)
        return turn

    def _all(self) -> Iterator[tuple[_Queue, Candidate]]:
        return ((queue, candidate) for queue in self.queues for candidate in queue.waiting)

    def spent(self, turn: Turn, seconds: float, *, proofs: int = 0, proving_s: float = 0.0) -> None:
        """Tell how long a turn took in all, and of that its attempts to prove what it showed."""
        queue = next(queue for queue in self.queues if queue.experiment is turn.experiment)
        queue.under_way -= 1
        self._under_way.remove(turn)
        queue.tried(turn.candidate, seconds, proofs, proving_s)
        self.suspected_s -= seconds if turn.candidate.suspected else 0.0

    def give_back(self, turn: Turn) -> None:
        """The copy that had this turn is lost: another one is to have it."""
        queue = next(queue for queue in self.queues if queue.experiment is turn.experiment)
        queue.under_way -= 1
        self._under_way.remove(turn)
        queue.waiting.insert(0, turn.candidate)

    @property
    def is_under_way(self) -> bool:
        """Whether somebody has a turn at present."""
        return bool(self._under_way)

    def abandon(self, why: str, why_unfinished: str) -> None:
        """Nothing more will be tried, and what is under way will not be finished."""
        for queue in self.queues:
            self.skipped += [(queue.experiment, candidate, why) for candidate in queue.waiting]
            queue.waiting.clear()
        self.skipped += [(queue.experiment, candidate, why) for queue, candidate in self._late]
        self._late.clear()
        self.skipped += [(turn.experiment, turn.candidate, why_unfinished) for turn in self._under_way]
        self._under_way.clear()

    def _next(self, left_s: float) -> _Queue | None:
        """The queue whose next candidate promises most for its time.

        An experiment that has had no turn yet goes first when its suspected operation would not fit afterwards.
        """
        waiting = [queue for queue in self.queues if queue.waiting]
        share_s = self.share_s if self.suspected_s > 0 else 0.0
        best = max(waiting, key=lambda queue: queue.promise(share_s), default=None)
        if best is None:
            return None
        after_s = left_s - _need_s(best)
        last_chance = [queue for queue in waiting if queue.waiting[0].suspected and after_s < _need_s(queue) <= left_s]
        return max((queue for queue in last_chance if not queue.spent_s), key=_need_s, default=best)


def _need_s(queue: _Queue) -> float:
    return queue.expected_s(queue.waiting[0]) + _SLACK_S + queue.reserve_s(queue.waiting[0])
