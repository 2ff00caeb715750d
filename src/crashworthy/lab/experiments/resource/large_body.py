"""Large body: a JSON document of some megabytes, all of which the service keeps in memory before it looks at any of it.

The good request gets one more field: for the proof a list of empty objects, each of which takes twenty times the bytes
that it was sent as, and before that, on the same copy, one text of that size. Proven by the memory of the service's
processes. A correct service refuses what is longer than it needs by the length that is announced, or stops to read. One
behind a proxy that refuses such bodies is safe as well, which is not seen from here: the proof is a minor one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from crashworthy.core.finding import Judgement, Status
from crashworthy.core.history import History, Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.core.weakness import Severity
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.experiments.rating import vector, who
from crashworthy.lab.experiments.resource.measured import SHOWN, Measured, with_good_request
from crashworthy.lab.experiments.resource.meter import MIB, costs_of, play_measured
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder
from crashworthy.lab.traffic.template import fill, placeholders
from crashworthy.weaknesses.resource import UNBOUNDED_BODY

_LENGTH = 12 * MIB
_GROWN = 120 * MIB
_FIELD = "padding"
_GOOD = "good"
"""Setting: the good request's body, which the large ones hold as well."""
_TIMEOUT_S = 10.0


class LargeBody(Measured):
    """One candidate for the service: who reads one body whole reads all."""

    id = "large-body"
    title = "A body of some megabytes"
    weaknesses = (UNBOUNDED_BODY,)
    untried = "the good request was not accepted again"
    cheap = f"a body of {_LENGTH // MIB} MiB was refused, or not kept in memory"
    replay_s = 3.0

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """The operation with a JSON body that is reached soonest."""
        found = [(way, operation) for operation in lab.operations if (way := _way(operation, lab)) is not None]
        if not found:
            return ()
        _, operation = min(found, key=lambda each: (bool(each[0].steps[-1].headers), len(each[0].steps)))
        return (
            Candidate(
                weakness=UNBOUNDED_BODY,
                operations=(operation.name,),
                why="takes JSON",
                priority=10.0,
                estimate_s=2.0,
                location=lab.handler(operation.name),
                proof_s=3.0 * self.replay_s,
            ),
        )

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """One play."""
        recorder = Recorder(lab, self.id, limit_s=15.0)
        operation = lab.operation(candidate.operations[0])
        way = _way(operation, lab) if operation is not None else None
        if way is not None:
            good = way.steps[-1].model_copy(update={"saves": ()})
            packed = good.model_copy(update={"body": None})
            plain, large = (packed.model_copy(update={"raw_body": f"${{{name}}}"}) for name in ("plain", "large"))
            plan = Scenario(setup=way.steps[:-1], attack=(good, plain, large), settings={_GOOD: good.body})
            try:
                _play(plan, recorder)
            except OutOfTimeError:
                recorder.notes.append("the time ended before it was tried")
        return recorder.history(candidate)

    def shown(self, trial: Trial, history: History) -> Judgement | None:
        """A body that was in memory whole."""
        return _judged(trial, history)

    def play(self, scenario: Scenario, recorder: Recorder) -> None:
        """The good request, and both bodies."""
        _play(scenario, recorder)

    def tried(self, history: History) -> int:
        """Plays whose good request was accepted."""
        return with_good_request(history)


def _way(operation: Operation, lab: Lab) -> Way | None:
    """The way to an operation whose body can be written before the set-up."""
    way = lab.playbook.way(operation.name)
    if way is None or operation.is_safe:
        return None
    step = way.steps[-1]
    is_json = isinstance(step.body, dict) and "json" in (step.content_type or "json") and step.raw_body is None
    return way if is_json and placeholders(_body_alone(step)) <= {"unique"} else None


def _body_alone(step: Step) -> Step:
    return step.model_copy(update={"path": "/", "headers": (), "query": ()})


def _play(plan: Scenario, recorder: Recorder) -> None:
    with recorder.copy(plan, SHOWN, timeout_s=_TIMEOUT_S) as stage:
        known = stage.player.play(plan.setup, "setup")
        stage.exchanges += known.exchanges
        if known.done:
            given = {**known.variables, **_bodies(plan, known.variables)}
            play_measured(stage, plan.attack, "attack", given)
    recorder.keep(stage)


def _bodies(plan: Scenario, variables: dict[str, Json]) -> dict[str, Json]:
    """The two long bodies, of the same length."""
    good = fill(plan.settings.get(_GOOD), variables)
    start = json.dumps(good).rstrip("}") + (", " if good else "") + f'"{_FIELD}": '
    return {
        "plain": {"start": f'{start}"', "unit": "xxx", "times": _LENGTH // 3, "end": '"}'},
        "large": {"start": f"{start}[", "unit": "{},", "times": _LENGTH // 3, "end": "{}]}"},
    }


def _judged(trial: Trial, history: History) -> Judgement | None:
    measured = costs_of(trial, "attack")
    if len(measured) != 3 or not measured[0][0].done:
        return None
    (_, good), (_, plain), (exchange, large) = measured
    if large.grown < _GROWN or large.grown < 2 * max(plain.grown, MIB):
        return None
    answer = f"status {exchange.response.status}" if exchange.response else exchange.error
    return Judgement(
        status=Status.PROVEN,
        severity=Severity.MINOR,
        title=f"{exchange.operation}: a body of any length is kept in memory",
        expected="413 for what is longer than the service needs, before it is read",
        seen=f"{_LENGTH // MIB} MiB of JSON: memory grew by {large.grown // MIB} MiB ({answer}), for as much text by "
        f"{plain.grown // MIB} MiB, for the good request by {good.grown // MIB} MiB",
        why=f"{who(exchange)}, with some such requests at once, takes all of the machine's memory, unless a proxy in "
        "front refuses them",
        cvss=vector(logged_in=who(exchange).endswith("account"), stop="L", chance=True),
        trial=trial.id,
        scenario=trial.scenario,
        location=history.location,
        operations=(exchange.operation,),
        trials=len(history.trials),
        root="body",
    )
