"""Trials of wedges: a changed request alone, once or several times, and valid requests after it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from functools import partial

from crashworthy.core.history import Trial
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import Ground
from crashworthy.lab.experiments.experiment import Lab
from crashworthy.lab.experiments.input.crashes import INPUT, WHAT
from crashworthy.lab.experiments.input.hostile import INT4_LARGEST, INT8_LARGEST
from crashworthy.lab.experiments.input.scan import Scan, Shot, spread
from crashworthy.lab.experiments.input.wedges import AGAIN, WEDGE, failing, is_lost, is_unreadable
from crashworthy.lab.experiments.trial import Recorder, of_part
from crashworthy.lab.traffic.template import map_texts
from crashworthy.lab.traffic.ways import merge

TIMES = 16
"""More than the connections of a usual pool (SQLAlchemy: 5 and 10 in reserve)."""
HASTY = "hasty"

_PROBE_TIMEOUT_S = 2.0
_GIVEN_UP_S = 1.0
"""A bad request need not be answered; the valid ones after it must be."""
_PAUSE_S = 1.0
_MOST_READS = 3
_MOST_WAYS = 3
_MOST_REPEATED = 4
_MOST_SUSPECTS = 3
_MOST_ALONE = 2
_INFINITE = frozenset({"Infinity", "1e400"})
_UNIQUE = re.compile(r"(?<!\$)\$\{unique\}")
_SECOND = 180
_FIRST_OBSERVER = 9000


def observers(base: Ground, operation: str, lab: Lab) -> tuple[Step, ...]:
    """Valid requests to make afterwards: reads of what the setup made, the good request again, then whole ways of new
    identities.
    """
    reads = [step for step in base.observe if step.operation != operation][:_MOST_READS]
    own = lab.playbook.way(operation)
    others = sorted(
        (way for way in lab.playbook.ways if way.operation != operation and len(way.steps) < 6),
        key=lambda way: (way.steps[-1].method == "GET", len(way.steps)),
    )
    ways: list[Way] = [*([own] if own else []), *others[:_MOST_WAYS]]
    return (*reads, base.bound(base.steps[0], _SECOND), *_newcomer(merge(ways).steps))


def find_wedges(good: Scenario, control: Trial, scan: Scan) -> None:
    """Scan all; play each suspect alone as soon as it is one, until one of them wedges the service."""
    for tried in range(_MOST_SUSPECTS):
        scan.run(enough=partial(scan.has_suspects, tried + 1))
        if len(scan.suspects) <= tried:
            return
        if _wedges(good, control, scan.suspects[tried], 1, scan.recorder):
            break
    scan.wedged = True
    scan.run()


def repeat_refused(good: Scenario, control: Trial, scan: Scan) -> None:
    """Play one changed request of each kind of refusal several times: it may leave something behind each time."""

    def kind(shot: Shot) -> Json:
        return [_status(shot), shot.mutation.input.split(" ")[0]]

    refused = [shot for _, shots in scan.trials for shot in shots if not shot.exchange.done]
    # Of those that do the same, the quickest: debug pages of some errors take their time.
    for shot in spread(sorted(refused, key=_worst_and_quickest), kind, _MOST_REPEATED):
        if _wedges(good, control, shot, TIMES, scan.recorder):
            return


def play_what_json_lacks(good: Scenario, control: Trial, scan: Scan) -> None:
    """Play an infinite number that was accepted alone: among what other shots made, pages may not show it."""
    accepted = [shot for _, shots in scan.trials for shot in shots if shot.exchange.done]
    infinite = [shot for shot in accepted if shot.mutation.literal in _INFINITE]
    _play_alone(infinite, good, control, scan)


def play_the_largest(good: Scenario, control: Trial, scan: Scan) -> None:
    """Play the largest integer of eight bytes alone, where a large one was accepted: added to what other shots gave it
    fails at once, by itself it may be stored, and then nothing can be added any more.
    """
    shots = [shot for _, shots in scan.trials for shot in shots]
    taken = {shot.mutation.input for shot in shots if shot.exchange.done and shot.mutation.what == INT4_LARGEST}
    largest = [shot for shot in shots if shot.mutation.what == INT8_LARGEST and shot.mutation.input in taken]
    _play_alone(largest, good, control, scan)


def play_wedge(scenario: Scenario, purpose: str, recorder: Recorder, control: Trial | None = None) -> Trial:
    """Setup, attack (given up when it is not answered), valid requests, and the failing ones again after a pause."""
    start = recorder.kept.start_of(scenario.setup) if recorder.kept else None
    with recorder.copy(scenario, purpose, timeout_s=_PROBE_TIMEOUT_S, start=start) as stage:
        known = recorder.set_up(stage, start)
        for step in scenario.attack:
            (answer,) = stage.player.play((step,), "attack", known.variables, timeout_s=_GIVEN_UP_S).exchanges
            stage.exchanges.append(answer)
            if answer.response is None:
                break
        variables = known.variables
        suspicious: list[tuple[Step, dict[str, Json]]] = []
        for index, step in enumerate(scenario.observe):
            valid = stage.player.play((step,), "observe", variables)
            stage.exchanges += valid.exchanges
            if is_lost(valid.exchanges[0]) and _worked(control, index):
                # Tried again as whoever sent it: later logins take the place of earlier ones.
                suspicious.append((step, variables))
            variables = valid.variables
            # One request that is not answered is enough, and another would cost as much time again.
            if suspicious and valid.exchanges[0].response is None:
                break
        if suspicious:
            time.sleep(0 if scenario.settings.get(HASTY) else _PAUSE_S)
            for step, before in suspicious:
                stage.exchanges += stage.player.play((step,), AGAIN, before).exchanges
    return recorder.keep(stage)


def _newcomer(steps: Iterable[Step], number: int = 0) -> tuple[Step, ...]:
    """The steps with texts of their own, so that they meet nothing that is there already."""

    def text(value: str) -> str:
        return _UNIQUE.sub(str(_FIRST_OBSERVER + number), value)

    return tuple(map_texts(step, text) for step in steps)


def _status(shot: Shot) -> int:
    return shot.exchange.response.status if shot.exchange.response else 999


def _worst_and_quickest(shot: Shot) -> tuple[int, float]:
    return -_status(shot), shot.exchange.ended - shot.exchange.started


def _play_alone(shots: list[Shot], good: Scenario, control: Trial, scan: Scan) -> None:
    """One of them for each input, until one wedges the service."""
    any(_wedges(good, control, shot, 1, scan.recorder) for shot in spread(shots, _input, _MOST_ALONE))


def _input(shot: Shot) -> Json:
    return shot.mutation.input


def _wedges(good: Scenario, control: Trial, shot: Shot, times: int, recorder: Recorder) -> bool:
    """Whether valid requests fail after the changed one alone."""
    settings: dict[str, Json] = {INPUT: shot.mutation.input, WHAT: shot.mutation.what}
    scenario = good.model_copy(update={"attack": (shot.step,) * times, "settings": settings})
    return bool(failing(play_wedge(scenario, WEDGE, recorder, control), control))


def _worked(control: Trial | None, index: int) -> bool:
    observed = of_part(control, "observe") if control else ()
    return index < len(observed) and observed[index].ok and not is_unreadable(observed[index])
