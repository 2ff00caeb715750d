"""Plays at another time than now.

Settings of a scenario:

- `at`: what the clock of the service's process says while its requests are answered, in ISO 8601; all requests of the
  play are made then, so that nothing in it is older or younger than it should be,
- `later_s`: seconds after the set-up at which the attack is made,
- `zone`: the time zone that the service's process is in,
- `deadline`: an instant that is put into requests of the set-up: the `operation` and `field` that take it, `ahead_s`
  seconds from now, written with an offset of `offset_h` hours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from crashworthy.core.history import Trial
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.trial import Recorder
from crashworthy.source.tree import SourceTree

AT = "at"
LATER = "later_s"
ZONE = "zone"
DEADLINE = "deadline"

# Clocks that only run forward, and stores that forget by a clock of their own, are not shifted with the process's.
_OTHER_CLOCKS = re.compile(
    r"\bmonotonic\b|\bredis\b|\bvalkey\b|\bmemcache|\bcachetools\b|\bTTLCache\b|\baiocache\b|\bdiskcache\b|\bexpiringdict\b"
    r"|\bcall_later\b|\bTimer\(|scheduler\b|\bcelery\b|\bcrontab\b|\brepeat_every\b|\bwhile True:[^#]*?\bsleep\(",
    re.IGNORECASE,
)

_SWEEPS = re.compile(
    r"\bdef (\w*(?:expire|sweep|purge|clean_?up|release|reap|free|reconcile|recover_(?!pass|account)|unlock)\w*)\("
)


def sweeper_in(tree: SourceTree) -> str | None:
    """The name of a function that may free what has ended, where somebody calls it."""
    return next((match[1] for file in tree.files if (match := _SWEEPS.search(file.text))), None)


def others_in(tree: SourceTree) -> bool:
    """Whether the source speaks of a clock that is not shifted: a timer, a scheduler, a store that forgets."""
    return any(_OTHER_CLOCKS.search(file.text) for file in tree.files)


def play(recorder: Recorder, scenario: Scenario, purpose: str) -> Trial:
    """Play `scenario` once, serially. OutOfTimeError when the time is over before."""
    with recorder.copy(scenario, purpose) as stage:
        known = stage.player.play(_dated(scenario), "setup", plan=_plan(scenario, 0.0))
        stage.exchanges += known.exchanges
        later_s = scenario.settings.get(LATER)
        plan = _plan(scenario, float(later_s) if isinstance(later_s, int | float) else 0.0)
        for part, steps in (("attack", scenario.attack), ("observe", scenario.observe)):
            stage.exchanges += stage.player.play(steps, part, known.variables, plan=plan).exchanges
        stage.collect()
    return recorder.keep(replace(stage, order=tuple(range(len(scenario.attack)))))


def later(scenario: Scenario) -> dict[str, Json]:
    """What the sensor is told with requests that are made `later_s` after the first."""
    later_s = scenario.settings.get(LATER)
    return {"clock": {"shift_s": later_s}} if isinstance(later_s, int | float) else {}


def _plan(scenario: Scenario, later_s: float) -> dict[str, Json]:
    at, zone = scenario.settings.get(AT), scenario.settings.get(ZONE)
    shift_s = later_s
    if isinstance(at, str):
        shift_s += (datetime.fromisoformat(at) - datetime.now(UTC)).total_seconds()
    clock: dict[str, Json] = {"shift_s": shift_s} if shift_s else {}
    if isinstance(zone, str):
        clock["zone"] = zone
    return {"clock": clock} if clock else {}


def _dated(scenario: Scenario) -> Sequence[Step]:
    deadline = scenario.settings.get(DEADLINE)
    if not isinstance(deadline, dict):
        return scenario.setup
    text, field = written(deadline), str(deadline.get("field"))
    return [
        step.model_copy(update={"body": {**step.body, field: text}})
        if step.operation == deadline.get("operation") and isinstance(step.body, dict)
        else step
        for step in scenario.setup
    ]


def written(deadline: dict[str, Json]) -> str:
    """The instant that a deadline stands for at present, as RFC 3339 writes it."""
    ahead_s, offset_h = deadline.get("ahead_s"), deadline.get("offset_h")
    assert isinstance(ahead_s, int | float)
    assert isinstance(offset_h, int | float)
    instant = datetime.now(UTC) + timedelta(seconds=ahead_s)
    return instant.astimezone(timezone(timedelta(hours=offset_h))).isoformat(timespec="seconds")
