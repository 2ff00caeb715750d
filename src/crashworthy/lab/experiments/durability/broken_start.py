"""The first start of all is killed in the middle; does the service work on what that leaves?

After each break a new process is started, and the ways to the first operations are gone. It is held against the service
that no process starts, or that a way ends in a server error, where both go well after a first start that was not broken
off. What a process prints when it ends, and which request failed, is kept as events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, SensorEvent, Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.episode import START_FAILED
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, Stage, of_part, replayed
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.player import Player
from crashworthy.weaknesses.durability import HALF_MADE

WHOLE, BROKEN = "a whole first start", "a first start that was killed"
WRITE = "write"
"""Setting: before which write of the start the process is killed."""

_MOST_WRITES = 6
_MOST_WAYS = 4
_PRIORITY, _ESTIMATE_S = 10.0, 4.0
_SERVER_ERROR = 500


class BrokenStart(Experiment):
    """One candidate: the first start."""

    id = "broken-start"
    title = "A first start that is killed in the middle"
    weaknesses = (HALF_MADE,)
    needs = frozenset({Capability.REQUESTS, Capability.SQL})
    replay_s = 2.5

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """See the class."""
        why = "it may make tables when it starts"
        return [Candidate(HALF_MADE, (), why, priority=_PRIORITY, estimate_s=_ESTIMATE_S)] if _ways(lab) else []

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A whole start, and starts that are killed before the second write, the third, and so on."""
        recorder = Recorder(lab, self.id)
        scenario = Scenario(attack=tuple(step for way in _ways(lab) for step in way.steps))
        try:
            if not _fails(_play(scenario, recorder)):
                for write in range(2, _MOST_WRITES + 1):
                    trial = _play(scenario.model_copy(update={"settings": {WRITE: write}}), recorder)
                    if trial is None or _fails(trial):
                        break
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """PROVEN when the service does not start, or not work, on what a broken start left."""
        whole = next((trial for trial in history.trials if trial.purpose == WHOLE), None)
        broken = [trial for trial in history.trials if trial.purpose == BROKEN]
        if whole is None or _fails(whole):
            return unproven(history, Status.UNKNOWN, "its ways do not work after a first start")
        shown = next((trial for trial in broken if _fails(trial)), None)
        if shown is None:
            tried = f"killed {len(broken)} times in the middle of its first start, it worked after the next"
            return unproven(
                history, Status.HELD, tried if broken else "it writes nothing, or one thing, when it starts"
            )
        return Judgement(
            status=Status.PROVEN,
            severity=HALF_MADE.severity,
            title="The service does not work after a first start that was killed in the middle",
            expected="it makes what is missing at the next start, or says so",
            seen=f"{_fails(shown)}, after the first start was killed before write {shown.scenario.settings.get(WRITE)}",
            trial=shown.id,
            scenario=shown.scenario,
            location=next(
                (event.location for event in shown.events if event.location and event.kind == "exception"), None
            ),
            trials=len(history.trials),
            root="start",
        )

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The whole start, and the broken one."""

        def play(scenario: Scenario, recorder: Recorder) -> None:
            _play(scenario.model_copy(update={"settings": {}}), recorder)
            _play(scenario, recorder)

        return replayed(self.id, history, judgement, lab, play)


def _ways(lab: Lab) -> list[Way]:
    """Short ways that need nobody's login."""
    ways = [way for each in lab.operations if (way := lab.playbook.way(each.name)) is not None]
    return sorted(ways, key=lambda way: len(way.steps))[:_MOST_WAYS]


def _play(scenario: Scenario, recorder: Recorder) -> Trial | None:
    """A first start, broken off where the scenario says so, the next one, and the ways.

    None where it was not killed, and where a whole one ended by itself.
    """
    if recorder.left() <= 0:
        raise OutOfTimeError
    testbed = recorder.lab.testbed
    write = scenario.settings.get(WRITE)
    if isinstance(write, int):
        if not testbed.break_start(write):
            return None
    elif any(output is not None for output in testbed.start_together(1)):
        return None
    purpose = BROKEN if isinstance(write, int) else WHOLE
    try:
        with testbed.again() as instance:
            player = Player(instance.base_url, sensor=True, timeout_s=15.0)
            stage = Stage(scenario=scenario, purpose=purpose, instance=instance, player=player, lab=recorder.lab)
            stage.exchanges += player.play(scenario.attack, "attack").exchanges
            stage.collect()
        return recorder.keep(replace(stage, order=tuple(range(len(scenario.attack)))))
    except CrashworthyError as error:
        failed = SensorEvent(at=0.0, kind=START_FAILED, data={"message": error.message})
        number = len(recorder.trials) + 1
        return recorder.add(
            Trial(id=f"{purpose}-{number}", purpose=purpose, scenario=scenario, events=(failed,), crashed=True)
        )


def _fails(trial: Trial | None) -> str:
    """What went wrong, "" for nothing."""
    if trial is None:
        return ""
    failed = next((event for event in trial.events if event.kind == START_FAILED), None)
    if failed is not None:
        return f"no process starts ({str(failed.data.get('message'))[:200]})"
    for exchange in of_part(trial, "attack"):
        if exchange.response is not None and exchange.response.status >= _SERVER_ERROR:
            return f"{exchange.response.status} to {exchange.operation}"
    return ""
