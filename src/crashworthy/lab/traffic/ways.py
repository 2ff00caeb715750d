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
from crashworthy.lab.traffic.template import PLACEHOLDER, map_texts, rename

ACTOR_DIGITS = {"nobody": "0", "A": "1", "B": "2", "admin": "3"}

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
    joined = _Joined()
    last = [joined.add(way.steps) for way in ways if way.steps]
    return Merged(tuple(joined.steps), tuple(last))


def as_actor(way: Way, actor: str) -> Way:
    """The way gone by another actor, with texts, values and names of its own.

    Whoever held that name in the way takes the place of the way's actor.
    """
    if actor == way.actor:
        return way
    swap = {way.actor: actor, actor: way.actor}
    steps = tuple(_swapped(step, swap) for step in way.steps)
    names = {save.name: f"{save.name}_{actor.lower()}" for step in steps for save in step.saves}
    return way.model_copy(update={"actor": actor, "steps": tuple(rename(step, names) for step in steps)})


def actors_of(steps: Iterable[Step]) -> tuple[str, ...]:
    """The actors who take part, in the order of their first step."""
    return tuple(dict.fromkeys(step.actor for step in steps))


def with_save(step: Step, save: Save) -> tuple[Step, str]:
    """The step saving that value as well, and the name under which it does."""
    for own in step.saves:
        if (own.where, own.path, own.pattern) == (save.where, save.path, save.pattern):
            return step, own.name
    return step.model_copy(update={"saves": (*step.saves, save)}), save.name


def bind(step: Step, names: Mapping[str, str]) -> Step:
    """The step needing values by other names; what it saves itself keeps its names."""
    return rename(step.model_copy(update={"saves": ()}), names).model_copy(update={"saves": step.saves})


class _Joined:
    """A growing set-up."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self._places: dict[tuple[str, int], int] = {}
        self._taken: set[str] = set()

    def add(self, steps: Sequence[Step]) -> Step:
        """Take in all but the last step; returns the last one, bound to the joined set-up."""
        names: dict[str, str] = {}
        seen: Counter[str] = Counter()
        for step in steps[:-1]:
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
        return self._last(steps[-1], names)

    def _save(self, step: Step, save: Save) -> tuple[Step, str]:
        for own in step.saves:
            if (own.where, own.path, own.pattern) == (save.where, save.path, save.pattern):
                return step, own.name
        return with_save(step, save.model_copy(update={"name": self._free(save.name)}))

    def _last(self, step: Step, names: Mapping[str, str]) -> Step:
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


def _swapped(step: Step, swap: Mapping[str, str]) -> Step:
    digits = {ACTOR_DIGITS[old]: ACTOR_DIGITS[new] for old, new in swap.items() if {old, new} <= ACTOR_DIGITS.keys()}

    def text(value: str) -> str:
        return _UNIQUE.sub(lambda match: "${unique}" + digits.get(match[1], match[1]), value)

    return map_texts(step, text).model_copy(update={"actor": swap.get(step.actor, step.actor)})


def unique_text(actor: str, ordinal: int = 0) -> str:
    """A placeholder for digits that differ per play, per actor and per ordinal."""
    return "${unique}" + ACTOR_DIGITS.get(actor, "9") + (str(ordinal) if ordinal else "")


def is_template(value: Json) -> bool:
    """Whether the value is a text with a placeholder."""
    return isinstance(value, str) and any(match[1] for match in PLACEHOLDER.finditer(value))
