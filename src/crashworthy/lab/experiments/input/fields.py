"""The values of a JSON body: their paths, and the body with one of them changed."""

from __future__ import annotations

from typing import TypeAlias

from crashworthy.core.value import Json

Path: TypeAlias = tuple[str | int, ...]

_DEEPEST = 3


def fields(body: Json, schema: dict[str, Json], path: Path = ()) -> list[Path]:
    """Paths of the values in the body, outer ones first, and of declared properties that are not sent."""
    found: list[Path] = []
    if isinstance(body, dict):
        properties = schema.get("properties")
        names = list(dict.fromkeys([*body, *(properties if isinstance(properties, dict) else {})]))
        found += [(*path, name) for name in names]
        if len(path) < _DEEPEST:
            for name in body:
                found += fields(body[name], schema_at(schema, (name,)), (*path, name))
    elif isinstance(body, list) and body:
        # One element stands for all.
        found.append((*path, 0))
        if len(path) < _DEEPEST:
            found += fields(body[0], schema_at(schema, (0,)), (*path, 0))
    return found


def schema_at(schema: dict[str, Json], path: Path) -> dict[str, Json]:
    """The JSON Schema of the value at a path; empty when nothing is declared."""
    for key in path:
        part = schema.get("items") if isinstance(key, int) else schema.get("properties")
        inner = part if isinstance(key, int) else part.get(key) if isinstance(part, dict) else None
        schema = inner if isinstance(inner, dict) else {}
        choices = schema.get("anyOf")
        if isinstance(choices, list):
            # How a nullable value is written in OpenAPI 3.1.
            real = [choice for choice in choices if isinstance(choice, dict) and choice.get("type") != "null"]
            schema = real[0] if len(real) == 1 else schema
    return schema


def has(body: Json, path: Path) -> bool:
    """Whether there is a value at the path."""
    inner = value_at(body, path[:-1])
    key = path[-1]
    if isinstance(inner, dict):
        return key in inner
    return isinstance(inner, list) and isinstance(key, int) and key < len(inner)


def value_at(body: Json, path: Path) -> Json:
    """The value at a path; what is above it where the path leads nowhere."""
    for key in path:
        if isinstance(body, dict) and isinstance(key, str):
            body = body.get(key)
        elif isinstance(body, list) and isinstance(key, int) and key < len(body):
            body = body[key]
    return body


def with_value(body: Json, path: Path, value: Json) -> Json:
    """The body with that value at the path."""
    key, rest = path[0], path[1:]
    if isinstance(body, dict) and isinstance(key, str):
        return {**body, key: with_value(body.get(key), rest, value) if rest else value}
    if isinstance(body, list) and isinstance(key, int):
        return [*body[:key], with_value(body[key], rest, value) if rest else value, *body[key + 1 :]]
    return body


def without(body: Json, path: Path) -> Json:
    """The body with nothing at the path."""
    key, rest = path[0], path[1:]
    if isinstance(body, dict) and isinstance(key, str):
        if rest:
            return {**body, key: without(body.get(key), rest)}
        return {name: item for name, item in body.items() if name != key}
    if isinstance(body, list) and isinstance(key, int):
        return [*body[:key], *([without(body[key], rest)] if rest else []), *body[key + 1 :]]
    return body
