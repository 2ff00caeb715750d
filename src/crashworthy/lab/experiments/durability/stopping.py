"""The service is told to stop while a request is under way.

A request is slowed down inside the service, SIGTERM comes in the middle, and the answer is waited for. It is held
against the service only where the process ended meanwhile, without an answer, and where the same slow request is
answered without the signal. A service that handles SIGTERM itself has chosen, and proves it; elsewhere the web server
that it is declared to run with finishes what it has begun, or does not, which is suspected and shown.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.testbed import Capability
from crashworthy.source.signals import handled
from crashworthy.source.tree import SourceTree
from crashworthy.weaknesses.durability import CUT_OFF_AT_STOP

SLOW, STOPPED = "slowed down", "told to stop in the middle"
SENT, ENDED = "sigterm", "ended"
"""Kinds of events that this experiment adds to its trials: the signal was sent, the process had ended."""

_PRIORITY, _ESTIMATE_S, _WAITS_S = 30.0, 4.0, 3.0
_SUSPECTED, _OF_THE_SERVER = 60.0, 5.0
_LINE_MS = 250
_DONE = 0.6
"""The part of the request that is over when the signal comes: by then the service knows of it."""
_LEAST_S = 0.5
_ENDS_WITHIN_S = 3.0
"""After what is left of the request."""
_MOST = 2
_COMMAND = "command"


class Stopping(Experiment):
    """Two operations that change something where the service's own code handles SIGTERM, one where its server does."""

    id = "stopping"
    title = "SIGTERM while a request is under way"
    weaknesses = (CUT_OFF_AT_STOP,)
    needs = frozenset({Capability.REQUESTS})
    replay_s = 4.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """See the class."""
        place = next(_places(lab.tree), None)
        if place is None and not lab.testbed.declared_command:
            return []
        suspected = any(each.weakness == CUT_OFF_AT_STOP.id for each in lab.suspicions)
        reached = [each for each in lab.operations if not each.is_safe and each.name in lab.playbook.reached]
        return [
            Candidate(
                CUT_OFF_AT_STOP,
                (operation.name,),
                "the service handles SIGTERM itself" if place else "its server may end at once",
                priority=_SUSPECTED if suspected else _PRIORITY if place else _OF_THE_SERVER,
                estimate_s=_ESTIMATE_S,
                waits_s=_WAITS_S,
                location=place,
                suspected=suspected,
            )
            for operation in reached[: _MOST if place else 1]
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """The slow request alone, and with the signal in the middle."""
        recorder = Recorder(lab, self.id)
        way = lab.playbook.way(candidate.operations[0])
        if way is not None:
            try:
                _both(Scenario(setup=way.steps[:-1], attack=way.steps[-1:]), recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate, {} if candidate.location else {_COMMAND: lab.testbed.declared_command})

    def judge(self, history: History) -> Judgement:
        """PROVEN when the process ended without an answer to what it had begun, SUSPECTED when its server did that."""
        slow, stopped = (
            next((trial for trial in history.trials if trial.purpose == purpose), None) for purpose in (SLOW, STOPPED)
        )
        if slow is None or not all(each.done for each in slow.exchanges) or _took_s(slow) < _LEAST_S:
            return unproven(history, Status.HELD, "the request could not be made to last")
        if stopped is None:
            return unproven(history, Status.UNKNOWN, "it was not told to stop")
        at = {event.kind: event.at for event in stopped.events if event.kind in (SENT, ENDED)}
        under_way = of_part(stopped, "attack")
        if SENT not in at or not under_way or not under_way[0].started < at[SENT] < under_way[0].ended:
            return unproven(history, Status.UNKNOWN, "the request was not under way when it was told to stop")
        if ENDED not in at or under_way[0].response is not None:
            return unproven(history, Status.HELD, "what was under way was answered")
        command = history.settings.get(_COMMAND)
        return Judgement(
            status=Status.SUSPECTED if command else Status.PROVEN,
            why=f"it was made to happen, but is what the server of `{command}` does by itself" if command else "",
            severity=CUT_OFF_AT_STOP.severity,
            title=f"{history.operations[0]} is cut off when the service is told to stop",
            expected=f"an answer, {_took_s(slow):.1f} s after the request as without the signal, and then the end",
            seen=f"{under_way[0].error}: the process ended {at[ENDED] - at[SENT]:.1f} s after SIGTERM",
            trial=stopped.id,
            scenario=stopped.scenario,
            location=history.location,
            trials=len(history.trials),
            root="stop",
        )

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """Both again."""
        return replayed(self.id, history, judgement, lab, _both)


def _places(tree: SourceTree) -> Iterator[Location]:
    for file in tree.files:
        for call, _ in handled(file.tree):
            yield Location(file=file.path, line=call.lineno)


def _both(scenario: Scenario, recorder: Recorder) -> None:
    slow_s = _took_s(_play(scenario, recorder, SLOW))
    if slow_s >= _LEAST_S:
        _play(scenario, recorder, STOPPED, slow_s * _DONE)


def _play(scenario: Scenario, recorder: Recorder, purpose: str, after_s: float | None = None) -> Trial:
    """The request with rests at the lines of the service's own code; SIGTERM after so many seconds of it."""
    line: dict[str, Json] = {"seed": 1, "max_ms": _LINE_MS, "share": 1.0}
    with recorder.copy(scenario, purpose) as stage, ThreadPoolExecutor(1) as pool:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        plan: dict[str, Json] = {"line": line}
        playing = pool.submit(stage.player.play, scenario.attack, "attack", known.variables, plan=plan)
        marks: list[SensorEvent] = []
        if after_s is not None:
            time.sleep(after_s)
            marks.append(_mark(SENT, stage.player.origin))
            stage.instance.signal(signal.SIGTERM)
            if stage.instance.wait(after_s + _ENDS_WITHIN_S) is not None:
                marks.append(_mark(ENDED, stage.player.origin))
        stage.exchanges += playing.result().exchanges
        stage.collect()
    return recorder.keep(replace(stage, events=[*stage.events, *marks], crashed=False))


def _mark(kind: str, origin: float) -> SensorEvent:
    return SensorEvent(at=round(time.monotonic() - origin, 6), kind=kind)


def _took_s(trial: Trial) -> float:
    return sum(each.ended - each.started for each in of_part(trial, "attack"))
