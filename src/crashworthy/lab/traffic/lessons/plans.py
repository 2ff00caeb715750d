"""From examples to plans: the requests to try before any answer suggests one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from crashworthy.core.operation import Operation
from crashworthy.core.value import Json
from crashworthy.lab.traffic.data import is_unique
from crashworthy.lab.traffic.facts import Slot, slots_of
from crashworthy.lab.traffic.lessons.lessons import Example, Path
from crashworthy.lab.traffic.lessons.recorded import is_open
from crashworthy.lab.traffic.names import noun_before
from crashworthy.lab.traffic.plan import MADE_UP, Plan
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.template import escape

# After the plain request, which gives things names of their own, and before what a refusal suggests.
_FIRST, _NEXT = 0.05, 0.01
_WITH_BEFORE = 0.5
_DEEPEST = 5

Ranked = list[tuple[float, Plan]]


def plans_for(
    operation: Operation,
    examples: Sequence[Example],
    base: Plan,
    refers: Callable[[Slot], bool],
    *,
    verbatim_rank: float = 0.0,
) -> Ranked:
    """Plans with ranks. For each example: with things and names of our own, then as recorded but for the path, then
    as recorded, and last after what the recording had before it. `refers` tells inputs that name things;
    `verbatim_rank` is added where names and passwords are taken as recorded.
    """
    plans: Ranked = []
    for number, example in enumerate(examples):
        rank = _FIRST + 4 * _NEXT * number
        own = _Filled(operation, example, base, refers, own=True).plan
        plans.append((rank, own))
        for place, whole in enumerate((False, True), 1):
            filled = _Filled(operation, example, base, refers, own=False, path=whole).plan
            plans.append((rank + place * _NEXT + verbatim_rank, filled))
        if example.before:
            after = own
            for name in example.before:
                after = after.then(name)
            plans.append((rank + _WITH_BEFORE, after))
    return plans


class _Filled:
    """A plan that takes over what an example holds.

    With `own`, inputs that name things, or that must be unlike all others, are the driver's to fill. With `path`,
    path parameters are taken over as well.
    """

    def __init__(
        self,
        operation: Operation,
        example: Example,
        base: Plan,
        refers: Callable[[Slot], bool],
        *,
        own: bool,
        path: bool = False,
    ) -> None:
        self._operation = operation
        self._refers = refers
        self._own = own
        self.plan = base
        for at, value in example.values.items():
            if at[0] != "path":
                self._take(at, value, self._schema_of(at), required=False)
            elif path and not is_open(value):
                self.plan = self.plan.give(at, escape(value))
        if not own:
            for name, text in example.known:
                self.plan = self.plan.give(("header", name), escape(text))
        if example.body is not None:
            self._body(example.body)
            self._content_type(example.content_type)

    def _schema_of(self, at: Path) -> Schema:
        found = (each.data_schema for each in self._operation.parameters if (each.where.value, each.name) == at)
        return next(found, {})

    def _body(self, body: Json) -> None:
        schema = self._operation.body.data_schema if self._operation.body else {}
        if not isinstance(body, dict) or (not self._own and not is_open(body)):
            if is_open(body):
                return
            self.plan = self.plan.give(("body",), escape(body))
            for slot in slots_of(self._operation):
                if slot.path[0] == "body":
                    self.plan = self.plan.choose(slot.path, MADE_UP)
            return
        self._spread(body, schema, ("body",), 0)
        required = schema.get("required")
        properties = schema.get("properties")
        for name in properties if isinstance(properties, dict) else ():
            if name not in body and not (isinstance(required, list) and name in required):
                self.plan = self.plan.patch({("body", name): None})

    def _spread(self, value: Json, schema: Schema, path: Path, depth: int) -> None:
        """Take over a value part by part, as far as the schema tells its parts."""
        properties = schema.get("properties")
        items = schema.get("items")
        if isinstance(value, dict) and (path == ("body",) or (isinstance(properties, dict) and depth < _DEEPEST)):
            known = properties if isinstance(properties, dict) else {}
            for name, below in value.items():
                own = known.get(name)
                self._spread(below, own if isinstance(own, dict) else {}, (*path, name), depth + 1)
        elif isinstance(value, list) and value and isinstance(value[0], dict) and isinstance(items, dict):
            self._spread(value[0], items, path, depth + 1)
        else:
            self._take(path, value, schema, required=True)

    def _take(self, path: Path, value: Json, schema: Schema, *, required: bool) -> None:
        if is_open(value) or (self._own and self._is_ours(path, value, schema, required=required)):
            self.plan = self.plan.patch({path: {}})
        else:
            self.plan = self.plan.give(path, escape(value))

    def _is_ours(self, path: Path, value: Json, schema: Schema, *, required: bool) -> bool:
        if isinstance(value, dict | list | bool) or value is None or "enum" in schema or "const" in schema:
            return False
        slot = Slot(path, schema, required, noun_before(self._operation.path, path[-1]) if path[0] == "path" else ())
        return self._refers(slot) or is_unique(path)

    def _content_type(self, content_type: str | None) -> None:
        declared = self._operation.body.content_type if self._operation.body else None
        if content_type and content_type != declared:
            self.plan = replace(self.plan, content_type=content_type)
