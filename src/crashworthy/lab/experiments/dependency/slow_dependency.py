"""Slow dependency: an outbound call without a time limit holds the request, and others with it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from crashworthy.core.finding import Judgement
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.location import Location
from crashworthy.core.scenario import DependencyFault, Interleaving, Scenario, Step
from crashworthy.lab.experiments.concurrency.variants import Ground, ground_of
from crashworthy.lab.experiments.dependency.bystanders import Asking, Bystanders, Usual
from crashworthy.lab.experiments.dependency.holding import (
    CALLS,
    CONTROL,
    GLANCE_S,
    HELD,
    HOLD_S,
    JOINED,
    SHORT_HOLD_S,
    has_stopped,
    hold_s,
    is_held,
    judge_holding,
    outbound,
    pending_without_limit,
    shortened,
)
from crashworthy.lab.experiments.dependency.sites import candidates
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.places import near
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, Stage, of_part
from crashworthy.lab.traffic.player import Played
from crashworthy.weaknesses.dependency import HELD_BY_SLOW_DEPENDENCY

LEVELS = (1, 8, 48)
"""Pending requests at which bystanders are asked: a blocked loop, a few threads, a pool of 40."""

_FIRST_LOOK_S = 0.7
_LATER_LOOK_S = 0.4
_QUICK_S = 1.5
_MARGIN_S = 0.3
_HASTY = "hasty"
_MOST_VARIANTS = 4
_MOST_AT_ONCE = 8
"""Groups of requests under way: the levels, and each change of a bystander."""


class SlowDependency(Experiment):
    """Let the stand-in accept and not answer (or drip), and measure who waits."""

    id = "slow-dependency"
    title = "Requests while a dependency does not answer"
    weaknesses = (HELD_BY_SLOW_DEPENDENCY,)
    replay_s = HOLD_S + 1

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """See `sites`."""
        return candidates(lab)

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Controls of all operations; one is held for the full time; the others are watched at the same call."""
        recorder = Recorder(lab, self.id)
        try:
            _try(candidate, recorder)
        except OutOfTimeError:
            recorder.notes.append("the budget ended before all was tried")
        return recorder.history(candidate)

    def judge(self, history: History) -> Judgement:
        """The worst of `judgements`."""
        return judge_holding(history)[0]

    def judgements(self, history: History) -> Sequence[Judgement]:
        """See `holding`."""
        return judge_holding(history)

    def quick(self, scenario: Scenario) -> Scenario:
        """A shorter hold tells well enough whether the call is still made."""
        return scenario.model_copy(update={"settings": {**scenario.settings, _HASTY: True}})

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """A control and one hold, without asking others.

        The hold is short when the history holds a full one in which the sensor saw that nothing limits the call.
        """
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is None:
            return recorder.again(history)
        hasty = bool(scenario.settings.get(_HASTY))
        settings = {name: value for name, value in scenario.settings.items() if name != _HASTY}
        scenario = scenario.model_copy(update={"settings": settings, "observe": ()})
        full = next((trial for trial in history.trials if trial.id == judgement.trial and is_held(trial)), None)
        try:
            _control(scenario.model_copy(update={"faults": ()}), recorder)
            if full is not None and (call := pending_without_limit(full)) is not None:
                scenario = shortened(scenario, call, _reached_s(full, call) + (GLANCE_S if hasty else SHORT_HOLD_S))
            elif hasty:
                scenario = scenario.model_copy(update={"settings": {**settings, "hold_s": _QUICK_S}})
            _hold(scenario, recorder, HELD)
        except OutOfTimeError:
            recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


@dataclass(frozen=True)
class _Way:
    """One operation that reaches the call, and how its request went while all was well."""

    base: Ground
    scenario: Scenario
    control: Trial


def _try(candidate: Candidate, recorder: Recorder) -> None:
    """Hold the ways one by one until one is held; those that remain are watched at the call of that one."""
    held: Trial | None = None
    survived: set[str] = set()
    for way in _calling_ways(candidate, recorder):
        call = pending_without_limit(held) if held is not None else None
        if held is not None and call is None and recorder.lab.crowded:
            recorder.notes.append(f"{way.scenario.attack[0].operation} makes such a call too, and was not held")
        elif held is not None and call is not None:
            short = shortened(_hanging(way, "hang", call.location), call, _reached_s(held, call) + GLANCE_S)
            if not is_held(_hold(short, recorder, JOINED)):
                _held_fully(way, candidate.location, survived, recorder)
        else:
            held = _held_fully(way, candidate.location, survived, recorder) or held


def _calling_ways(candidate: Candidate, recorder: Recorder) -> list[_Way]:
    """The operations whose request calls out; first what has changed something and not committed it at that time."""
    found = []
    for operation in candidate.operations:
        for base in _grounds(operation, candidate, recorder.lab):
            scenario = Scenario(setup=base.setup, attack=base.steps)
            control = _control(scenario, recorder)
            calls = control.scenario.settings.get(CALLS)
            if calls:
                scenario = scenario.model_copy(update={"settings": {CALLS: calls}})
                found.append(_Way(base, scenario, control))
                break
    return sorted(found, key=lambda way: not _calls_uncommitted(way.control))


def _grounds(operation: str, candidate: Candidate, lab: Lab) -> Iterator[Ground]:
    """The shortest way; to a call that is known, also those that give more of what is optional."""
    shortest = lab.playbook.way(operation)
    variants = [each.way for each in lab.playbook.variants if each.way.operation == operation]
    for way in (shortest, *(variants[:_MOST_VARIANTS] if candidate.location else ())):
        base = ground_of((way,), lab.playbook, lab.operations) if way is not None else None
        if base is not None:
            yield base


def _calls_uncommitted(control: Trial) -> bool:
    """Whether the request had written and not committed when it called out: what it locked stays locked meanwhile."""
    mine = of_part(control, "attack")[0].id
    writing = False
    for event in control.events:
        if event.exchange == mine:
            writing = event.kind not in {"commit", "rollback"} and (writing or bool(event.data.get("write")))
            if event.kind == "outbound" and writing:
                return True
    return False


def _held_fully(way: _Way, suspected: Location | None, survived: set[str], recorder: Recorder) -> Trial | None:
    """The trial in which the way's request was held for the full time, by a hanging or else a dripping dependency.

    What hung at a place that was survived there before is not dripped upon again.
    """
    operation = way.scenario.attack[0].operation
    bystanders = Bystanders.of(operation, way.base.observe, recorder.lab.playbook)
    usual = _usual(way, bystanders, recorder)
    for kind in ("hang", "drip"):
        faulty = _hanging(way, kind, suspected).model_copy(update={"observe": bystanders.steps})
        trial = _hold(faulty, recorder, HELD, (bystanders, usual), way.base)
        if is_held(trial):
            return trial
        places = {str(event.location) for event in outbound(trial)}
        if places <= survived:
            break
        survived |= places
    return None


def _hanging(way: _Way, kind: str, place: Location | None) -> Scenario:
    """The way's scenario with the fault for the dependency that is called at that place, or for all of them."""
    calls = outbound(way.control)
    hosts = {event.data.get("host") for event in calls}
    there = {event.data.get("host") for event in calls if place and event.location and near(place, event.location)}
    host = str(next(iter(there))) if len(there) == 1 and len(hosts) > 1 else "*"
    fault = DependencyFault(kind=kind, host=host)
    return way.scenario.model_copy(update={"faults": (fault,), "interleaving": Interleaving.PLAIN})


def _reached_s(held: Trial, call: SensorEvent) -> float:
    """Seconds from the request to the call at which it is held."""
    return max(0.0, call.at - of_part(held, "attack")[0].started)


def _control(scenario: Scenario, recorder: Recorder) -> Trial:
    """The request while all is well; its trial's settings tell how many outbound calls it makes."""
    testbed = recorder.lab.testbed
    with recorder.copy(scenario, CONTROL) as stage:
        known = _set_up(stage)
        before = len(testbed.outbound_calls())
        stage.exchanges += stage.player.play(scenario.attack, "attack", known.variables).exchanges
        calls = len(testbed.outbound_calls()) - before
    mine = {exchange.id for exchange in stage.exchanges if exchange.part == "attack"}
    seen = sum(event.kind == "outbound" and event.exchange in mine | {None} for event in stage.events)
    stage.scenario = scenario.model_copy(update={"settings": {**scenario.settings, CALLS: max(calls, seen)}})
    return recorder.keep(stage)


def _usual(way: _Way, bystanders: Bystanders, recorder: Recorder) -> Usual:
    """How bystanders are answered after the request while all is well."""
    scenario = way.scenario.model_copy(update={"observe": bystanders.steps})
    with recorder.copy(scenario, CONTROL) as stage:
        asking, known = _arrive(bystanders, stage)
        stage.exchanges += stage.player.play(scenario.attack, "attack", known.variables).exchanges
        usual = asking.learn(recorder.lab.testbed)
    recorder.keep(stage)
    return usual


def _hold(
    scenario: Scenario,
    recorder: Recorder,
    purpose: str,
    asked: tuple[Bystanders, Usual] = (Bystanders(), Usual()),
    base: Ground | None = None,
) -> Trial:
    """Play with the fault; ask bystanders while ever more requests wait."""
    limit = hold_s(scenario) + _MARGIN_S
    if recorder.left() < limit:
        raise OutOfTimeError
    step = scenario.attack[0]
    bystanders, usual = asked
    with recorder.copy(scenario, purpose, timeout_s=limit) as stage:
        asking, known = _arrive(bystanders, stage)
        with stage.faults(scenario), ThreadPoolExecutor(_MOST_AT_ONCE) as pool:
            until = time.monotonic() + limit
            waiting: list[Future[tuple[Exchange, ...]]] = []
            for number, level in enumerate(LEVELS if base is not None else LEVELS[:1]):
                added = level - (LEVELS[number - 1] if number else 0)
                steps = [step] if base is None or not number else _more(base, scenario, 100 * number, added)
                left = max(until - time.monotonic(), _MARGIN_S)
                waiting.append(
                    pool.submit(stage.player.play_together, steps, known.variables, part="attack", timeout_s=left)
                )
                wait(waiting[:1], timeout=_LATER_LOOK_S if number else _FIRST_LOOK_S)
                if waiting[0].done() or not (usual.patience or usual.changes):
                    break
                if any(map(has_stopped, asking.ask(usual, number, pool))):
                    break
            for future in waiting:
                stage.exchanges += future.result()
    stage.order = (0,)
    return recorder.keep(stage)


def _more(base: Ground, scenario: Scenario, first: int, count: int) -> list[Step]:
    return [base.bound(scenario.attack[0], first + index) for index in range(count)]


def _arrive(bystanders: Bystanders, stage: Stage) -> tuple[Asking, Played]:
    known = stage.player.play(stage.scenario.setup, "setup")
    stage.exchanges += known.exchanges
    return Asking(bystanders, stage, known.variables), known


def _set_up(stage: Stage) -> Played:
    known = stage.player.play(stage.scenario.setup, "setup")
    stage.exchanges += known.exchanges
    return known
