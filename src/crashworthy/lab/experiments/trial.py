"""Playing scenarios on fresh copies of the service: the part that every experiment shares."""

from __future__ import annotations

import hashlib
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from crashworthy.core.events import TrialDone
from crashworthy.core.finding import Judgement
from crashworthy.core.history import Exchange, History, SensorEvent, Trial
from crashworthy.core.scenario import Interleaving, Scenario
from crashworthy.core.value import Json
from crashworthy.lab.experiments.experiment import Candidate, Lab
from crashworthy.lab.experiments.kept import Kept, KeptSetups
from crashworthy.lab.testbed import Capability, Instance
from crashworthy.lab.traffic.player import Played, Player

REQUEST_TIMEOUT_S = 15.0
"""Longer than SQLite's and most pools' own waits, so that their error is seen instead of ours."""

BARRIER_MS = 250
SLEEP_MS = 25
LINE_MS = 8
LINE_SHARE = 0.4
_CONTROLS = frozenset({"control", "serial", "baseline"})
_EVENT_SETTLE_S = 0.005
_RESTS_S = 0.25
"""A request that takes longer may sleep."""
_EXCEPTION_SETTLE_S = 0.1


class OutOfTimeError(Exception):
    """The time does not allow another trial."""


@dataclass
class Recorder:
    """Plays scenarios on fresh copies, numbers the trials and tells the run of each.

    Settings of a scenario that it heeds: `settle_s` (seconds to wait before observing) and `pause_s` (seconds
    to wait before each request of a serial attack). With `kept`, set-ups are played once where that does. Without
    `quick_hashes`, passwords are hashed at full cost whatever the lab says; with `quick_controls` serial plays, which
    only tell what is possible, are quick even where the service is replayed as it is. With `virtual`, sleeps of the
    service's tasks are over at once, as soon as a request has been seen to take long. With `same_cookies` the requests
    of a serial attack show the cookies that they show when they are sent together.
    """

    lab: Lab
    experiment: str
    trials: list[Trial] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    limit_s: float = math.inf
    kept: KeptSetups | None = None
    quick_hashes: bool = True
    quick_controls: bool = False
    virtual: bool = False
    same_cookies: bool = False
    _rests: bool = False
    _began: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds left for this candidate: of the budget but for what replays need, and of `limit_s`, its own share."""
        return min(self.lab.left() - self.lab.reserve_s, self._began + self.limit_s - time.monotonic())

    def play(
        self,
        scenario: Scenario,
        purpose: str,
        *,
        order: Sequence[int] | None = None,
        timeout_s: float | None = None,
        start: Kept | None = None,
    ) -> Trial:
        """Play `scenario` once; `order` picks the attack's requests, and their order, when it is serial.

        `start` is a kept state to begin from, otherwise one that can be relied on. Raises OutOfTimeError when the
        budget has run out before the start.
        """
        picked = tuple(range(len(scenario.attack))) if order is None else tuple(order)
        start = start or (self.kept.start_of(scenario.setup) if self.kept else None)
        with self.copy(scenario, purpose, timeout_s=timeout_s, start=start) as stage:
            known = self.set_up(stage, start)
            with stage.faults(scenario):
                if scenario.interleaving is Interleaving.SERIAL:
                    with stage.player.same_cookies() if self.same_cookies else nullcontext():
                        for index in picked:
                            time.sleep(_seconds(scenario, "pause_s"))
                            stage.exchanges += stage.player.play(
                                (scenario.attack[index],), "attack", known.variables, plan=self._alone
                            ).exchanges
                else:
                    stage.exchanges += stage.player.play_together(
                        scenario.attack,
                        known.variables,
                        plans(scenario, virtual=self.virtual) if stage.player.sensor else None,
                    )
            time.sleep(_seconds(scenario, "settle_s"))
            stage.exchanges += stage.player.play(
                scenario.observe, "observe", known.variables, plan=self._alone
            ).exchanges
        if self.virtual and stage.player.sensor:
            self._rests = self._rests or any(each.ended - each.started > _RESTS_S for each in stage.exchanges)
        return self._keep(replace(stage, order=picked))

    @property
    def _alone(self) -> dict[str, Json] | None:
        """The plan of a request that is made alone."""
        turns: Json = {"name": "alone", "parties": 1, "party": 0, "virtual": True}
        return {"turns": turns} if self._rests else None

    def drop(self, *trials: Trial) -> None:
        """Leave out trials that were no trials of the service, but of what the lab itself relied on."""
        left_out = {trial.id for trial in trials}
        self.trials = [trial for trial in self.trials if trial.id not in left_out]

    def set_up(self, stage: Stage, start: Kept | None) -> Played:
        """Play the set-up, or what of it is not played yet at `start`; keep the state after it where that is wanted."""
        setup, player = stage.scenario.setup, stage.player
        played = len(start.setup) if start else 0
        known = player.play(setup[played:], "setup", start.variables if start else None, plan=self._alone)
        stage.exchanges += [*(start.exchanges if start else ()), *known.exchanges]
        if self.kept and self.kept.wants(setup) and all(exchange.done for exchange in stage.exchanges):
            state = self.lab.testbed.keep()
            if state is not None:
                seconds = time.monotonic() - player.origin
                done = tuple(stage.exchanges)
                self.kept.add(Kept(setup, state, done, known.variables, player.memory(), seconds))
        return known

    @contextmanager
    def copy(
        self, scenario: Scenario, purpose: str, *, timeout_s: float | None = None, start: Kept | None = None
    ) -> Iterator[Stage]:
        """A fresh copy to play on by hand; `keep` turns what was played into a trial."""
        if self.left() <= 0:
            raise OutOfTimeError
        testbed = self.lab.testbed
        with testbed.fresh(start.state) if start else testbed.fresh() as instance:
            instance.drain()
            stage = Stage(
                scenario=scenario,
                purpose=purpose,
                instance=instance,
                player=Player(
                    instance.base_url,
                    sensor=Capability.REQUESTS in self.lab.testbed.capabilities,
                    timeout_s=timeout_s or REQUEST_TIMEOUT_S,
                    origin=time.monotonic() - start.seconds if start else None,
                    memory=start.memory if start else None,
                    quick_hashes=self._hashes_quickly(purpose),
                ),
                lab=self.lab,
            )
            yield stage
            stage.collect()

    def _hashes_quickly(self, purpose: str) -> bool:
        if not self.quick_hashes or not self.lab.quick_hashes:
            return False
        return not self.lab.as_it_is or (self.quick_controls and purpose in _CONTROLS)

    def keep(self, stage: Stage) -> Trial:
        """The trial of a stage that has been left."""
        return self._keep(stage)

    def history(self, candidate: Candidate, settings: Mapping[str, Json] | None = None) -> History:
        """The history of all trials so far."""
        return History(
            id=_file_name(self.experiment, candidate),
            experiment=self.experiment,
            weakness=candidate.weakness.id,
            operations=candidate.operations,
            location=candidate.location,
            seed=self.lab.seed,
            trials=tuple(self.trials),
            notes=tuple(self.notes),
            settings=dict(settings or {}),
        )

    def again(self, history: History) -> History:
        """The history of a replay: like `history`, with the trials played since."""
        return history.model_copy(update={"trials": tuple(self.trials), "notes": tuple(self.notes)})

    def _keep(self, stage: Stage) -> Trial:
        return self.add(stage.trial(f"{stage.purpose}-{len(self.trials) + 1}"))

    def add(self, trial: Trial) -> Trial:
        """Take in a trial, and tell the run of it."""
        self.trials.append(trial)
        self.lab.emit(TrialDone(experiment=self.experiment, trials=len(self.trials)))
        return trial


@dataclass
class Stage:
    """A fresh copy of the service, a player on it and what has been played so far."""

    scenario: Scenario
    purpose: str
    instance: Instance
    player: Player
    lab: Lab
    order: tuple[int, ...] = ()
    exchanges: list[Exchange] = field(default_factory=list)
    events: list[SensorEvent] = field(default_factory=list)
    crashed: bool = False
    output: str = ""
    ended: float = 0.0

    def faults(self, scenario: Scenario) -> AbstractContextManager[None]:
        """The scenario's faults, while the context is open."""
        return self.lab.testbed.faults(scenario.faults) if scenario.faults else nullcontext()

    def collect(self) -> None:
        """Take the sensor's events and the state of the process; times become seconds since the trial began."""
        self.events += _relative(self.instance.drain(_EVENT_SETTLE_S), self.player.origin)
        if Capability.EXCEPTIONS in self.lab.testbed.capabilities and self._lacks_an_exception():
            # Frameworks answer 500 before they hand the exception on to the server.
            self.events += _relative(self.instance.drain(_EXCEPTION_SETTLE_S), self.player.origin)
        self.crashed = self.crashed or not self.instance.alive()
        self.output = self.instance.output() if self.crashed else ""
        self.ended = time.monotonic() - self.player.origin

    def _lacks_an_exception(self) -> bool:
        failed = {e.id for e in self.exchanges if e.response is not None and e.response.status == 500}
        return bool(failed - {event.exchange for event in self.events if event.kind == "exception"})

    def trial(self, id_: str) -> Trial:
        """What was played, as a value."""
        return Trial(
            id=id_,
            purpose=self.purpose,
            scenario=self.scenario,
            order=self.order,
            exchanges=tuple(self.exchanges),
            events=tuple(self.events),
            crashed=self.crashed,
            output=self.output,
            duration_s=round(self.ended, 4),
        )


def plans(scenario: Scenario, *, virtual: bool = False) -> list[dict[str, Json]]:
    """The sensor's plan for each request of a concurrent attack; with `virtual`, in turns nobody waits for sleeps."""
    requests = len(scenario.attack)
    # Seeds differ per request: with equal sleeps the requests would run in step and never interleave.
    seeds = [scenario.seed * 1000 + index for index in range(requests)]
    match scenario.interleaving:
        case Interleaving.BARRIER:
            barrier: Json = {"name": f"b{scenario.seed}", "parties": requests, "timeout_ms": BARRIER_MS}
            return [{"barrier": barrier} for _ in seeds]
        case Interleaving.OVERTAKE:
            alone: Json = {"name": f"b{scenario.seed}", "parties": requests, "timeout_ms": BARRIER_MS}
            return [{"barrier": alone} if index == scenario.held else {} for index in range(requests)]
        case Interleaving.TURNS:
            meeting: dict[str, Json] = {"name": f"t{scenario.seed}", "seed": scenario.seed, "parties": requests}
            meeting["virtual"] = virtual
            return [{"turns": {**meeting, "party": index}} for index in range(requests)]
        case Interleaving.SLEEP:
            return [{"sleep": {"seed": seed, "max_ms": SLEEP_MS}} for seed in seeds]
        case Interleaving.LINE:
            return [{"line": {"seed": seed, "max_ms": LINE_MS, "share": LINE_SHARE}} for seed in seeds]
        case _:
            return [{} for _ in seeds]


def replayed(
    experiment: str,
    history: History,
    judgement: Judgement,
    lab: Lab,
    play: Callable[[Scenario, Recorder], object],
    *,
    quick_hashes: bool = True,
) -> History:
    """The history of a replay in which `play` plays the judgement's scenario, as far as the time allows."""
    recorder = Recorder(lab, experiment, quick_hashes=quick_hashes)
    if judgement.scenario is not None:
        try:
            play(judgement.scenario, recorder)
        except OutOfTimeError:
            recorder.notes.append("the budget ended during the replay")
    return recorder.again(history)


def of_part(trial: Trial, part: str) -> tuple[Exchange, ...]:
    """The trial's exchanges of one part, in the order of their steps."""
    return tuple(exchange for exchange in trial.exchanges if exchange.part == part)


def whole(trial: Trial) -> bool:
    """Whether the trial was set up as wanted, and all of what was to be read back was answered."""
    setup, read = of_part(trial, "setup"), of_part(trial, "observe")
    return (
        not trial.crashed
        and all(exchange.done for exchange in setup)
        and all(exchange.response is not None for exchange in read)
        and len(read) == len(trial.scenario.observe)
    )


def _file_name(experiment: str, candidate: Candidate) -> str:
    """A name for the history that a file can have, different for each candidate."""
    text = "+".join(candidate.operations)
    words = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60]
    return f"{experiment}-{words}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"


def _relative(events: Iterable[SensorEvent], origin: float) -> list[SensorEvent]:
    return [event.model_copy(update={"at": round(event.at - origin, 6)}) for event in events]


def _seconds(scenario: Scenario, name: str) -> float:
    value = scenario.settings.get(name, 0.0)
    return float(value) if isinstance(value, int | float) else 0.0
