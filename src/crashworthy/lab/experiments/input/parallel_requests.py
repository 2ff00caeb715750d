"""Parallel requests: after many plain reads at once, are valid requests still answered?"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from crashworthy.core.finding import Judgement
from crashworthy.core.history import Exchange, History
from crashworthy.core.scenario import Scenario
from crashworthy.lab.experiments.concurrency.variants import ground
from crashworthy.lab.experiments.experiment import Candidate, Experiment, Lab
from crashworthy.lab.experiments.input.stalls import (
    ALONE,
    AT_ONCE,
    BURST,
    CONTROL,
    FEWER,
    MANY,
    SHORT_HOLD_S,
    alone_count,
    hold_s,
    judge_stalls,
    taken_alone_s,
    waits_in_vain,
)
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.weaknesses.input import WEDGED_BY_ONE_REQUEST

# Once for the service, a second where it is well; late in the budget there would be no time to wait for a stall.
_PRIORITY = 250.0
_ESTIMATE_S = 4.0
_MOST_LOOKED_AT = 4
_LEAST_BURST_S = 2.0
_PATIENCE_FACTOR = 3.0
_AGAIN_FACTOR = 1.0
"""In a replay the crowd gives up sooner: that patience does not help was seen."""
_TOO_SLOW_S = 5.0
_PAUSE_S = 1.0
_HASTY_S = 2.0


class ParallelRequests(Experiment):
    """The same read one after another, then all at once, then once more."""

    id = "parallel-requests"
    title = "Valid requests after many at once"
    weaknesses = (WEDGED_BY_ONE_REQUEST,)
    replay_s = SHORT_HOLD_S + 4

    def candidates(self, lab: Lab) -> Sequence[Candidate]:
        """The reads that take least to get to: one of them stands for all."""
        reads = sorted(
            (way for way in lab.playbook.ways if way.steps[-1].method == "GET"), key=lambda way: len(way.steps)
        )
        names = tuple(dict.fromkeys(way.operation for way in reads))[:_MOST_LOOKED_AT]
        why = "many may ask at once"
        return [Candidate(WEDGED_BY_ONE_REQUEST, names, why, _PRIORITY, _ESTIMATE_S, waits_s=1.0)] if names else []

    def run(self, candidate: Candidate, lab: Lab) -> History:
        """Of the reads, the first one that asks a database."""
        recorder = Recorder(lab, self.id)
        operation = candidate.operations[0]
        try:
            operation = _asks_a_database(candidate, recorder) or operation
            scenario = _scenario(operation, lab)
            if scenario is not None:
                _burst(scenario, recorder)
        except OutOfTimeError:
            recorder.notes.append("the time ended before all was tried")
        return recorder.history(replace(candidate, operations=(operation,)))

    def judge(self, history: History) -> Judgement:
        """See `stalls`."""
        return judge_stalls(history)

    def quick(self, scenario: Scenario) -> Scenario:
        """A shorter wait tells well enough."""
        return scenario.model_copy(update={"settings": {**scenario.settings, "hold_s": _HASTY_S}})

    def replay(self, history: History, judgement: Judgement, lab: Lab) -> History:
        """The control and the burst again, with a shorter wait where the full one was seen."""
        recorder = Recorder(lab, self.id)
        scenario = judgement.scenario
        if scenario is not None:
            seen = any(trial.purpose == BURST and waits_in_vain(trial) for trial in history.trials)
            if seen and "hold_s" not in scenario.settings:
                settings = {**scenario.settings, "hold_s": SHORT_HOLD_S, FEWER: MANY // 5}
                scenario = scenario.model_copy(update={"settings": settings})
            try:
                _burst(scenario, recorder)
            except OutOfTimeError:
                recorder.notes.append("the budget ended during the replay")
        return recorder.again(history)


def _scenario(operation: str, lab: Lab) -> Scenario | None:
    base = ground((operation,), lab.playbook, lab.operations)
    if base is None:
        return None
    return Scenario(setup=base.setup, attack=base.steps, observe=base.steps, settings={AT_ONCE: MANY})


def _asks_a_database(candidate: Candidate, recorder: Recorder) -> str | None:
    for operation in candidate.operations:
        scenario = _scenario(operation, recorder.lab)
        if scenario is not None:
            trial = recorder.play(scenario.model_copy(update={"observe": ()}), ALONE)
            mine = {exchange.id for exchange in of_part(trial, "attack")}
            if any(event.kind == "sql" and event.exchange in mine for event in trial.events):
                return operation
    return None


def _burst(scenario: Scenario, recorder: Recorder) -> None:
    """The requests one after another; all at once, given up after a while; then, when all is done, a valid one."""
    many, factor = scenario.attack * MANY, _AGAIN_FACTOR if FEWER in scenario.settings else _PATIENCE_FACTOR
    with recorder.copy(scenario, CONTROL) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        stage.exchanges += stage.player.play(
            many[: alone_count(scenario)], "attack", known.variables, stop_at_failure=True
        ).exchanges
    taken_s = taken_alone_s(recorder.keep(stage))
    if taken_s is None or taken_s > _TOO_SLOW_S:
        return
    patience_s = max(_LEAST_BURST_S, factor * taken_s)
    limit = hold_s(scenario)
    if recorder.left() < 2 * patience_s + limit:
        raise OutOfTimeError
    with recorder.copy(scenario, BURST, timeout_s=limit) as stage:
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        burst = stage.player.play_together(many, known.variables, part="attack", timeout_s=patience_s)
        stage.exchanges += burst
        if not all(exchange.ok for exchange in burst):
            # What was given up may still be worked on.
            time.sleep(max(_PAUSE_S, factor * taken_s))
        for _ in range(2):
            (answer,) = stage.player.play(scenario.observe[:1], "observe", known.variables).exchanges
            stage.exchanges.append(answer)
            if _is_answered(answer) or answer.response is None:
                break
            time.sleep(_PAUSE_S)
    recorder.keep(stage)


def _is_answered(answer: Exchange) -> bool:
    return answer.response is not None and answer.response.status != 500
