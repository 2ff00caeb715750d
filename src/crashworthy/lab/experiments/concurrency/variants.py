"""What to bring together: setups and attacks for one operation or a pair, from the ways the driver knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from crashworthy.core.history import Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.serializability import VARIANT, accepted_pattern
from crashworthy.lab.experiments.observed import Mask, changes
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.readback import pick_readback
from crashworthy.lab.traffic.template import map_texts
from crashworthy.lab.traffic.ways import merge

MOST_READINGS = 10
MOST_UNITS = 12
_MOST_AMOUNTS = 4
# As many digits as the player begins with: what was accepted with those is accepted with these.
_FIRST_NUMBER = 2000
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

    def bound(self, step: Step, number: int) -> Step:
        """The step with `${unique}` replaced by a value that differs per number and from the setup's.

        A text that the setup sends too names what the setup made, and stays as it is.
        """
        made = self._texts

        def text(value: str) -> str:
            return value if value in made else _UNIQUE.sub(str(_FIRST_NUMBER + number), value)

        return map_texts(step, text)

    @cached_property
    def _texts(self) -> frozenset[str]:
        found: set[str] = set()

        def note(value: str) -> str:
            found.add(value)
            return value

        for step in self.setup:
            map_texts(step, note)
        return frozenset(found)


def ground(operations: Sequence[str], playbook: Playbook, known: Sequence[Operation]) -> Ground | None:
    """The merged ways to the operations, or None when one of them has no way."""
    ways = [way for name in operations if (way := playbook.way(name)) is not None]
    return ground_of(ways, playbook, known) if len(ways) == len(operations) else None


def ground_of(ways: Sequence[Way], playbook: Playbook, known: Sequence[Operation]) -> Ground | None:
    """The merged ways, or None where one of them is empty."""
    merged = merge(ways)
    if len(merged.last) != len(ways):
        return None
    read = pick_readback(known, playbook, merged.setup, merged.last)
    gets = [step for step in read.observe if step.method == "GET"]
    return Ground(read.setup, merged.last, tuple(gets[:MOST_READINGS]))


def first_variants(base: Ground) -> Iterator[Scenario]:
    """Variants that need no knowledge of how the service answers."""
    if len(base.steps) > 1:
        yield base.scenario("together", [base.bound(step, index) for index, step in enumerate(base.steps, 1)])
        return
    step = base.steps[0]
    one, other = base.bound(step, 1), base.bound(step, 2)
    if one == step:
        yield base.scenario("twice", [step, step])
        yield base.scenario("twice, after one", [step, step], more_setup=[step])
    else:
        yield base.scenario("the same twice", [one, one])
        yield base.scenario("two of a kind", [one, other])
        yield base.scenario("two of a kind, after one", [one, other], more_setup=[base.bound(step, 3)])


def larger(scenario: Scenario, requests: int) -> Scenario:
    """The variant with more requests of the same kinds."""
    attack = tuple(scenario.attack[index % len(scenario.attack)] for index in range(requests))
    settings: dict[str, Json] = {**scenario.settings, VARIANT: f"{scenario.settings[VARIANT]}, {requests} requests"}
    return scenario.model_copy(update={"attack": attack, "settings": settings})


def last_amounts(base: Ground, before: Trial, after: Trial, masks: Iterable[Mask]) -> Iterator[Scenario]:
    """Variants that ask for all there is, twice: amounts that the requests changed, put into numbers of the body."""
    step = base.steps[0]
    fields = [(path, value) for path, value in numbers(step.body) if _amount(value) > 0]
    amounts: list[float] = []
    for _, _, first, second in changes(before, after, masks, limit=30):
        if _is_number(first) and _is_number(second) and _amount(first) > 0:
            amounts.append(_amount(first))
    combined = [(path, value, amount) for amount in dict.fromkeys(amounts) for path, value in fields]
    for path, value, amount in combined[:_MOST_AMOUNTS]:
        whole = with_value(step.body, path, _like(value, amount))
        attack = [base.bound(step.model_copy(update={"body": whole}), index) for index in (1, 2)]
        name = f"all of it: {'.'.join(map(str, path))} = {amount:g}"
        yield base.scenario(name, attack)


def with_plenty(base: Ground) -> Scenario | None:
    """The same request twice, where what the set-up last did to something was done once more before."""
    added = [step for step in base.setup if step.method in ("POST", "PUT") and "${" in step.path]
    if len(base.steps) != 1 or not added:
        return None
    more = base.bound(added[-1].model_copy(update={"saves": ()}), 30)
    one = base.bound(base.steps[0], 1)
    return base.scenario("the same twice, with plenty", [one, one], more_setup=[more])


def until_refused(base: Ground) -> Scenario:
    """A serial play that shows after how many the service refuses one more."""
    step = base.steps[0]
    return base.scenario("how many", [base.bound(step, 10 + index) for index in range(MOST_UNITS)])


def last_of_many(base: Ground, counted: Trial) -> Scenario | None:
    """The variant in which two requests ask for the last one, when `counted` found a limit above one."""
    pattern = accepted_pattern(counted)
    limit = sum(pattern)
    refused = [e.response.status for e in of_part(counted, "attack") if e.response is not None and not e.ok]
    if not 2 <= limit < MOST_UNITS or any(pattern[limit:]) or any(not 400 <= status < 500 for status in refused):
        return None
    step = base.steps[0]
    taken = [base.bound(step, 10 + index) for index in range(limit - 1)]
    return base.scenario("the last one", [base.bound(step, 1), base.bound(step, 2)], more_setup=taken)


def numbers(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """The numbers in a body, also those written as texts, with their paths."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from numbers(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from numbers(item, (*path, index))
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


def with_value(body: Json, path: tuple[str | int, ...], new: Json) -> Json:
    """The body with another value at that path."""
    if not path:
        return new
    if isinstance(body, dict):
        return {key: with_value(item, path[1:], new) if key == path[0] else item for key, item in body.items()}
    if isinstance(body, list):
        return [with_value(item, path[1:], new) if index == path[0] else item for index, item in enumerate(body)]
    return body
