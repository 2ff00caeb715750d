"""One input of a known-good request changed at a time."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.input.crashes import NESTED
from crashworthy.lab.experiments.input.fields import fields, has, schema_at, value_at, with_value, without
from crashworthy.lab.experiments.input.hostile import DEEP, Hostile, hostile_segments, hostile_texts, hostile_values
from crashworthy.lab.traffic.template import fill

_MARK = "crashworthy-literal-here"
_MOST_INPUTS = 24

_HEADERS = (Hostile("Bearer", "Bearer"), Hostile("é", "é"))
_NO_UTF_8 = "no UTF-8"
_EXOTIC_BODIES = frozenset({NESTED, _NO_UTF_8})


@dataclass(frozen=True)
class Mutation:
    """A changed request. `input` names what was changed ("body.quantity"), `what` how.

    `literal` is JSON text to be written in place of a mark in the body, for what a JSON value cannot hold.
    """

    step: Step
    input: str
    what: str
    plausible: bool = False
    literal: str | None = None
    exotic: bool = False

    def rendered(self, variables: Mapping[str, Json]) -> Step:
        """The step to send; a body with a literal becomes bytes, with the variables filled in."""
        if self.literal is None:
            return self.step
        text = json.dumps(fill(self.step.body, variables)).replace(f'"{_MARK}"', self.literal)
        return self.step.model_copy(update={"body": None, "raw_body": _base64(text.encode())})


def mutations(step: Step, operation: Operation) -> Iterator[Mutation]:
    """All changes to try, the plausible ones of every input first."""
    found = [
        *_path(step, operation),
        *_query(step, operation),
        *_headers(step, operation),
        *_body_fields(step, operation),
        *_whole_body(step),
    ]
    yield from sorted(found, key=lambda mutation: not mutation.plausible)


def _path(step: Step, operation: Operation) -> Iterator[Mutation]:
    template, actual = operation.path.split("/"), step.path.split("/")
    if len(template) != len(actual):
        return
    for index, part in enumerate(template):
        if not (part.startswith("{") and part.endswith("}")):
            continue
        for hostile in hostile_segments():
            path = "/".join([*actual[:index], str(hostile.value), *actual[index + 1 :]])
            yield _mutation(step.model_copy(update={"path": path}), f"path {part[1:-1]}", hostile)


def _query(step: Step, operation: Operation) -> Iterator[Mutation]:
    sent = [name for name, _ in step.query]
    declared = {p.name: p.data_schema for p in operation.parameters if p.where is ParameterIn.QUERY}
    for name in list(dict.fromkeys([*sent, *declared]))[:_MOST_INPUTS]:
        others = tuple(pair for pair in step.query if pair[0] != name)
        if name in sent:
            without = step.model_copy(update={"query": others})
            yield _mutation(without, f"query {name}", Hostile("missing", plausible=True))
        for hostile in hostile_texts(declared.get(name, {})):
            query = (*others, (name, str(hostile.value)))
            yield _mutation(step.model_copy(update={"query": query}), f"query {name}", hostile)


def _headers(step: Step, operation: Operation) -> Iterator[Mutation]:
    sent = [name for name, _ in step.headers]
    declared = {p.name: p.data_schema for p in operation.parameters if p.where is ParameterIn.HEADER}
    for name in list(dict.fromkeys([*sent, *declared]))[:_MOST_INPUTS]:
        others = tuple(pair for pair in step.headers if pair[0].lower() != name.lower())
        yield _mutation(
            step.model_copy(update={"headers": others}), f"header {name}", Hostile("missing", plausible=True)
        )
        for hostile in (*hostile_texts(declared.get(name, {}), in_header=True), *_HEADERS):
            headers = (*others, (name, str(hostile.value)))
            yield _mutation(step.model_copy(update={"headers": headers}), f"header {name}", hostile)


def _body_fields(step: Step, operation: Operation) -> Iterator[Mutation]:
    if not isinstance(step.body, dict | list) or step.raw_body is not None:
        return
    is_json = "json" in (step.content_type or "json")
    schema = operation.body.data_schema if operation.body else {}
    for path in fields(step.body, schema)[:_MOST_INPUTS]:
        name = ".".join(["body", *map(str, path)])
        if has(step.body, path):
            shorter = step.model_copy(update={"body": without(step.body, path)})
            yield _mutation(shorter, name, Hostile("missing", plausible=True))
        good = value_at(step.body, path)
        for hostile in hostile_values(good, schema_at(schema, path)):
            if hostile.literal is not None and not is_json:
                continue
            value = _MARK if hostile.literal is not None else hostile.value
            yield _mutation(step.model_copy(update={"body": with_value(step.body, path, value)}), name, hostile)


def _whole_body(step: Step) -> Iterator[Mutation]:
    if step.body is None or step.method not in {"POST", "PUT", "PATCH"}:
        return
    kind = step.content_type or "application/json"
    if "json" in kind:
        nested = b"[" * DEEP + b"]" * DEEP
        bodies = {
            "empty": b"",
            "cut off": b'{"a": ',
            "an empty list": b"[]",
            "a list of a number": b"[1]",
            "a number": b"1",
            "a text": b'"abc"',
            "null": b"null",
            "an empty object": b"{}",
            _NO_UTF_8: b'{"a": "\xff\xfe"}',
            NESTED: nested,
        }
        for what, raw in bodies.items():
            yield _raw(step, kind, what, raw)
        yield _raw(step, "text/plain", "sent as text/plain", b"abc")
        yield _raw(step, "application/x-www-form-urlencoded", "sent as a form", b"a=b")
        yield _raw(step, f"{kind}; charset=no-such-charset", "in an unknown charset", b"{}")
    else:
        yield _raw(step, "application/json", "sent as JSON", b'{"a": 1}')
        yield _raw(step, kind, "empty", b"")
        yield _raw(step, kind, _NO_UTF_8, b"%FF=%FE&\xff\xfe")


def _raw(step: Step, kind: str, what: str, raw: bytes) -> Mutation:
    changed = step.model_copy(update={"body": None, "raw_body": _base64(raw), "content_type": kind})
    return Mutation(changed, "body", what, exotic=what in _EXOTIC_BODIES)


def _mutation(step: Step, name: str, hostile: Hostile) -> Mutation:
    return Mutation(step, name, hostile.what, hostile.plausible, hostile.literal, hostile.exotic)


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
