"""From a plan, a set of choices, to the request that tries it."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.actors import (
    NOBODY,
    Headers,
    Identity,
    before_all,
    is_identity,
    login_in_path,
    user_in_path,
)
from crashworthy.lab.traffic.autofill import texts_of
from crashworthy.lab.traffic.base import Base
from crashworthy.lab.traffic.data import ALL, REQUIRED, Maker
from crashworthy.lab.traffic.dav import MAKING, RELOCATING, destination
from crashworthy.lab.traffic.encode import FORM, MULTIPART
from crashworthy.lab.traffic.facts import Slot, slots_of
from crashworthy.lab.traffic.files import file_of
from crashworthy.lab.traffic.grants import give
from crashworthy.lab.traffic.hints import Hints
from crashworthy.lab.traffic.knowledge import Knowledge, Source
from crashworthy.lab.traffic.look import look_first
from crashworthy.lab.traffic.meanings import PASSWORD
from crashworthy.lab.traffic.names import DIRECTIONS, OPPOSITE, collection, words
from crashworthy.lab.traffic.plan import MADE_UP, Path, Plan
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.session import Session
from crashworthy.lab.traffic.template import as_text, escape
from crashworthy.lab.traffic.told import TOLD
from crashworthy.lab.traffic.ways import bind, unique_text, with_more

STRUCTURED = ("application/json", FORM, MULTIPART)
"""Content types whose bodies have fields."""


# How well a value must fit an input that does not say that it refers to something; headers have names of their own.
_SAME_FIELD, _SAME_HEADER = 5, 4


@dataclass
class Draft:
    """A request and the steps it builds on, on their own and as the session calls their values; the inputs given.

    `unmet` inputs name a thing that nothing known is; `seen` ones got what a list showed.
    """

    step: Step
    live: Step
    setup: tuple[Step, ...]
    given: list[Path]
    unmet: list[Slot] = field(default_factory=list)
    seen: list[Slot] = field(default_factory=list)


@dataclass(frozen=True)
class Workshop:
    """Builds requests for plans.

    `numbers` gives each operation a number, so that their unique texts differ; `nouns` are the words that the
    service's paths have for its things.
    """

    knowledge: Knowledge
    hints: Hints
    numbers: Mapping[str, int]
    nouns: frozenset[str]
    seed: int

    def first_plan(self, operation: Operation) -> Plan:
        """What to try first."""
        actor = "A" if operation.needs_login and "A" in self.knowledge.identities else ""
        body = operation.body
        required = body.data_schema.get("required") if body else None
        return Plan(actor=actor, level=REQUIRED if required or not body else ALL)

    def sources(self, operation: Operation) -> dict[Path, list[Source]]:
        """For each input of the operation, where its value could come from."""
        slots = slots_of(operation)
        return {slot.path: self.knowledge.sources(slot, slots, operation) for slot in slots}

    def signature(self, operation: Operation, plan: Plan) -> tuple[object, ...]:
        """Tells requests apart: the plan, where its values come from, and the ways it goes before."""
        sources = [
            (slot.path, source.key)
            for slot in slots_of(operation)
            if self.is_bound(slot, operation, plan) and (source := self._source(slot, operation, plan))
        ]
        identity = self.knowledge.caller(plan.actor)
        return (
            operation.name,
            plan,
            tuple(sources),
            repr(identity),
            tuple(name in self.knowledge.lessons for name in plan.before),
        )

    def draft(self, operation: Operation, plan: Plan, session: Session) -> Draft:
        """Play the set-up that the plan needs and fill in the request. Raises SetupFailedError."""
        identity = (self.knowledge.caller(plan.actor) if plan.actor else None) or NOBODY
        base = Base(session)
        step_headers = bind(_carrier(identity), base.include(identity.steps, identity=True)).headers
        if plan.grant is not None:
            give(plan.grant, plan.actor, self.knowledge, base)
            if plan.afresh and identity.steps:
                again = base.include((*identity.steps, identity.steps[-1]))
                step_headers = bind(_carrier(identity), again).headers
        if plan.renews:
            step_headers = self._renewing(identity, base)
        known: dict[Path, Json] = {path: json.loads(text) for path, text in plan.values}
        unmet: list[Slot] = []
        seen: list[Slot] = []
        for slot in _deepest_first(operation):
            options = self.options(slot)
            if slot.path in known and self._is_linked(slot, operation, known):
                seen.append(slot)
            if slot.path not in known and options and (slot.required or plan.level == ALL):
                known[slot.path] = escape(options[0])
            if slot.path in known or not self.is_bound(slot, operation, plan):
                continue
            source = self._source(slot, operation, plan)
            if source is not None:
                names = base.include(plan.tuned((*source.steps[:-1], with_more(source.steps[-1], plan.much))))
                save = source.fact.save
                if save is not None and save.path == TOLD:
                    known |= _sent_with(operation, source, known)
                known[slot.path] = f"${{{names[save.name]}}}" if save else source.fact.template
                above = _above(operation, slot, source, names)
                known = {**{path: text for path, text in above.items() if path not in dict(plan.choices)}, **known}
                if source.fact.operation.is_safe:
                    seen.append(slot)
            elif slot.required and self.refers(slot, operation):
                unmet.append(slot)
        for name in plan.before:
            lesson = self.knowledge.lessons.get(name)
            if lesson is not None:
                base.include(plan.tuned((*lesson.way.steps[:-1], with_more(lesson.way.steps[-1], plan.much))))
        step, given = self._fill(operation, plan, identity, step_headers, known)
        if plan.look is not None:
            step = look_first(base, step, *plan.look, self.numbers)
        first, setup = self.knowledge.first, tuple(base.setup.steps)
        return Draft(step, bind(step, base.live), before_all(first, setup) if first else setup, given, unmet, seen)

    def _renewing(self, identity: Identity, base: Base) -> Headers:
        """The identity's headers with its refresh token; as they are where it has none."""
        renewing = self.knowledge.renewing(identity.actor)
        if renewing is None or renewing.fact.save is None:
            return identity.headers
        names = base.include(renewing.steps)
        token = f"${{{names[renewing.fact.save.name]}}}"
        return tuple((name, re.sub(r"\$\{\w+\}", lambda _: token, text)) for name, text in identity.headers)

    def is_bound(self, slot: Slot, operation: Operation, plan: Plan) -> bool:
        """Whether the slot takes a value that exists already."""
        choice = dict(plan.choices).get(slot.path)
        if choice is not None:
            return choice != MADE_UP
        patched = dict(plan.patches).get(slot.path)
        wanted = slot.required or patched not in (None, "null") or (plan.level == ALL and slot.path[0] == "body")
        if not wanted or is_identity(operation) or patched == "null":
            return False
        if slot.path[0] == "path":
            # A PUT makes what its path names, where nothing else makes such things.
            collection, _, name = operation.path.rstrip("/").rpartition("/")
            last = "{" + slot.name + "}" in name
            others = {f"POST {collection}", f"POST {collection}/"} & self.numbers.keys()
            makes = operation.method in MAKING and last and slot.data_schema.get("type") != "integer"
            return not makes or bool(others)
        if (operation.name, slot.path) in self.knowledge.flows:
            return True
        if "enum" in slot.data_schema or "const" in slot.data_schema or (patched and "enum" in json.loads(patched)):
            return False
        source = self._source(slot, operation, plan)
        if patched and json.loads(patched).get("type") == "string" and source and isinstance(source.fact.value, int):
            return False  # a number was refused
        if self.refers(slot, operation) or self._is_told(slot, operation, plan):
            return True
        return source is not None and bool(
            {*words(slot.name)} & OPPOSITE
            or self._source_score(slot, operation) >= (_SAME_HEADER if slot.path[0] == "header" else _SAME_FIELD)
        )

    def refers(self, slot: Slot, operation: Operation) -> bool:
        """Whether the input names a thing that must exist: by its form, or because paths have a word for it."""
        if slot.is_reference:
            return True
        plain = [word for word in words(slot.name) if word not in DIRECTIONS]
        kind = slot.data_schema.get("type")
        if not plain or plain[-1] not in self.nouns or kind in ("boolean", "array", "object", "number"):
            return False
        directed = len(plain) < len(words(slot.name))
        return (kind == "integer" or directed) and plain[-1] not in words(collection(operation.path))

    def options(self, slot: Slot) -> tuple[Json, ...]:
        """What forms offer to choose from for an input of that name, where it declares no choice itself."""
        if slot.data_schema.keys() & {"enum", "const"}:
            return ()
        wanted = words(slot.name)
        return next((found for name, found in self.knowledge.options.items() if words(name) == wanted), ())

    def _is_linked(self, slot: Slot, operation: Operation, known: Mapping[Path, Json]) -> bool:
        """Whether a link gave the value, and may not be there in a fresh state."""
        linked = self.knowledge.addresses.get(operation.name, ())
        return slot.path[0] == "path" and any((slot.name, known[slot.path]) in values for values in linked)

    def knows_things(self, slots: Sequence[Slot]) -> bool:
        """Whether the source names things that may be there from the start, for any of the inputs."""
        return any(self.hints.existing(slot.name, slot.noun) for slot in slots)

    def _is_told(self, slot: Slot, operation: Operation, plan: Plan) -> bool:
        """Whether the service told the value elsewhere than in an answer."""
        source = self._source(slot, operation, plan)
        return source is not None and source.fact.save is not None and source.fact.save.path == TOLD

    def _source_score(self, slot: Slot, operation: Operation) -> float:
        if len(words(slot.name)) < 2:
            return 0
        found = self.knowledge.sources(slot, slots_of(operation), operation)
        return found[0].score if found else 0

    def _source(self, slot: Slot, operation: Operation, plan: Plan) -> Source | None:
        found = self.knowledge.sources(slot, slots_of(operation), operation)
        number = dict(plan.choices).get(slot.path, 0)
        source = found[number] if 0 <= number < len(found) else None
        return self.knowledge.of_another(source) if source and slot.path in plan.others else source

    def _fill(
        self,
        operation: Operation,
        plan: Plan,
        identity: Identity,
        headers: tuple[tuple[str, str], ...],
        known: dict[Path, Json],
    ) -> tuple[Step, list[Path]]:
        ordinal = 0 if is_identity(operation) else self.numbers[operation.name] * 10 + plan.fresh
        maker = Maker(
            random.Random(f"{self.seed}:{operation.name}:{plan.fresh}"),  # noqa: S311 - repeatable by design
            actor=plan.actor or "A",
            ordinal=ordinal or plan.fresh,
            level=plan.level,
            patches={path: json.loads(text) for path, text in plan.patches},
            known=known,
            candidates=self.hints.values,
        )
        given: list[Path] = []
        path, query = operation.path, []
        extra = {path for path in (*maker.patches, *known) if path[0] in ("query", "header")}
        slots = {(each.where.value, each.name): each for each in operation.parameters}
        for key in dict.fromkeys((*slots, *((p[0], p[1]) for p in sorted(extra) if len(p) == 2))):
            where, name = key
            parameter = slots.get(key)
            taught = key in maker.patches or key in known
            if key in maker.patches and maker.patches[key] is None:
                continue
            if parameter is not None and not (parameter.required or where == "path" or taught):
                continue
            value = maker.value(parameter.data_schema if parameter else {}, key)
            given.append(key)
            if where == "path":
                path = path.replace("{" + name + "}", as_text(value) if value != "" else "x")
            elif where == "query":
                query += [(name, as_text(item)) for item in (value if isinstance(value, list) else [value])]
            elif where == "header" and name.lower() not in {each.lower() for each, _ in headers}:
                headers = (*headers, (name, as_text(value)))
        if operation.method in RELOCATING:
            headers = (*headers, ("Destination", destination(path)))
        if plan.own:
            headers = (*_without(headers, "authorization"), *_named_in_path(operation, path, plan.own))
        body, raw, content_type = self._body(operation, plan, maker, given)
        if plan.slash:
            path = path.rstrip("/") if path.endswith("/") else path + "/"
        step = Step(
            actor=identity.actor if plan.actor else "A",
            operation=operation.name,
            method=operation.method,
            path=path,
            query=tuple(query),
            headers=headers,
            content_type=content_type,
            body=body,
            raw_body=raw,
        )
        return step, given

    @staticmethod
    def _body(operation: Operation, plan: Plan, maker: Maker, given: list[Path]) -> tuple[Json, str | None, str | None]:
        """What a step has as `body`, `raw_body` and `content_type`."""
        taught = any(path[0] == "body" for path in (*maker.patches, *maker.known))
        kind = plan.content_type or (operation.body.content_type if operation.body else "application/json")
        if operation.body is None and not taught and plan.content_type in (None, *STRUCTURED):
            return None, None, None
        schema: Schema = operation.body.data_schema if operation.body else {"type": "object"}
        body = maker.value(schema or {"type": "object"}, ("body",))
        if kind in STRUCTURED or "json" in kind:
            given += _paths(body, ("body",))
            return body, None, kind
        if isinstance(body, str):
            return body, None, kind
        # The body is a file of its kind.
        text, raw = file_of(kind, unique_text(maker.actor, maker.ordinal))
        return text, raw, kind


def _deepest_first(operation: Operation) -> list[Slot]:
    """All inputs; those of the path from its end, as what is below a thing says which thing it is below."""
    return sorted(slots_of(operation), key=lambda slot: -operation.path.find("{" + slot.name + "}") - 1)


def _above(operation: Operation, slot: Slot, source: Source, names: Mapping[str, str]) -> dict[Path, Json]:
    """What the path of the source's last step has for the parameters before the slot, where both paths are alike."""
    if slot.path[0] != "path":
        return {}
    found: dict[Path, Json] = {}
    sent = bind(source.steps[-1], names).path.split("/")
    for own, other, value in zip(operation.path.split("/"), source.fact.operation.path.split("/"), sent, strict=False):
        if "{" + slot.name + "}" in own:
            return found
        if "{" in own and "{" in other:
            found["path", own.strip("{}")] = value
        elif own != other:
            break
    return {}


def _sent_with(operation: Operation, source: Source, known: Mapping[Path, Json]) -> dict[Path, Json]:
    """What the request sent that made the service tell something, for the inputs of the same names: whose it is."""
    sent = texts_of(source.steps[-1].body)
    slots = [slot for slot in slots_of(operation) if slot.path not in known and slot.name in sent]
    return {slot.path: sent[slot.name] for slot in slots}


def _named_in_path(operation: Operation, path: str, scheme: str) -> tuple[tuple[str, str], ...]:
    """The Authorization header for the name and the password that the filled path holds, or a usual password."""
    found = login_in_path(operation)
    user = found[0] if found else user_in_path(operation)
    pattern = re.sub(r"\\\{([^{}]*)\\\}", "([^/]+)", re.escape(operation.path))
    match = re.fullmatch(pattern, path)
    if user is None or match is None:
        return ()
    values = dict(zip(re.findall(r"\{([^{}]*)\}", operation.path), match.groups(), strict=True))
    password = values[found[1]] if found else PASSWORD
    return (("Authorization", f"{scheme} {values[user]}:{password}"),)


def _without(headers: Headers, name: str) -> Headers:
    return tuple(pair for pair in headers if pair[0].lower() != name)


def _paths(value: Json, path: Path) -> list[Path]:
    if isinstance(value, dict):
        return [at for name, below in value.items() for at in ((*path, name), *_paths(below, (*path, name)))]
    if isinstance(value, list):
        return [each for item in value[:1] for each in _paths(item, path)]
    return []


def _carrier(identity: Identity) -> Step:
    return Step(operation="", method="GET", path="/", headers=identity.headers)
