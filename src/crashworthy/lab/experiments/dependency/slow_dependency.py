"""Slow dependency: an outbound call without a time limit holds the request, and others with it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from crashworthy.core.finding import Judgement
from crashworthy.core.history import Exchange, History
from crashworthy.core.location import Location
from crashworthy.core.scenario import DependencyFault, Interleaving, Scenario, Step
from crashworthy.lab.experiments.concurrency.variants import Ground, ground
from crashworthy.lab.experiments.dependency.holding import (
    CALLS,
    CONTROL,
    HELD,
    HOLD_S,
    hold_s,
    is_held,
    judge_holding,
    outbound,
    seconds,
)
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, Stage
from crashworthy.lab.traffic.player import Played, Player
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

LEVELS = (1, 8, 48)
"""Pending requests at which unrelated operations are asked: a blocked loop, a few threads, a pool of 40."""

_SUSPECTED = 90.0
_REACHING = 160.0
_UNKNOWN = 10.0
_ALSO = 5.0
_ESTIMATE_S = HOLD_S + 2
_LOOK_S = 0.5
"""What it costs to see that a request makes no call."""

_MOST_PROBES = 6
_PROBE_S = 1.0
_PROBE_FACTOR = 20.0
_FIRST_LOOK_S = 0.7
_LATER_LOOK_S = 0.4
_QUICK_S = 1.5
_MARGIN_S = 0.3


class SlowDependency(Experiment):
    """Let the stand-in accept and not answer (or drip), and measure who waits."""

    id = "slow-dependency"
    title = "Requests while a dependency does not answer"
    weaknesses = (HELD_BY_SLOW_DEPENDENCY,)
    replay_s = HOLD_S + 1

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """One operation for each suspected call; operations that reach a call; all that might; the other suspected."""
        found: dict[str, Candidate] = {}
        covered: set[str] = set()
        others: list[Candidate] = []
        for suspicion in lab.suspicions:
            if suspicion.weakness != HELD_BY_SLOW_DEPENDENCY.id:
                continue
            reached = sorted(
                (name for name in suspicion.operations if name in lab.playbook.reached),
                key=lambda name: len(_steps(lab, name)),
            )
            covered.update(reached)
            if reached:
                # One call held is proof for the call; each further operation costs as long again, and comes last.
                others += [_candidate(name, _ALSO, suspicion.message, suspicion.location) for name in reached]
                found.setdefault(
                    f"{suspicion.location}",
                    _candidate(reached[0], _SUSPECTED, suspicion.message, suspicion.location, suspected=True),
                )
        for site in lab.tree.outbound:
            for name in lab.tree.operations_reaching(site.location):
                if name in lab.playbook.reached and name not in covered:
                    covered.add(name)
                    found[name] = _candidate(name, _REACHING, f"calls out at {site.location}", site.location)
        if lab.tree.outbound or lab.testbed.dependencies:
            for operation in lab.operations:
                if operation.name in lab.playbook.reached and operation.name not in covered:
                    found[operation.name] = _candidate(
                        operation.name, _UNKNOWN, "may call another service", estimate_s=_LOOK_S
                    )
        tried = {candidate.operations for candidate in found.values()}
        for candidate in others:
            if candidate.operations not in tried:
                tried.add(candidate.operations)
                found[candidate.operations[0]] = candidate
        return list(found.values())

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """A control, then a dependency that hangs, then one that drips."""
        recorder = Recorder(lab, self.id)
        base = ground(candidate.operations, lab.playbook, lab.operations)
        try:
            if base is not None:
                _hold(base, recorder)
        except OutOfTimeError:
            recorder.notes.append("the budget ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """See `holding`."""
        return judge_holding(history)

    def quick(self, scenario: Scenario) -> Scenario:
        """A shorter hold tells well enough whether the call is still made."""
        return scenario.model_copy(update={"settings": {**scenario.settings, "hold_s": _QUICK_S}})

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """A control and one hold, without asking others."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None:
            try:
                _control(scenario.model_copy(update={"faults": (), "observe": ()}), recorder)
                _held(scenario.model_copy(update={"observe": ()}), recorder, {})
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _candidate(
    operation: str,
    priority: float,
    why: str,
    location: Location | None = None,
    *,
    estimate_s: float = _ESTIMATE_S,
    suspected: bool = False,
) -> Candidate:
    return Candidate(
        weakness=HELD_BY_SLOW_DEPENDENCY,
        operations=(operation,),
        why=why,
        priority=priority,
        estimate_s=estimate_s,
        location=location,
        suspected=suspected,
    )


def _steps(lab: Lab, operation: str) -> Sequence[Step]:
    way = lab.playbook.way(operation)
    return way.steps if way else ()


def _hold(base: Ground, recorder: Recorder) -> None:
    unrelated = tuple(step for step in base.observe if step.operation != base.steps[0].operation)
    scenario = Scenario(setup=base.setup, attack=base.steps, observe=unrelated[:_MOST_PROBES])
    calls, limits = _control(scenario, recorder)
    if not calls:
        return
    scenario = scenario.model_copy(update={"settings": {CALLS: calls}, "interleaving": Interleaving.PLAIN})
    for kind in ("hang", "drip"):
        faulty = scenario.model_copy(update={"faults": (DependencyFault(kind=kind),)})
        if _held(faulty, recorder, limits, base):
            return


def _control(scenario: Scenario, recorder: Recorder) -> tuple[int, dict[str, float]]:
    """All normal: how many outbound calls the request makes, and per unrelated operation how long to wait for it.

    An operation that calls out itself is not unrelated and is left out.
    """
    testbed = recorder.lab.testbed
    limits: dict[str, float] = {}
    with recorder.copy(scenario, CONTROL) as stage:
        known = _set_up(stage)
        before = len(testbed.outbound_calls())
        stage.exchanges += stage.player.play(scenario.attack, "attack", known.variables).exchanges
        calls = len(testbed.outbound_calls()) - before
        for step in scenario.observe:
            before = len(testbed.outbound_calls())
            played = stage.player.play((step,), "probe", known.variables).exchanges
            stage.exchanges += played
            if played[0].ok and len(testbed.outbound_calls()) == before:
                limits[step.operation] = max(_PROBE_S, _PROBE_FACTOR * seconds(played[0]))
    stage.scenario = scenario.model_copy(update={"settings": {**scenario.settings, CALLS: calls}})
    trial = recorder.keep(stage)
    return max(calls, len(outbound(trial))), limits


def _held(scenario: Scenario, recorder: Recorder, limits: dict[str, float], base: Ground | None = None) -> bool:
    """Play with the fault; ask unrelated operations while ever more requests wait. Whether the first was held."""
    limit = hold_s(scenario) + _MARGIN_S
    if recorder.lab.left() < limit:
        raise OutOfTimeError
    probes = [step for step in scenario.observe if step.operation in limits]
    step = scenario.attack[0]
    base = base or Ground(scenario.setup, scenario.attack, scenario.observe)
    with recorder.copy(scenario, HELD, timeout_s=limit) as stage:
        known = _set_up(stage)
        # Sensor headers would count these probes into the attack's ids.
        prober = Player(
            stage.instance.base_url, timeout_s=max(limits.values(), default=1.0), origin=stage.player.origin
        )
        with stage.faults(scenario), ThreadPoolExecutor(max_workers=len(LEVELS)) as pool:
            until = time.monotonic() + limit
            waiting: list[Future[tuple[Exchange, ...]]] = []
            for number, level in enumerate(LEVELS):
                added = level - (LEVELS[number - 1] if number else 0)
                steps = [step] if number == 0 else [base.bound(step, 100 * number + index) for index in range(added)]
                left = max(until - time.monotonic(), _MARGIN_S)
                waiting.append(
                    pool.submit(stage.player.play_together, steps, known.variables, part="attack", timeout_s=left)
                )
                wait(waiting[:1], timeout=_LATER_LOOK_S if number else _FIRST_LOOK_S)
                if waiting[0].done() or not probes:
                    break
                asked = _ask(prober, probes, known, number)
                stage.exchanges += asked
                if any(exchange.response is None for exchange in asked):
                    break
            for future in waiting:
                stage.exchanges += future.result()
    stage.order = (0,)
    return is_held(recorder.keep(stage))


def _ask(prober: Player, probes: Sequence[Step], known: Played, number: int) -> list[Exchange]:
    answers = prober.play_together(probes, known.variables, part="probe")
    return [answer.model_copy(update={"id": f"round{number}-{answer.id}"}) for answer in answers]


def _set_up(stage: Stage) -> Played:
    known = stage.player.play(stage.scenario.setup, "setup")
    stage.exchanges += known.exchanges
    return known
