"""What to bring together: setups and attacks for one operation or a pair, from the ways the driver knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crashworthy.core.history import Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.serializability import VARIANT, accepted_pattern
from crashworthy.lab.experiments.observed import changes
from crashworthy.lab.experiments.trial import of_part

MOST_READINGS = 10
MOST_UNITS = 12
_MOST_AMOUNTS = 4
_UNIQUE = re.compile(r"(?<!\$)\$\{unique\}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True)
class Ground:
    """What all variants of a candidate start from: setup, the steps to bring together, what to read back."""

    setup: tuple[Step, ...]
    steps: tuple[Step, ...]
    observe: tuple[Step, ...]

    def scenario(self, name: str, attack: Sequence[Step], *, more_setup: Sequence[Step] = ()) -> Scenario:
        """A serial scenario of that variant."""
        return Scenario(
            setup=(*self.setup, *more_setup), attack=tuple(attack), observe=self.observe, settings={VARIANT: name}
        )


def ground(operations: Sequence[str], playbook: Playbook, known: Sequence[Operation]) -> Ground | None:
    """The merged ways to the operations, or None when one of them has no way."""
    ways = [playbook.way(name) for name in operations]
    if any(way is None for way in ways):
        return None
    setup: list[Step] = []
    steps = []
    for way in ways:
        if way is not None:
            setup += [step for step in way.steps[:-1] if step not in setup]
            steps.append(way.steps[-1])
    return Ground(tuple(setup), tuple(steps), readback((*setup, *steps), setup, playbook, known))


def readback(
    made: Sequence[Step], setup: Sequence[Step], playbook: Playbook, known: Sequence[Operation]
) -> tuple[Step, ...]:
    """Reads whose own setup is part of `setup`; those that share words with the requests `made` come first."""
    safe = {operation.name for operation in known if operation.method == "GET"}
    found: dict[str, Step] = {}
    for way in playbook.ways:
        if way.operation in safe and way.operation not in found and all(step in setup for step in way.steps[:-1]):
            found[way.operation] = way.steps[-1]
    words = {word for step in made for word in _words(step.operation)}
    ranked = sorted(found.values(), key=lambda step: -len(words & set(_words(step.operation))))
    return tuple(ranked[:MOST_READINGS])


def first_variants(base: Ground) -> Iterator[Scenario]:
    """Variants that need no knowledge of how the service answers."""
    if len(base.steps) > 1:
        yield base.scenario("together", [bound(step, index) for index, step in enumerate(base.steps, 1)])
        return
    step = base.steps[0]
    if bound(step, 1) == step:
        yield base.scenario("twice", [step, step])
        yield base.scenario("twice, after one", [step, step], more_setup=[step])
    else:
        yield base.scenario("the same twice", [bound(step, 1), bound(step, 1)])
        yield base.scenario("two of a kind", [bound(step, 1), bound(step, 2)])
        yield base.scenario("two of a kind, after one", [bound(step, 1), bound(step, 2)], more_setup=[bound(step, 3)])


def larger(scenario: Scenario, requests: int) -> Scenario:
    """The variant with more requests of the same kinds."""
    attack = tuple(scenario.attack[index % len(scenario.attack)] for index in range(requests))
    settings: dict[str, Json] = {**scenario.settings, VARIANT: f"{scenario.settings[VARIANT]}, {requests} requests"}
    return scenario.model_copy(update={"attack": attack, "settings": settings})


def last_amounts(base: Ground, before: Trial, after: Trial) -> Iterator[Scenario]:
    """Variants that ask for all there is, twice: amounts that the requests changed, put into numbers of the body."""
    step = base.steps[0]
    fields = [(path, value) for path, value in _numbers(step.body) if _amount(value) > 0]
    amounts: list[float] = []
    for _, _, first, second in changes(before, after, (), limit=30):
        if _is_number(first) and _is_number(second) and _amount(first) > 0:
            amounts.append(_amount(first))
    combined = [(path, value, amount) for amount in dict.fromkeys(amounts) for path, value in fields]
    for path, value, amount in combined[:_MOST_AMOUNTS]:
        whole = _with(step.body, path, _like(value, amount))
        attack = [bound(step.model_copy(update={"body": whole}), index) for index in (1, 2)]
        name = f"all of it: {'.'.join(map(str, path))} = {amount:g}"
        yield base.scenario(name, attack)


def until_refused(base: Ground) -> Scenario:
    """A serial play that shows after how many the service refuses one more."""
    step = base.steps[0]
    return base.scenario("how many", [bound(step, 10 + index) for index in range(MOST_UNITS)])


def last_of_many(base: Ground, counted: Trial) -> Scenario | None:
    """The variant in which two requests ask for the last one, when `counted` found a limit above one."""
    pattern = accepted_pattern(counted)
    limit = sum(pattern)
    refused = [e.response.status for e in of_part(counted, "attack") if e.response is not None and not e.ok]
    if not 2 <= limit < MOST_UNITS or any(pattern[limit:]) or any(not 400 <= status < 500 for status in refused):
        return None
    step = base.steps[0]
    taken = [bound(step, 10 + index) for index in range(limit - 1)]
    return base.scenario("the last one", [bound(step, 1), bound(step, 2)], more_setup=taken)


def bound(step: Step, number: int) -> Step:
    """The step with `${unique}` replaced by a value that differs per number and from the setup's."""
    return Step.model_validate_json(_UNIQUE.sub(str(700_000 + number), step.model_dump_json()))


def _words(text: str) -> list[str]:
    return [word.rstrip("s") for word in re.findall(r"[a-z]+", text.partition(" ")[2].lower())]


def _numbers(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _numbers(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _numbers(item, (*path, index))
    elif _is_number(value):
        yield path, value


def _is_number(value: Json) -> bool:
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(value))
    return isinstance(value, int | float) and not isinstance(value, bool)


def _amount(value: Json) -> float:
    return float(value) if isinstance(value, str | int | float) else 0.0


def _like(value: Json, amount: float) -> Json:
    """The amount in the type of the value it replaces."""
    if isinstance(value, str):
        return f"{amount:.{len(value.partition('.')[2])}f}"
    return int(amount) if amount.is_integer() else amount


def _with(body: Json, path: tuple[str | int, ...], new: Json) -> Json:
    if not path:
        return new
    if isinstance(body, dict):
        return {key: _with(item, path[1:], new) if key == path[0] else item for key, item in body.items()}
    if isinstance(body, list):
        return [_with(item, path[1:], new) if index == path[0] else item for index, item in enumerate(body)]
    return body
