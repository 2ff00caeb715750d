"""Joining ways: shared set-up is played once, and another actor can go the same way.

Texts that must differ per actor hold `${unique}` followed by the actor's digit, so that `user-${unique}1` of
actor A becomes `user-${unique}2` of actor B.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.meanings import FEW, MONEY, PLENTY
from crashworthy.lab.traffic.names import words
from crashworthy.lab.traffic.template import map_texts, placeholders, rename

ACTOR_DIGITS = {"nobody": "0", "A": "1", "B": "2", "admin": "3"}
# Of texts in what these make for somebody, and of those in what they make for another; each way.
_FOR_ANOTHER = {"0": "5", "5": "0", "3": "6", "6": "3"}

_PASSWORD = frozenset({"password", "passwd", "pwd", "passphrase", "pin"})
_UNIQUE = re.compile(r"(?<!\$)\$\{unique\}(\d)")


@dataclass(frozen=True)
class Merged:
    """One set-up for several ways. `last` holds each way's last step, in the order of the ways, not in `setup`."""

    setup: tuple[Step, ...]
    last: tuple[Step, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The set-up followed by the last steps."""
        return (*self.setup, *self.last)


def merge(ways: Iterable[Way]) -> Merged:
    """Join ways into one set-up in which every step that several ways share is played once.

    Two steps are the same when they send the same request as the same actor with values from the same steps: an
    actor signs up once, and an object that both ways make in the same manner is one object. The second of two
    equal steps within one way stays a second step. Saved values are renamed where names would clash; the last
    steps name the values of the joined set-up. Merging a way with itself gives its last step twice.
    """
    setup = Setup()
    last = [setup.bind_last(way.steps[-1], setup.add(way.steps[:-1])) for way in ways if way.steps]
    return Merged(tuple(setup.steps), tuple(last))


def as_actor(way: Way, actor: str) -> Way:
    """The way gone by another actor, with texts, values and names of its own.

    Whoever held that name in the way takes the place of the way's actor. What somebody else made for the actor to show,
    such as a tenant with a key, is made anew: another tenant.
    """
    if actor == way.actor:
        return way
    swap = {way.actor: actor, actor: way.actor}
    shown = frozenset().union(*(_in_headers(step) for step in way.steps if step.actor in swap))
    steps = tuple(
        _swapped(step, swap, is_for_them=any(save.name in shown for save in step.saves)) for step in way.steps
    )
    names = {save.name: f"{save.name}_{actor.lower()}" for step in steps for save in step.saves}
    return way.model_copy(update={"actor": actor, "steps": tuple(rename(step, names) for step in steps)})


def is_personal(steps: Iterable[Step]) -> bool:
    """Whether another actor who goes these steps is another user, and not the same account once more.

    A login that was found in a recording or a test is that of one account, whoever uses it.
    """
    logins = [
        step
        for step in steps
        if isinstance(step.body, dict) and any(not _PASSWORD.isdisjoint(words(name)) for name in step.body)
    ]
    return not logins or any(_UNIQUE.search(step.model_dump_json(include={"body", "path", "query"})) for step in logins)


def actors_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """The actors who take part, in the order of their first step."""
    return tuple(dict.fromkeys(step.actor for step in steps))


def saved_as(step: Step, save: Save) -> str | None:
    """The name under which the step keeps that value already."""
    return next(
        (own.name for own in step.saves if (own.where, own.path, own.pattern) == (save.where, save.path, save.pattern)),
        None,
    )


def with_save(step: Step, save: Save) -> tuple[Step, str]:
    """The step saving that value as well, and the name under which it does."""
    name = saved_as(step, save)
    if name is not None:
        return step, name
    return step.model_copy(update={"saves": (*step.saves, save)}), save.name


def bind(step: Step, names: Mapping[str, str]) -> Step:
    """The step needing values by other names; what it saves itself keeps its names."""
    return rename(step.model_copy(update={"saves": ()}), names).model_copy(update={"saves": step.saves})


class Setup:
    """A set-up that grows by ways, in which equal steps of several ways are one step. See `merge`."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._places: dict[tuple[str, int], int] = {}
        self._taken: set[str] = set()

    def add(self, steps: Sequence[Step]) -> dict[str, str]:
        """Take in steps; returns the names that the values they save have here."""
        names: dict[str, str] = {}
        seen: Counter[str] = Counter()
        for step in steps:
            bound = bind(step, names)
            content = bound.model_copy(update={"saves": ()}).model_dump_json()
            key = (content, seen[content])
            seen[content] += 1
            if key not in self._places:
                self._places[key] = len(self.steps)
                self.steps.append(bound.model_copy(update={"saves": ()}))
            place = self._places[key]
            for save in step.saves:
                self.steps[place], names[save.name] = self._save(self.steps[place], save)
        return names

    def _save(self, step: Step, save: Save) -> tuple[Step, str]:
        name = saved_as(step, save)
        return (step, name) if name else with_save(step, save.model_copy(update={"name": self._free(save.name)}))

    def cut(self, length: int) -> None:
        """Forget all steps after the first `length`."""
        del self.steps[length:]
        self._places = {key: place for key, place in self._places.items() if place < length}

    def bind_last(self, step: Step, names: Mapping[str, str]) -> Step:
        """A step that follows the set-up, bound to its values."""
        saves = tuple(save.model_copy(update={"name": self._free(save.name)}) for save in step.saves)
        return bind(step, names).model_copy(update={"saves": saves})

    def _free(self, name: str) -> str:
        base = re.sub(r"_\d+$", "", name) or name
        number, free = 1, name
        while free in self._taken:
            number += 1
            free = f"{base}_{number}"
        self._taken.add(free)
        return free


def _in_headers(step: Step) -> frozenset[str]:
    return placeholders(Step(operation="", method="GET", path="/", headers=step.headers)) - {"unique"}


def _swapped(step: Step, swap: Mapping[str, str], *, is_for_them: bool) -> Step:
    digits = {ACTOR_DIGITS[old]: ACTOR_DIGITS[new] for old, new in swap.items() if {old, new} <= ACTOR_DIGITS.keys()}
    if is_for_them and step.actor not in swap:
        digits |= _FOR_ANOTHER

    def text(value: str) -> str:
        return _UNIQUE.sub(lambda match: "${unique}" + digits.get(match[1], match[1]), value)

    return map_texts(step, text).model_copy(update={"actor": swap.get(step.actor, step.actor)})


def another(step: Step) -> Step:
    """A second step of the kind, with unique texts that differ from the first one's."""
    return map_texts(step, lambda text: _UNIQUE.sub(r"${unique}\g<1>7", text))


def with_more(step: Step, factor: int) -> Step:
    """The step with its amounts multiplied."""
    if factor == 1 or not isinstance(step.body, dict):
        return step
    body: dict[str, Json] = dict(step.body)
    for name, value in body.items():
        if not {*words(name)} & (MONEY | FEW | PLENTY):
            continue
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            body[name] = value * factor
        elif isinstance(value, str) and re.fullmatch(r"\d+\.\d\d", value):
            body[name] = f"{float(value) * factor:.2f}"
    return step.model_copy(update={"body": body})


def unique_text(actor: str, ordinal: int = 0) -> str:
    """A placeholder for digits that differ per play, per actor and per ordinal."""
    return "${unique}" + ACTOR_DIGITS.get(actor, "9") + (str(ordinal) if ordinal else "")
