"""Plays in which something happens between two requests: a lost connection, a killed process, a restart.

A scenario's settings say what. All of it concerns the first request of the attack, but `end`:

- `fault`: what the sensor lets go wrong inside it (crashworthy_sensor.faults.steps),
- `cut`: the client closes the connection without reading the answer,
- `pause_s`: seconds to wait after it,
- `end`: the signal that the service is sent after the attack; it is started again on the state left behind,
- `later_s`: seconds after the first request at which the others are made, by the clock of the service's process,
- `settle_s`: seconds to wait before what is there is read back.

Faults of dependencies hold during the first request. Whenever the process has ended it is started again on the state
that it left. What dependencies were asked for is kept as events of the kind "call".
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field, replace

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.history import Exchange, SensorEvent, Trial
from crashworthy.core.scenario import Interleaving, Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.time import clock
from crashworthy.lab.experiments.trial import Recorder, Stage, plans
from crashworthy.lab.testbed import Capability, Instance, OutboundCall

FAULT = "fault"
CUT = "cut"
END = "end"
PAUSE = "pause_s"
SETTLE = "settle_s"
CALL = "call"
RESTARTED = "restarted"
START_FAILED = "start-failed"

_DIES_WITHIN_S = 2.0
_ENDS_WITHIN_S = 10.0
_FINISHES_WITHIN_S = 3.0
_UNSEEN_S = 0.5
_BODY_BYTES = 2000
_KEY = re.compile(r"(^|-)idempotency-(key|token|id)$|^(paypal|repeatability)-request-id$", re.IGNORECASE)
"""Headers by which dependencies know a repetition."""


@dataclass
class _Episode:
    """One play under way: `running` is the process that serves at present."""

    recorder: Recorder
    stage: Stage
    stack: ExitStack
    running: Instance
    marks: list[SensorEvent] = field(default_factory=list)
    failed: str = ""

    def first(self, step: Step, variables: dict[str, Json]) -> None:
        """The request that something happens to."""
        scenario, player = self.stage.scenario, self.stage.player
        fault = scenario.settings.get(FAULT)
        plan: dict[str, Json] = {FAULT: fault} if fault else {}
        with self.stage.faults(scenario) if scenario.faults else nullcontext():
            if scenario.settings.get(CUT):
                exchange = player.cut(step, "attack", variables, plan=plan)
                self.stage.exchanges.append(exchange)
                self._await_end(exchange)
            else:
                self.stage.exchanges += player.play((step,), "attack", variables, plan=plan).exchanges
        if fault and self.stage.exchanges[-1].response is None:
            self.running.wait(_DIES_WITHIN_S)
        self.go_on()

    def go_on(self) -> None:
        """Start the service again if it has ended."""
        if self.failed or self.running.alive():
            return
        try:
            self.running = self.stack.enter_context(self.recorder.lab.testbed.again())
        except CrashworthyError as error:
            self.failed = error.message
            self._mark(START_FAILED, {"message": error.message, "output": str(error.details or "")[-1000:]})
            return
        self.stage.player.base_url = self.running.base_url
        self._mark(RESTARTED, {"seconds": round(self.running.ready_s, 3)})

    def end(self, number: int) -> None:
        """Send the signal, wait for the end, start again."""
        self.running.signal(number)
        if self.running.wait(_ENDS_WITHIN_S) is None:
            self._mark("signal-ignored", {"signal": number})
            return
        self.go_on()

    def _await_end(self, exchange: Exchange) -> None:
        """Wait until the service is done with a request that nobody waits for."""
        if not self.stage.player.sensor:
            time.sleep(_UNSEEN_S)
            return
        until = time.monotonic() + _FINISHES_WITHIN_S
        while time.monotonic() < until:
            events = self.running.drain(0.02)
            self.stage.events += [
                event.model_copy(update={"at": round(event.at - self.stage.player.origin, 6)}) for event in events
            ]
            if any(event.kind == "request-end" and event.exchange == exchange.id for event in events):
                return

    def _mark(self, kind: str, data: dict[str, Json]) -> None:
        at = round(time.monotonic() - self.stage.player.origin, 6)
        self.marks.append(SensorEvent(at=at, kind=kind, data=data))


def play(recorder: Recorder, scenario: Scenario, purpose: str, *, order: Sequence[int] | None = None) -> Trial:
    """Play `scenario` once on a fresh copy. OutOfTimeError when the time is over before."""
    picked = tuple(range(len(scenario.attack))) if order is None else tuple(order)
    with ExitStack() as stack:
        stage = stack.enter_context(recorder.copy(scenario, purpose))
        episode = _Episode(recorder, stage, stack, stage.instance)
        known = stage.player.play(scenario.setup, "setup")
        stage.exchanges += known.exchanges
        if scenario.interleaving is not Interleaving.SERIAL:
            stage.exchanges += stage.player.play_together(
                scenario.attack, known.variables, plans(scenario) if stage.player.sensor else None
            )
        else:
            for position, index in enumerate(picked):
                if episode.failed:
                    break
                if position == 0:
                    episode.first(scenario.attack[index], known.variables)
                    time.sleep(_seconds(scenario, PAUSE))
                else:
                    step = scenario.attack[index]
                    plan = clock.later(scenario)
                    stage.exchanges += stage.player.play((step,), "attack", known.variables, plan=plan).exchanges
        end = scenario.settings.get(END)
        if isinstance(end, int) and not episode.failed:
            episode.end(end)
        if not episode.failed:
            time.sleep(_seconds(scenario, SETTLE))
            stage.exchanges += stage.player.play(scenario.observe, "observe", known.variables).exchanges
        stage.collect()
        crashed = bool(episode.failed) or not episode.running.alive()
    calls = [called(call, stage.player.origin) for call in recorder.lab.testbed.outbound_calls()]
    events = sorted((*stage.events, *episode.marks, *calls), key=lambda event: event.at)
    return recorder.keep(replace(stage, order=picked, events=events, crashed=crashed, output=episode.failed))


def _seconds(scenario: Scenario, name: str) -> float:
    value = scenario.settings.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0


def called(call: OutboundCall, origin: float) -> SensorEvent:
    """A request that a dependency received, as an event."""
    key = next((value for name, value in call.headers if _KEY.search(name)), None)
    data: dict[str, Json] = {
        "host": call.host,
        "method": call.method,
        "path": call.path,
        "key": key,
        "body": call.body[:_BODY_BYTES].decode("utf-8", "replace"),
        "digest": hashlib.sha256(call.body).hexdigest()[:16],
    }
    return SensorEvent(at=round(call.at - origin, 6), kind=CALL, data=data)


def can_restart(recorder: Recorder) -> bool:
    """Whether the sensor can kill the service in the middle of a request."""
    return Capability.FAULTS in recorder.lab.testbed.capabilities


def body_of(event: SensorEvent) -> Json:
    """The JSON body of a call, None for any other."""
    try:
        found: Json = json.loads(str(event.data.get("body", "")))
    except ValueError:
        return None
    return found
