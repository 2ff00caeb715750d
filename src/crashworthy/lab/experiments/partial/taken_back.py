"""A call takes effect and its answer is lost; then what it was for is cancelled: is the call taken back as well?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import Exchange, History, Trial
from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.core.scenario import DependencyFault, Scenario
from crashworthy.lab.experiments import episode
from crashworthy.lab.experiments.compared import unproven
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.effects import Call, calls, undoes
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.partial.points import recorded_before_call
from crashworthy.lab.experiments.places import handler_of, handler_settings
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.testbed import Capability
from crashworthy.lab.traffic.template import placeholders
from crashworthy.weaknesses.partial import UNRECORDED_CALL

ANSWERED = "done and taken back"
LOST = "done, its answer lost, and taken back"

_CHANGING = frozenset({"POST", "PUT", "PATCH"})
_PRIORITY = 30.0
_ESTIMATE_S = 1.0
_SETTLE_S = 2.0
_MOST = 6


class TakenBack(Experiment):
    """Lose the answer to a call of the first request, and let a second one take back what the first was for."""

    id = "taken-back"
    title = "What is taken back after the answer to a call was lost"
    weaknesses = (UNRECORDED_CALL,)
    needs = frozenset({Capability.REQUESTS})
    replay_s = 6.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """Two operations on one object, the second of which takes something back by its name."""
        if not (lab.tree.outbound or lab.testbed.dependencies):
            return []
        return [
            Candidate(
                UNRECORDED_CALL,
                (done.name, undone.name),
                "may forget what has to be taken back",
                priority=_PRIORITY,
                estimate_s=_ESTIMATE_S,
                waits_s=_SETTLE_S,
            )
            for done, undone in [*_pairs(lab)][:_MOST]
        ]

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Both without a fault, twice; where that calls and takes back, both with the answer lost."""
        recorder = Recorder(lab, self.id)
        settings = handler_settings(lab.operation(candidate.operations[0]))
        scenario = _scenario(candidate.operations, lab)
        if scenario is not None:
            try:
                trial = episode.play(recorder, scenario, ANSWERED)
                made = _taken_back(trial)
                if made is not None:
                    episode.play(recorder, scenario, ANSWERED)
                    lost = DependencyFault(host=made[0].host, kind="lost")
                    episode.play(recorder, _with(scenario, lost), LOST)
            except OutOfTimeError:
                recorder.notes.append("the time ended before all was tried")
        return recorder.history(candidate, settings)

    def judge(self, history: History) -> Judgement:
        """PROVEN when what was called is taken back where the answer came, and forgotten where it did not."""
        answered = [trial for trial in history.trials if trial.purpose == ANSWERED]
        made = [_taken_back(trial) for trial in answered]
        if len(made) < 2 or made[0] is None or None in made:
            return _unproven(history, "nothing was called and taken back again")
        if any(map(recorded_before_call, answered)):
            return _unproven(history, "something was on record before the call was made")
        for trial in history.trials:
            if trial.purpose == LOST and _forgets(trial):
                (done, undone), (call, back) = history.operations, made[0]
                answer = of_part(trial, "attack")[1].response
                return Judgement(
                    status=Status.PROVEN,
                    severity=UNRECORDED_CALL.severity,
                    title=f"{undone} takes nothing back when the answer to the call in {done} was lost",
                    expected=f"a refusal, or {call.name} taken back by {back.name}, as where its answer came",
                    seen=f"{call.name} took effect, {done} failed, {undone} is answered with "
                    f"{answer.status if answer else 'a 2xx'}, and nothing more is asked of {call.host}",
                    trial=trial.id,
                    scenario=trial.scenario,
                    location=_call_place(trial) or handler_of(history),
                    trials=len(history.trials),
                    root="taken back",
                )
        return _unproven(history, "what was called was taken back, or could not be cancelled")

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """All of it again."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None and len(scenario.attack) > 1:
            try:
                for _ in range(2):
                    episode.play(recorder, scenario.model_copy(update={"faults": ()}), ANSWERED)
                episode.play(recorder, scenario, LOST)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _pairs(lab: Lab) -> Iterator[tuple[Operation, Operation]]:
    changing = [each for each in lab.operations if each.method in _CHANGING and each.name in lab.playbook.reached]
    for undone in (each for each in changing if undoes(each.path)):
        for done in changing:
            if done is not undone and not undoes(done.path) and _scenario((done.name, undone.name), lab) is not None:
                yield done, undone


def _scenario(operations: Sequence[str], lab: Lab) -> Scenario | None:
    """The two requests on one object, which the set-up makes; None where they share none, or need each other."""
    base = ground(operations, lab.playbook, lab.operations)
    if base is None:
        return None
    done, undone = (base.bound(step, number) for number, step in enumerate(base.steps, 1))
    objects = [{name for name in placeholders(step) if f"${{{name}}}" in step.path} for step in (done, undone)]
    if not objects[0] & objects[1] or any(step.operation == done.operation for step in base.setup):
        return None
    return Scenario(
        setup=base.setup, attack=(done, undone), observe=base.observe[:1], settings={episode.SETTLE: _SETTLE_S}
    )


def _with(scenario: Scenario, fault: DependencyFault) -> Scenario:
    return scenario.model_copy(update={"faults": (fault,)})


def _taken_back(trial: Trial) -> tuple[Call, Call] | None:
    """The call that the first request made and the one that took it back, where both requests were accepted."""
    if not all(exchange.done for exchange in (*of_part(trial, "setup"), *of_part(trial, "attack"))):
        return None
    made = calls(trial)
    first = next((call for call in made if not call.undoes), None)
    back = next((call for call in made if first is not None and call.undoes and call.at > first.at), None)
    return (first, back) if first is not None and back is not None else None


def _forgets(trial: Trial) -> bool:
    """Whether the call took effect, the second request was accepted, and the dependency was asked for nothing since."""
    attack: Sequence[Exchange] = of_part(trial, "attack")
    if len(attack) != 2 or attack[0].done or not attack[1].ok or not all(each.done for each in of_part(trial, "setup")):
        return False
    made = calls(trial)
    later = [event for event in trial.events if event.kind == episode.CALL and event.at > attack[0].ended]
    # A request that tried again by itself, or asked what became of the call, does not forget it.
    return bool(made) and not any(call.undoes for call in made) and not later and attack[0].response is not None


def _call_place(trial: Trial) -> Location | None:
    return next((event.location for event in trial.events if event.kind == "outbound" and event.location), None)


def _unproven(history: History, why: str) -> Judgement:
    return unproven(history, Status.UNKNOWN if history.notes else Status.HELD, why)
