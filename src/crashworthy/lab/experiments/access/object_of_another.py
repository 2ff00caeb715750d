"""Object of another: A makes an object, and B and nobody try each operation that takes its id."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.finding import Judgement
from crashworthy.core.history import History
from crashworthy.core.value import Json
from crashworthy.lab.experiments.access.callers import credentials
from crashworthy.lab.experiments.access.crossing import crossing, fillings, play, scenario
from crashworthy.lab.experiments.access.judge_objects import DEMANDS, judge_objects
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part, replayed
from crashworthy.lab.traffic.session import succeeded
from crashworthy.weaknesses.access import OBJECT_OF_ANOTHER

SCAN, ATTACK = "scan", "attack"

_MOST_FILLINGS = 3
_SUSPECTED = 90.0
_CHANGING = 60.0
_READING = 50.0
_ESTIMATE_S = 1.0
_LIMIT_S = 15.0


class ObjectOfAnother(Experiment):
    """One fresh copy per operation: nobody and B go for A's object, and A looks at it before and after."""

    id = "object-of-another"
    title = "B and nobody try what belongs to A"
    weaknesses = (OBJECT_OF_ANOTHER,)

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Every operation that was reached by A and takes something that A made."""
        suspected = {
            name: each for each in lab.suspicions if each.weakness == OBJECT_OF_ANOTHER.id for name in each.operations
        }
        found = []
        for operation in lab.operations:
            way = lab.playbook.way(operation.name, "A")
            if way is None or crossing(way) is None:
                continue
            suspicion = suspected.get(operation.name)
            found.append(
                Candidate(
                    weakness=OBJECT_OF_ANOTHER,
                    operations=(operation.name,),
                    why=suspicion.message if suspicion else "takes the id of what a user made",
                    priority=_SUSPECTED if suspicion else _READING if operation.is_safe else _CHANGING,
                    estimate_s=_ESTIMATE_S,
                    location=suspicion.location if suspicion else lab.handler(operation.name),
                    suspected=suspicion is not None,
                )
            )
        return found

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Nobody first, then B; who is let in is tried again alone, so that the history shows his request only."""
        recorder = Recorder(lab, self.id, limit_s=_LIMIT_S)
        way = lab.playbook.way(candidate.operations[0], "A")
        cross = crossing(way) if way is not None else None
        if cross is not None:
            plan = scenario(cross, lab)
            try:
                for attempt in cross.attempts:
                    trial = play(plan.model_copy(update={"attack": (attempt,)}), SCAN, recorder)
                    if attempt.method != "GET" and any(succeeded(each) for each in of_part(trial, "attack")):
                        break
                if cross.other is not None and cross.own.method == "GET":
                    for filling in [*fillings(cross, lab, plan.setup)][:_MOST_FILLINGS]:
                        play(plan.model_copy(update={"attack": (filling, cross.other)}), SCAN, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        settings: dict[str, Json] = {DEMANDS: demands_identity(lab)}
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """See `judge_objects`."""
        return judge_objects(history)

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The same play with the one request."""
        return replayed(self.id, history, judgement, lab, lambda plan, recorder: play(plan, ATTACK, recorder))


def demands_identity(lab: Lab) -> bool:
    """Whether a way to some operation shows a credential: the driver shows one only where it was refused without."""
    return any(credentials(way.steps[-1]) for way in lab.playbook.ways)
