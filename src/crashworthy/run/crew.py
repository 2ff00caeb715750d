"""A schedule shared out among the first copy of the service, and the lanes beside it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

from crashworthy.lab.experiments.experiment import Lab
from crashworthy.run.assemble import Mark
from crashworthy.run.attempt import Attempt, Conclusion
from crashworthy.run.lane import Briefing, Lane, LaneLostError
from crashworthy.run.schedule import Schedule, Turn

# Less work than this is done before another copy has started.
_WORTH_A_LANE_S = 10.0
_LOOK_S = 0.02
_LEAVE_S = 2.0


class Crew:
    """Hands out turns until there are none. What it is given to call is called from several threads."""

    def __init__(
        self,
        lab: Lab,
        schedule: Schedule,
        *,
        proven: Callable[[], frozenset[Mark]],
        conclude: Callable[[Conclusion], None],
        finished: Callable[[Attempt], None],
        note: Callable[[str], None],
    ) -> None:
        self._lab = lab
        self._schedule = schedule
        self._proven = proven
        self._conclude = conclude
        self._finished = finished
        self._note = note
        self._lock = threading.Lock()
        self._lanes: Sequence[Lane] = ()
        self._threads: list[threading.Thread] = []
        self._is_over = False

    def call(self, lanes: Sequence[Lane]) -> None:
        """Let lanes take part, each as soon as its copy has started, if there is enough to do."""
        if not lanes or min(self._schedule.waiting_s, self._lab.left()) < _WORTH_A_LANE_S:
            return
        self._lanes = lanes
        self._schedule.spread(self._lab.left(), 1 + len(lanes))
        for lane in lanes:
            self._threads.append(threading.Thread(target=self._drive, args=(lane,), name="lane", daemon=True))
            self._threads[-1].start()

    def work(self, make: Callable[[Turn], Attempt]) -> None:
        """Take turns on the first copy, until there are none and the lanes have finished theirs."""
        while True:
            turn = self._turn()
            if turn is not None:
                self._done(turn, make(turn))
            elif self._schedule.is_under_way:
                time.sleep(_LOOK_S)
            else:
                return

    def dismiss(self) -> None:
        """End the lanes, also in the middle of something."""
        self._is_over = True
        for lane in self._lanes:
            lane.end()
        for thread in self._threads:
            thread.join(_LEAVE_S)

    def _drive(self, lane: Lane) -> None:
        turn: Turn | None = None
        try:
            lane.begin(self._briefing())
            while turn := self._turn():
                self._done(turn, lane.make(turn, self._proven(), self._conclude, self._lab.emit))
        except LaneLostError:
            if self._is_over:
                return
            with self._lock:
                if turn is not None:
                    self._schedule.give_back(turn)
                self._schedule.lanes -= 1
            self._note("another copy of the service, beside the first, did not start or ended; why is in engine.log")

    def _briefing(self) -> Briefing:
        lab = self._lab
        return Briefing(
            operations=lab.operations,
            playbook=lab.playbook,
            suspicions=lab.suspicions,
            deadline=lab.deadline,
            trial_s=lab.trial_s,
            replay_trial_s=lab.replay_trial_s,
            quick_hashes=lab.quick_hashes,
        )

    def _turn(self) -> Turn | None:
        with self._lock:
            return None if self._is_over else self._schedule.turn(self._lab.left())

    def _done(self, turn: Turn, attempt: Attempt) -> None:
        with self._lock:
            self._schedule.spent(turn, attempt.seconds, proofs=attempt.proofs, proving_s=attempt.proving_s)
        self._finished(attempt)
