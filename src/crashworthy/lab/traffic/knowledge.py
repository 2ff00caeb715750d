"""What the driver has learned so far: a way to each reached operation, facts from the answers, and identities."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from crashworthy.core.history import Response
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import Identity, sign_up_score
from crashworthy.lab.traffic.addresses import Values
from crashworthy.lab.traffic.facts import LINK, Fact, Slot, facts_of, shapes_of, slots_of
from crashworthy.lab.traffic.names import DIRECTIONS, OPPOSITE, noun_before, word_set, words
from crashworthy.lab.traffic.scores import alike, has_type, score
from crashworthy.lab.traffic.template import body_value
from crashworthy.lab.traffic.ways import actors_of, another, as_actor, is_personal

_ENOUGH = 3.0
_CHOICES = 6
_ADDRESSES = 12
_LISTED = 0.3
_FLOWS = 10.0
_PEOPLE = word_set("user account member customer person profile")


@dataclass(frozen=True)
class Lesson:
    """A way that worked, and what its last step was answered.

    `guessed` are inputs that name a thing and were made up: the way may lean on what other sessions left behind.
    """

    operation: Operation
    way: Way
    response: Response
    guessed: tuple[Slot, ...] = ()


@dataclass(frozen=True)
class Source:
    """Steps to take before a value is known, and the fact that is it."""

    steps: tuple[Step, ...]
    fact: Fact
    score: float

    @property
    def key(self) -> str:
        """Names the choice, for telling plans apart."""
        save = self.fact.save.path if self.fact.save else repr(self.fact.template)
        return f"{self.fact.operation.name}|{save}|{len(self.steps)}|{self.fact.way.actor}"


@dataclass
class Knowledge:
    """Grows while exploring; `version` counts what was learned. `page` gave a token that a change had to carry.

    `pages` are the paths of pages with a form for an operation, by its name; `options` the values that forms offer to
    choose from, by the name of the field; `addresses` what links have for the parameters of an operation's path.

    `flows` are known beforehand: from an input (operation, slot path) to the answers (operation, JSON Pointer) that
    its value was seen to come from. `first` is who must sign up before everybody else, an administrator by that.
    """

    lessons: dict[str, Lesson] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    identities: dict[str, Identity] = field(default_factory=dict)
    shapes: dict[frozenset[str], tuple[str, ...]] = field(default_factory=dict)
    page: tuple[str, str] | None = None
    pages: dict[str, str] = field(default_factory=dict)
    options: dict[str, tuple[Json, ...]] = field(default_factory=dict)
    addresses: dict[str, list[Values]] = field(default_factory=dict)
    version: int = 0
    flows: Mapping[tuple[str, tuple[str, ...]], frozenset[tuple[str, str]]] = field(default_factory=dict)
    first: Identity | None = None
    _borrowing: bool = False

    def learn(
        self,
        operation: Operation,
        way: Way,
        response: Response,
        echoed: Collection[Json] = (),
        guessed: Sequence[Slot] = (),
    ) -> list[Fact]:
        """Keep a way that worked; returns what its answer taught. `echoed` are values it was given."""
        self.version += 1
        self.lessons[operation.name] = Lesson(operation, way, response, tuple(guessed))
        self.facts = [fact for fact in self.facts if fact.operation.name != operation.name or fact.made]
        fresh = facts_of(way, operation, response, echoed)
        self.facts += fresh
        self.see(operation, response)
        return fresh

    def add(self, facts: Sequence[Fact]) -> None:
        """Keep what another way than the lesson's brought about."""
        self.version += 1
        self.facts += [replace(fact, made=True) for fact in facts]

    def see(self, operation: Operation, response: Response) -> None:
        """Remember what the things look like that are listed or shown, to know them again under other paths."""
        last = operation.path.rstrip("/").rsplit("/", 1)[-1]
        one = re.fullmatch(r"\{([^{}]+)\}", last)
        if not operation.is_safe or ("{" in operation.path and not one):
            return
        kind = noun_before(operation.path, one[1]) if one else words(last)
        for at, shape in shapes_of(body_value(response)).items():
            if (at == () if one else at[-1:] == (0,)) and shape not in self.shapes:
                self.shapes[shape] = kind
                self.version += 1

    def note_address(self, operation: str, values: Values) -> None:
        """Remember what a link has for the path of an operation."""
        known = self.addresses.setdefault(operation, [])
        if values not in known and len(known) < _ADDRESSES:
            known.append(values)
            self.version += operation not in self.lessons

    def wants(self, operation: Operation) -> bool:
        """Whether no way is known, or one with a value that was guessed or seen in a list and can now be made."""
        lesson = self.lessons.get(operation.name)
        if lesson is None:
            return True
        slots = slots_of(operation)
        best = [self.sources(slot, slots, operation)[:1] for slot in lesson.guessed]
        return any(source and not source[0].fact.operation.is_safe for source in best)

    def _kinds(self, fact: Fact) -> tuple[str, ...]:
        return next((kinds for shape, kinds in self.shapes.items() if alike(shape, fact.shape)), ())

    def forget(self, operation: str) -> None:
        """Drop a way that does not work any more."""
        self.version += 1
        self.lessons.pop(operation, None)
        self.facts = [fact for fact in self.facts if fact.operation.name != operation]

    def identify(self, identity: Identity) -> None:
        """Keep an identity that was accepted."""
        self.version += 1
        self.identities[identity.actor] = identity

    def sources(self, slot: Slot, slots: list[Slot], consumer: Operation) -> list[Source]:
        """Where a value for `slot` could come from, the likeliest first, one per operation and field."""
        ranked = sorted(
            (
                (score(slot, fact, consumer, self._kinds(fact)) + self._seen_flowing(slot, fact, consumer), fact)
                for fact in self.facts
            ),
            key=lambda item: (-item[0], len(item[1].way.steps)),
        )
        found: dict[tuple[str, tuple[str, ...], bool], Source] = {}
        for points, fact in ranked:
            if points < _ENOUGH:
                break
            found.setdefault((fact.operation.name, fact.field, fact.save is None), Source(_steps(fact), fact, points))
            if len(found) == _CHOICES:
                break
        if not found:
            shared = self._of_same_name(slot, consumer)
            if shared:
                return shared
        if not found and slot.is_reference:
            own = self.account("A", slot) if {*slot.noun, *words(slot.name)} & _PEOPLE else None
            if own or slot.path[0] != "path":
                return [own] if own else []
            return _listed(ranked) or self._strangers(slot)
        if not found and slot.path[0] == "body":
            # The code of a plan, a zone or a currency, which nobody makes.
            return _listed(ranked)
        if not _is_second(slot, slots):
            return list(found.values())
        return [variant for source in found.values() for variant in self._others(source)]

    def _of_same_name(self, slot: Slot, consumer: Operation) -> list[Source]:
        """What other operations that were reached take for a parameter of that name, where the name tells it apart."""
        name = _distinct(slot.name)
        if not name or self._borrowing:
            return []
        self._borrowing = True
        try:
            for lesson in self.lessons.values():
                slots = slots_of(lesson.operation)
                for other in slots if lesson.operation.name != consumer.name else ():
                    if other.path[0] == "path" and _distinct(other.name) == name and (other.noun != slot.noun):
                        found = self.sources(other, slots, lesson.operation)
                        if found:
                            return found
        finally:
            self._borrowing = False
        return []

    def account(self, actor: str, slot: Slot) -> Source | None:
        """What the actor's sign-up answered as the number of the account, if the input takes that."""
        made = (fact for fact in self.facts if sign_up_score(fact.operation) > 0 and fact.way.actor == actor)
        fits = (each for each in made if each.save and each.field[-1:] in (("id",), ("uuid",)) and has_type(slot, each))
        return next((Source(_steps(fact), fact, 0) for fact in fits), None)

    def _seen_flowing(self, slot: Slot, fact: Fact, consumer: Operation) -> float:
        """Points for a fact that is known to feed the input."""
        sources = self.flows.get((consumer.name, slot.path), ())
        return _FLOWS if fact.save is not None and (fact.operation.name, fact.save.path) in sources else 0.0

    def _strangers(self, slot: Slot) -> list[Source]:
        """Ids of things that a POST below another thing made, where nothing says what these things are called."""
        ids = [
            Source(_steps(fact), fact, 0)
            for fact in self.facts
            if fact.field == ("id",)
            and fact.save is not None
            and fact.operation.method == "POST"
            and "{" in fact.operation.path
            and has_type(slot, fact)
        ]
        links = [
            Source(_steps(fact), fact, 0)
            for fact in self.facts
            if fact.field == LINK and fact.operation.method == "POST" and has_type(slot, fact)
        ]
        return [*ids[:2], *links[:2]]

    def of_another(self, source: Source) -> Source | None:
        """The same kind of thing, but that of another user; None where nobody else can be had."""
        return next((each for each in self._others(source) if "B" in actors_of(each.steps)), None)

    def renewing(self, actor: str) -> Source | None:
        """Where the actor was given a token to get a new one with."""
        known = (fact for fact in self.facts if "refresh" in fact.field and fact.save and fact.way.actor == actor)
        return next((Source(_steps(fact), fact, 0) for fact in known if isinstance(fact.value, str)), None)

    def caller(self, actor: str) -> Identity | None:
        """How the actor is known to the service; B signs up as A does."""
        known = self.identities.get(actor)
        return self.identities["A"].of("B") if known is None and actor == "B" and self._has_another_user() else known

    def _has_another_user(self) -> bool:
        known = self.identities.get("A")
        return known is not None and bool(known.steps) and is_personal(known.steps)

    def _others(self, source: Source) -> Iterator[Source]:
        """The same kind of thing, but another one: that of B, a second one, and last the same."""
        fact = source.fact
        if "A" in actors_of(source.steps) and self._has_another_user():
            way = as_actor(Way(operation="", actor="A", status=200, steps=source.steps), "B")
            save = way.steps[-1].saves[-1] if fact.save else None
            template = as_actor(_carrier(fact), "B").steps[0].body if fact.save is None else None
            yield Source(
                way.steps, Fact(way, fact.operation, fact.value, fact.field, fact.nouns, save, template), source.score
            )
        if fact.save is not None and fact.operation.method == "POST":
            yield Source((*source.steps, another(source.steps[-1])), fact, source.score)
        yield source


def _listed(ranked: Sequence[tuple[float, Fact]]) -> list[Source]:
    """From lists: what these show is not sure to be there, and is taken where it is all there is."""
    shown = (
        Source(_steps(fact), fact, points) for points, fact in ranked if fact.operation.is_safe and points >= _LISTED
    )
    return list(islice(shown, 2))


def _steps(fact: Fact) -> tuple[Step, ...]:
    if fact.save is None:
        return fact.way.steps
    last = fact.way.steps[-1]
    return (*fact.way.steps[:-1], last.model_copy(update={"saves": (fact.save,)}))


def _carrier(fact: Fact) -> Way:
    step = Step(operation="", method="GET", path="/", body=fact.template)
    return Way(operation="", actor="A", status=200, steps=(step,))


def _distinct(name: str) -> tuple[str, ...]:
    """The words of a name that says which thing is meant, without "id"; empty where it may be any."""
    return tuple(word for word in words(name) if word not in ("id", "uuid", "pk", "key", "name", "code", "number"))


def _is_second(slot: Slot, slots: list[Slot]) -> bool:
    """Whether another thing than the caller's own, or than an earlier input's, is meant."""
    own = words(slot.name)
    if {*own} & OPPOSITE:
        return True
    plain = [word for word in own if word not in DIRECTIONS]
    earlier = slots[: slots.index(slot)]
    return slot.path[0] == "body" and any(
        [word for word in words(each.name) if word not in DIRECTIONS] == plain and each.path[0] == "body"
        for each in earlier
    )
