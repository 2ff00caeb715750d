"""Variants by another actor and on other objects: what one actor or one object allows once, several may exceed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crashworthy.core.history import Trial
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Playbook, Way
from crashworthy.core.scenario import Scenario, Step
from crashworthy.lab.experiments.concurrency.serializability import accepted_pattern
from crashworthy.lab.experiments.concurrency.variants import Ground, ground_of, numbers, with_value
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.template import map_texts, placeholders, rename
from crashworthy.lab.traffic.ways import as_actor

MOST_OBJECTS = 8
MEETING = "meeting"
"""Setting of a scenario: who or what meets in it, where that is more than equal requests of one actor."""
TWO_ACTORS = "of two users"
OTHER_OBJECTS = "on different objects"

_MOST_FIELDS = 4
_SECOND = "B"
_UNIQUE = re.compile(r"(?<!\$)\$\{unique\}(\d*)")


def by_two(operations: Sequence[str], playbook: Playbook, known: Sequence[Operation]) -> Ground | None:
    """The ways gone by two actors, the last operation by the second of them; None where only one can go them."""
    ways = [way for name in operations if (way := playbook.way(name)) is not None]
    if len(ways) != len(operations) or any(way.actor == _SECOND for way in ways):
        return None
    second = as_actor(ways[-1], _SECOND)
    if not _acts(ways[-1], "A") or any(step.actor == _SECOND for way in ways for step in way.steps):
        return None
    first = ways if len(ways) > 1 else [ways[0], ways[0]]
    base = ground_of([*first[:-1], second], playbook, known)
    # Different operations were paired for the data they share, through whatever objects.
    return base if base is not None and (len(operations) > 1 or _meet(base.steps)) else None


def with_optional(base: Ground, playbook: Playbook, known: Sequence[Operation]) -> tuple[str, Ground] | None:
    """The request with its optional inputs that name something, and these; None where none does, or several act."""
    step = base.steps[0]
    fuller = [each for each in playbook.variants if each.way.operation == step.operation and each.inputs]
    if len(base.steps) > 1 or not fuller:
        return None
    fullest = max(fuller, key=lambda each: len(each.inputs))
    ground = ground_of([fullest.way], playbook, known)
    if ground is None or not makers(ground) - makers(base):
        return None
    return ", ".join(fullest.inputs), ground


def makers(base: Ground) -> frozenset[str]:
    """The operations of the set-up."""
    return frozenset(step.operation for step in base.setup)


def at_once_with(inputs: str, base: Ground, what: str = "") -> Scenario:
    """Two requests with these inputs at once."""
    steps = [base.bound(base.steps[0], index) for index in (1, 2)]
    return _meeting(base.scenario(f"with {inputs}{what and ', '}{what}", steps), f"with {inputs}")


def with_few(base: Ground, besides: frozenset[str] = frozenset()) -> Iterator[tuple[str, Ground]]:
    """Grounds in which there is one only: a number above one in what the set-up made is one, by name of the number.

    What the operations `besides` make stays as it is.
    """
    found = 0
    for place, step in enumerate(base.setup):
        if step.operation in besides | {each.operation for each in base.steps}:
            continue
        for path, value in numbers(step.body):
            if found == _MOST_FIELDS or not isinstance(value, int) or isinstance(value, bool) or value <= 1:
                continue
            found += 1
            fewer = step.model_copy(update={"body": with_value(step.body, path, 1)})
            setup = (*base.setup[:place], fewer, *base.setup[place + 1 :])
            yield f"{'.'.join(map(str, path))} of {step.operation} = 1", Ground(setup, base.steps, base.observe)


def on_others(base: Ground, count: int) -> Ground | None:
    """The ground with `count` steps, each on an object of its own; None where the step uses no object it can choose."""
    step = base.steps[0]
    made = _producer(base.setup, step)
    if made is None:
        return None
    place, names = made
    setup, steps = list(base.setup), [step]
    for number in range(2, count + 1):
        renamed = {name: f"{name}_other{number}" for name in names}
        producer = _numbered(base.setup[place], number)
        saves = tuple(save.model_copy(update={"name": renamed.get(save.name, save.name)}) for save in producer.saves)
        setup.append(producer.model_copy(update={"saves": saves}))
        steps.append(rename(step.model_copy(update={"saves": ()}), renamed))
    return Ground(tuple(setup), tuple(steps), base.observe)


def by_two_actors(base: Ground, what: str = "") -> Scenario:
    """The two requests at once, one by each actor."""
    steps = [base.bound(step, index) for index, step in enumerate(base.steps, 1)]
    return _meeting(base.scenario(f"by two{what and ', '}{what}", steps), TWO_ACTORS)


def on_two_objects(base: Ground) -> Scenario:
    """One actor asks for two objects at once."""
    return _meeting(base.scenario("on two", base.steps[:2]), OTHER_OBJECTS)


def one_by_one(base: Ground) -> Scenario:
    """A serial play that shows after how many objects the service refuses one more."""
    return base.scenario("how many others", base.steps)


def last_of_others(base: Ground, counted: Trial, *, least: int = 1) -> Scenario | None:
    """The variant in which two objects are asked for where one more is allowed.

    None when `counted` found no limit, or a smaller one than `least`.
    """
    pattern = accepted_pattern(counted)
    limit = sum(pattern)
    refused = [e.response.status for e in of_part(counted, "attack") if e.response is not None and not e.ok]
    if not least <= limit < len(pattern) or any(pattern[limit:]) or any(not 400 <= status < 500 for status in refused):
        return None
    more = base.steps[: limit - 1]
    last = base.scenario("others up to the limit", base.steps[limit - 1 : limit + 1], more_setup=more)
    return _meeting(last, OTHER_OBJECTS)


def _meeting(scenario: Scenario, how: str) -> Scenario:
    return scenario.model_copy(update={"settings": {**scenario.settings, MEETING: how}})


def _acts(way: Way, actor: str) -> bool:
    """Whether somebody takes part whose place another can take: who logs in on the way, or is named by the request."""
    if way.actor != actor:
        return False
    by_other = as_actor(way, _SECOND).steps[-1]
    is_named = by_other != way.steps[-1].model_copy(update={"actor": _SECOND})
    return is_named or any(step.actor == actor for step in way.steps[:-1])


def _meet(steps: Sequence[Step]) -> bool:
    """Whether the requests are about one object, or about none that somebody made for himself."""
    about = [placeholders(step.model_copy(update={"headers": (), "saves": ()})) - {"unique"} for step in steps]
    return not all(about) or bool(about[0] & about[-1])


def _numbered(step: Step, number: int) -> Step:
    return map_texts(step, lambda text: _UNIQUE.sub(rf"${{unique}}\g<1>7{number}", text))


def _producer(setup: Sequence[Step], step: Step) -> tuple[int, frozenset[str]] | None:
    """The set-up's step that made the object which the request is about, and the names of its values that it uses."""
    used = placeholders(step.model_copy(update={"headers": (), "saves": ()}))
    for place in reversed(range(len(setup))):
        names = used & {save.name for save in setup[place].saves}
        if names and setup[place].method == "POST" and setup[place].operation != step.operation:
            return place, frozenset(names)
    return None
