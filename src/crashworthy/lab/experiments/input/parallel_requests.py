"""Parallel requests: after many plain reads at once, are valid requests still answered?"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from crashworthy.core.finding import Judgement
from crashworthy.core.history import Exchange, History
from crashworthy.core.scenario import Scenario
from crashworthy.core.value import Json
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
    SLEEP_MS,
    alone_count,
    hold_s,
    judge_stalls,
    taken_alone_s,
    waits_in_vain,
)
from crashworthy.lab.experiments.trial import OutOfTimeError, Recorder, of_part
from crashworthy.lab.testbed import Instance
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
# A database takes its time elsewhere than on a quiet machine: so long its statements may take longer, each, and all of
# them together, one after another.
_SLEEP_MS = 25
_SLEPT_S = 2.0
_HASTY_S = 2.0


class ParallelRequests(Experiment):
    """The same read one after another, then all at once, then once more.

    Whether a crowd meets must not depend on how quick this machine is: the service stands still while the requests are
    written, and its statements take some milliseconds longer while the crowd is there.
    """

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
            asks, statements = _asks_a_database(candidate, recorder)
            operation = asks or operation
            scenario = _scenario(operation, lab)
            if scenario is not None:
                if statements:
                    most_ms = min(_SLEEP_MS, 2 * round(_SLEPT_S * 1000) // (MANY * statements))
                    scenario = scenario.model_copy(update={"settings": {**scenario.settings, SLEEP_MS: most_ms}})
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


def _asks_a_database(candidate: Candidate, recorder: Recorder) -> tuple[str | None, int]:
    """The first of the reads that asks a database, and in how many statements."""
    for operation in candidate.operations:
        scenario = _scenario(operation, recorder.lab)
        if scenario is not None:
            trial = recorder.play(scenario.model_copy(update={"observe": ()}), ALONE)
            mine = {exchange.id for exchange in of_part(trial, "attack")}
            statements = sum(event.kind == "sql" and event.exchange in mine for event in trial.events)
            if statements:
                return operation, statements
    return None, 0


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
        burst = stage.player.play_together(
            many,
            known.variables,
            _sleeps(scenario) if stage.player.sensor else None,
            timeout_s=patience_s,
            while_writing=_standing_still(stage.instance),
        )
        stage.exchanges += burst
        if not all(exchange.done for exchange in burst):
            # What was given up may still be worked on.
            time.sleep(max(_PAUSE_S, factor * taken_s) + (_SLEPT_S if SLEEP_MS in scenario.settings else 0.0))
        for _ in range(2):
            (answer,) = stage.player.play(scenario.observe[:1], "observe", known.variables).exchanges
            stage.exchanges.append(answer)
            if _is_answered(answer) or answer.response is None:
                break
            time.sleep(_PAUSE_S)
    recorder.keep(stage)


def _sleeps(scenario: Scenario) -> list[dict[str, Json]] | None:
    """The sensor's plan for each request of the crowd."""
    most_ms = scenario.settings.get(SLEEP_MS)
    if not most_ms:
        return None
    return [{"sleep": {"seed": scenario.seed * 1000 + n, "max_ms": most_ms}} for n in range(MANY)]


@contextmanager
def _standing_still(instance: Instance) -> Iterator[None]:
    """As any process may for a moment: what comes meanwhile is there at once, however busy this machine is."""
    instance.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        instance.signal(signal.SIGCONT)


def _is_answered(answer: Exchange) -> bool:
    return answer.response is not None and answer.response.status != 500
