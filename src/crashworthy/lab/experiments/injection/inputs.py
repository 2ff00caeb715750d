"""The inputs of a known-good request, each of which can be given another value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from crashworthy.core.operation import Operation, ParameterIn
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.input.fields import Path, fields, has, schema_at, value_at, with_value
from crashworthy.lab.traffic.template import PLACEHOLDER

_MOST_FIELDS = 24
# What clients send on their own, and services note down or look up.
_USUAL_HEADERS = ("User-Agent", "Referer", "X-Forwarded-For")
_FILE_PARTS = frozenset({"content", "base64", "content_type"})


class Kind(StrEnum):
    """Where an input travels."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    USUAL_HEADER = "usual header"
    COOKIE = "cookie"
    FIELD = "field"
    FIELD_NAME = "field name"
    FILE_NAME = "file name"
    FILE = "file"
    BODY = "body"


@dataclass(frozen=True)
class Input:
    """One input of `step`; `good` is what the request has there when it is accepted.

    `longest` is how many characters are declared to be allowed, None where nothing is declared.
    `name` is the input's own, or that of a field that is sent where the input is the name of another field.
    """

    step: Step
    kind: Kind
    name: str
    good: Json = None
    path: Path = ()
    longest: int | None = None

    @property
    def title(self) -> str:
        """The input in words, such as "body.name"."""
        match self.kind:
            case Kind.FIELD:
                return ".".join(["body", *map(str, self.path)])
            case Kind.FIELD_NAME:
                return "the name of a field of the body"
            case Kind.FILE_NAME:
                return f"the file name of {self.name}"
            case Kind.FILE:
                return f"the file in {self.name}"
            case Kind.BODY:
                return "the body"
            case Kind.USUAL_HEADER:
                return f"header {self.name}"
            case _:
                return f"{self.kind} {self.name}"

    def put(self, value: Json) -> Step:
        """The request with `value` in this place; a text may hold `${name}`, as in any step."""
        step = self.step
        match self.kind:
            case Kind.PATH:
                start, end = int(self.path[0]), int(self.path[1])
                text = _segment(str(value))
                return step.model_copy(update={"path": step.path[:start] + text + step.path[end:]})
            case Kind.QUERY:
                others = tuple(pair for pair in step.query if pair[0] != self.name)
                return step.model_copy(update={"query": (*others, (self.name, str(value)))})
            case Kind.HEADER | Kind.USUAL_HEADER:
                kept = tuple(pair for pair in step.headers if pair[0].lower() != self.name.lower())
                return step.model_copy(update={"headers": (*kept, (self.name, str(value)))})
            case Kind.COOKIE:
                kept = tuple(pair for pair in step.headers if pair[0].lower() != "cookie")
                return step.model_copy(update={"headers": (*kept, ("Cookie", f"{self.name}={value}"))})
            case Kind.FIELD_NAME:
                assert isinstance(step.body, dict)
                return step.model_copy(update={"body": {**step.body, str(value): self.good}})
            case Kind.FIELD:
                return step.model_copy(update={"body": with_value(step.body, self.path, value)})
            case Kind.FILE_NAME:
                return step.model_copy(update={"body": with_value(step.body, (*self.path, "filename"), value)})
            case Kind.FILE:
                inner = value_at(step.body, self.path)
                kept_parts = {k: v for k, v in inner.items() if k not in _FILE_PARTS} if isinstance(inner, dict) else {}
                given = value if isinstance(value, dict) else {"content": value}
                return step.model_copy(update={"body": with_value(step.body, self.path, {**kept_parts, **given})})
            case Kind.BODY:
                given = value if isinstance(value, dict) else {"body": value}
                return step.model_copy(update={"body": None, "raw_body": None, **given})


def inputs(step: Step, operation: Operation) -> list[Input]:
    """All inputs of the request, the more telling ones first."""
    return [
        *_in_path(step, operation),
        *_in_query(step, operation),
        *_in_body(step, operation),
        *_in_headers(step, operation),
    ]


def longest(schema: dict[str, Json]) -> int | None:
    """How many characters a schema allows."""
    most = schema.get("maxLength")
    return most if isinstance(most, int) else None


def _in_path(step: Step, operation: Operation) -> Iterator[Input]:
    names = re.findall(r"\{([^}:]+)(?::[^}]*)?\}", operation.path)
    parts = re.split(r"\{[^}]+\}", operation.path)
    # A path parameter may hold slashes where the framework lets it; then only the last one can be told apart.
    pattern = "".join(f"{re.escape(part)}(.+?)" for part in parts[:-1]) + re.escape(parts[-1])
    match = re.fullmatch(pattern, step.path)
    if match is None:
        return
    for index, name in enumerate(names, 1):
        yield Input(step, Kind.PATH, name, match[index], match.span(index))


def _in_query(step: Step, operation: Operation) -> Iterator[Input]:
    good: dict[str, Json] = dict(step.query)
    declared = {p.name: p.data_schema for p in operation.parameters if p.where is ParameterIn.QUERY}
    for name in list(dict.fromkeys([*good, *declared]))[:_MOST_FIELDS]:
        yield Input(step, Kind.QUERY, name, good.get(name), longest=longest(declared.get(name, {})))


def _in_body(step: Step, operation: Operation) -> Iterator[Input]:
    if step.body is None or step.raw_body is not None:
        return
    if isinstance(step.body, dict | list):
        schema = operation.body.data_schema if operation.body else {}
        for path in fields(step.body, schema)[:_MOST_FIELDS]:
            good = value_at(step.body, path) if has(step.body, path) else None
            if _is_file(good):
                name = ".".join(["body", *map(str, path)])
                yield Input(step, Kind.FILE_NAME, name, good["filename"] if isinstance(good, dict) else None, path)
                yield Input(step, Kind.FILE, name, good, path)
            elif not _is_file(value_at(step.body, path[:-1])):
                yield Input(step, Kind.FIELD, str(path[-1]), good, path, longest(schema_at(schema, path)))
    if isinstance(step.body, dict) and step.body and "json" in (step.content_type or "json"):
        name, good = next(iter(step.body.items()))
        yield Input(step, Kind.FIELD_NAME, name, good)
    if step.method in {"POST", "PUT", "PATCH"}:
        yield Input(step, Kind.BODY, "", step.body)


def _in_headers(step: Step, operation: Operation) -> Iterator[Input]:
    good: dict[str, Json] = dict(step.headers)
    declared = [p.name for p in operation.parameters if p.where is ParameterIn.HEADER]
    for name in dict.fromkeys([*good, *declared]):
        # Without its credential a request says nothing of what the handler does.
        if name.lower() not in {"authorization", "cookie", "content-type", "content-length", "host"}:
            yield Input(step, Kind.HEADER, name, good.get(name))
    for name in _USUAL_HEADERS:
        if name not in good and name not in declared:
            yield Input(step, Kind.USUAL_HEADER, name)
    for parameter in operation.parameters:
        if parameter.where is ParameterIn.COOKIE:
            yield Input(step, Kind.COOKIE, parameter.name)


def _is_file(value: Json) -> bool:
    return isinstance(value, dict) and "filename" in value and not _FILE_PARTS.isdisjoint(value)


def _segment(text: str) -> str:
    """A text for a path, percent-encoded but for the values that are filled in later, which are encoded then."""
    pieces, end = [], 0
    for match in PLACEHOLDER.finditer(text):
        pieces += [quote(text[end : match.start()], safe=""), match[0]]
        end = match.end()
    return "".join([*pieces, quote(text[end:], safe="")])
