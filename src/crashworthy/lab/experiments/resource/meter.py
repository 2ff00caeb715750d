"""What a request costs the service: processor time and memory of its processes, and the size of its answer.

Processor time is what the processes were given, so that a machine that is busy with other things makes nobody look
guilty; time on the clock is only ever a bound.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crashworthy.core.history import Exchange, Response, SensorEvent, Trial
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.trial import Stage, of_part
from crashworthy.lab.testbed import Instance
from crashworthy.lab.traffic.player import Played

COST = "cost"
"""Kind of the event that is added for each measured exchange: `cpu_s`, `grown` (bytes) and `size` (of the answer)."""

_SAMPLE_S = 0.02
MIB = 1024 * 1024


@dataclass(frozen=True)
class Cost:
    """Seconds of CPU, bytes of memory at the peak above what was held before, and bytes of the answer."""

    cpu_s: float = 0.0
    grown: int = 0
    size: int = 0


class Meter:
    """Watches the processes of a copy while a request is made."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._done = threading.Event()
        self._before = instance.usage()
        self._peak = self._before.resident
        self._cpu_s = self._before.cpu_s
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self, response: Response | None) -> Cost:
        """The cost up to now."""
        self._done.set()
        self._thread.join()
        self._look()
        return Cost(self._cpu_s - self._before.cpu_s, self._peak - self._before.resident, size_of(response))

    def _watch(self) -> None:
        while not self._done.wait(_SAMPLE_S):
            self._look()

    def _look(self) -> None:
        # A process that was ended for its memory has no usage any more: what was seen last counts.
        usage = self._instance.usage()
        self._peak = max(self._peak, usage.resident)
        self._cpu_s = max(self._cpu_s, usage.cpu_s)


def play_measured(
    stage: Stage, steps: Sequence[Step], part: str, variables: Mapping[str, Json] | None = None
) -> tuple[Played, list[Cost]]:
    """Play steps one by one on a stage, each with an event of its cost."""
    known = dict(variables or {})
    exchanges: list[Exchange] = []
    costs: list[Cost] = []
    for step in steps:
        meter = Meter(stage.instance)
        played = stage.player.play((step,), part, known)
        (exchange,) = played.exchanges
        cost = meter.stop(exchange.response)
        known = played.variables
        exchanges.append(exchange)
        costs.append(cost)
        data: dict[str, Json] = {"cpu_s": round(cost.cpu_s, 3), "grown": cost.grown, "size": cost.size}
        at = round(time.monotonic() - stage.player.origin, 6)
        stage.events.append(SensorEvent(at=at, kind=COST, exchange=exchange.id, data=data))
    stage.exchanges += exchanges
    return Played(tuple(exchanges), known), costs


def costs_of(trial: Trial, part: str) -> list[tuple[Exchange, Cost]]:
    """The measured exchanges of one part, in order, each with what it cost."""
    measured = {event.exchange: event.data for event in trial.events if event.kind == COST}
    return [(each, _cost(measured[each.id])) for each in of_part(trial, part) if each.id in measured]


def size_of(response: Response | None) -> int:
    """Bytes of the answer's body: as it says, or at least as much as was read."""
    if response is None:
        return 0
    announced = response.header("Content-Length")
    return max(len(response.body), int(announced) if announced.isdecimal() else 0)


def _cost(data: Mapping[str, Json]) -> Cost:
    def number(name: str) -> float:
        value = data.get(name)
        return float(value) if isinstance(value, int | float) else 0.0

    return Cost(number("cpu_s"), int(number("grown")), int(number("size")))
