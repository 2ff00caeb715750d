"""Smaller scenarios that may show the same fault."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.traffic.needed import is_needed

_FEWEST_TOGETHER = 2


def shrink(
    scenario: Scenario, still_shows: Callable[[Scenario], bool], left: Callable[[], float], longest: float = 0.0
) -> Scenario:
    """Take away what is not needed, one thing at a time, until nothing more can be taken or the time is up.

    `left` tells how many seconds are left; a try is begun only when the longest so far would fit, for which
    `longest` is a guess.
    """
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(scenario):
            if left() <= longest:
                return scenario
            began = time.monotonic()
            shown = still_shows(candidate)
            longest = max(longest, time.monotonic() - began)
            if shown:
                scenario, smaller = candidate, True
                break
    return scenario


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Candidates, those that take away most first."""
    attack = scenario.attack
    fewest = _FEWEST_TOGETHER if len(set(map(repr, attack))) > 1 or scenario.interleaving != "serial" else 1
    if len(attack) > fewest:
        for size in dict.fromkeys((fewest, len(attack) // 2, len(attack) * 3 // 4)):
            if fewest <= size < len(attack):
                yield scenario.model_copy(update={"attack": attack[:size]})
    steps = (*scenario.setup, *attack, *scenario.observe)
    for index in reversed(range(len(scenario.setup))):
        if is_needed(steps, index):
            continue
        yield scenario.model_copy(update={"setup": scenario.setup[:index] + scenario.setup[index + 1 :]})
    if len(scenario.observe) > 1:
        for index in range(len(scenario.observe)):
            yield scenario.model_copy(update={"observe": (scenario.observe[index],)})
        for index in reversed(range(len(scenario.observe))):
            yield scenario.model_copy(update={"observe": scenario.observe[:index] + scenario.observe[index + 1 :]})
    for field in _fields(attack):
        yield scenario.model_copy(update={"attack": tuple(_without(step, field) for step in attack)})


def _fields(attack: tuple[Step, ...]) -> list[str]:
    """Fields that all the attack's bodies have; the last one stays."""
    bodies = [step.body for step in attack if isinstance(step.body, dict)]
    if not bodies or len(bodies) < len(attack) or len(bodies[0]) < 2:
        return []
    return [name for name in bodies[0] if all(name in body for body in bodies)]


def _without(step: Step, field: str) -> Step:
    body = step.body
    if not isinstance(body, dict):
        return step
    return step.model_copy(update={"body": {name: value for name, value in body.items() if name != field}})
