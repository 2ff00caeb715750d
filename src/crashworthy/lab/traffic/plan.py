"""A plan: the choices for one attempt at an operation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.data import REQUIRED
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.template import as_text

Path = tuple[str, ...]
T = TypeVar("T")
MADE_UP = -1


@dataclass(frozen=True)
class Grant:
    """A role that an operation takes at a slot path, to be given to the caller by whoever may call that operation."""

    operation: str
    path: Path
    role: str


@dataclass(frozen=True)
class Plan:
    """Choices for one attempt.

    `actor` is "" for no identity at all. `choices` number the source of a slot (MADE_UP: none). `patches` and
    `values` are JSON by slot path: what a field's schema should be, and templates to send as they are. `before`
    names operations to run first on the same objects. `much` multiplies the amounts in these and in what makes the
    objects. `varied` are other values for inputs of operations that run before: name, path, JSON. `fresh` changes the
    unique texts. `look` is a page to get directly before, for what it gives to send back: ("etag", path) or
    ("csrf", path), where "." stands for the request's own path and ".." for the one above it. `slash` toggles a slash
    at the end of the path; `content_type` replaces the declared one. `grant` is a role to be given to the actor first,
    who then logs in once more where `afresh`. `others` are inputs that take what belongs to another user.
    `own` is a scheme in which the name and password in the path are shown as well. Who `renews` shows the token that
    is for nothing else (RFC 6749, section 6) in place of the usual one.
    """

    actor: str = ""
    level: int = REQUIRED
    choices: tuple[tuple[Path, int], ...] = ()
    patches: tuple[tuple[Path, str], ...] = ()
    values: tuple[tuple[Path, str], ...] = ()
    before: tuple[str, ...] = ()
    much: int = 1
    varied: tuple[tuple[str, Path, str], ...] = ()
    fresh: int = 0
    look: tuple[str, str] | None = None
    slash: bool = False
    content_type: str | None = None
    grant: Grant | None = None
    afresh: bool = False
    others: tuple[Path, ...] = ()
    own: str = ""
    renews: bool = False

    def choose(self, path: Path, number: int) -> Plan:
        """With another source for a slot."""
        return replace(self, choices=_put(self.choices, path, number))

    def patch(self, patches: Mapping[Path, Schema | None]) -> Plan:
        """With what an answer taught, added to what earlier ones did."""
        plan = self
        own = dict(self.patches)
        for path, schema in patches.items():
            before = json.loads(own[path]) if path in own else {}
            merged = None if schema is None else {**(before or {}), **schema}
            plan = replace(plan, patches=_put(plan.patches, path, json.dumps(merged, sort_keys=True)))
        return plan

    def give(self, path: Path, value: Json) -> Plan:
        """With a value for a slot."""
        return replace(self, values=_put(self.values, path, json.dumps(value)))

    def then(self, operation: str) -> Plan:
        """With one more operation to run before."""
        return replace(self, before=(*self.before, operation))

    def vary(self, operation: str, path: Path, value: Json) -> Plan:
        """With another value for an input of an operation that runs before."""
        kept = tuple(each for each in self.varied if each[:2] != (operation, path))
        return replace(self, varied=(*kept, (operation, path, json.dumps(value))))

    def tuned(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        """The steps with the values that the plan varies."""
        for operation, path, value in self.varied:
            steps = tuple(
                with_value(step, path, json.loads(value)) if step.operation == operation else step for step in steps
            )
        return steps


Ranked = list[tuple[float, Plan]]
"""Plans to try, the lowest number first."""


def with_value(step: Step, path: Path, value: Json) -> Step:
    """The step with another value for a field of its query or its JSON or form body; others stay as they are."""
    if path[0] == "query":
        rest = tuple(pair for pair in step.query if pair[0] != path[1])
        return step.model_copy(update={"query": (*rest, (path[1], as_text(value)))})
    if path[0] != "body" or not isinstance(step.body, dict | None):
        return step
    body = dict(step.body or {})
    if len(path) == 2:
        body[path[1]] = value
    else:
        inner = step.model_copy(update={"body": body.get(path[1], {})})
        if not isinstance(inner.body, dict):
            return step
        body[path[1]] = with_value(inner, ("body", *path[2:]), value).body
    return step.model_copy(update={"body": body, "content_type": step.content_type or "application/json"})


def _put(pairs: tuple[tuple[Path, T], ...], path: Path, value: T) -> tuple[tuple[Path, T], ...]:
    return tuple(sorted({**dict(pairs), path: value}.items()))
