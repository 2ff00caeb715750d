"""Route: a method and path bound to a handler, before its parameters and body are known."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crashworthy.core.location import Location
from crashworthy.source.schema_types import Schema
from crashworthy.source.symbols import Function

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
VERBS = {method.lower(): method for method in METHODS}

_CONVERTERS: dict[str, Schema] = {
    "str": {"type": "string", "minLength": 1},
    "path": {"type": "string", "minLength": 1},
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number", "minimum": 0},
    "decimal": {"type": "number"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "slug": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
}
_TEXT: Schema = {"type": "string", "minLength": 1}


@dataclass(frozen=True)
class Route:
    """A method and path such as `/orders/{id}`.

    `wrappers` are functions that run around the handler: decorators and hooks. `dependencies` are those whose
    parameters are inputs of the route, as FastAPI's `Depends` makes them.
    `path_schemas` are what the path's own converters say of its parameters.
    """

    method: str
    path: str
    handler: Function | None
    framework: str
    location: Location
    path_schemas: dict[str, Schema] = field(default_factory=dict)
    wrappers: tuple[Function, ...] = ()
    dependencies: tuple[Function, ...] = ()

    @property
    def name(self) -> str:
        """`METHOD /path`, as the operation is named."""
        return f"{self.method} {self.path}"


def join(*parts: str) -> str:
    """Join prefixes and a path, with one slash between them; a slash at the very end is kept."""
    path = ""
    for part in parts:
        if part:
            path = path.rstrip("/") + "/" + part.lstrip("/") if path else part
    return path if path.startswith("/") else f"/{path}"


def angle_template(path: str) -> tuple[str, dict[str, Schema]]:
    """`/a/<int:id>` (Flask, Quart, Django) as `/a/{id}` and schemas."""
    schemas: dict[str, Schema] = {}

    def replace(match: re.Match[str]) -> str:
        name = match["name"]
        converter, _, arguments = (match["converter"] or "").partition("(")
        schema = dict(_CONVERTERS.get(converter, _TEXT))
        if converter == "any":
            schema = {"type": "string", "enum": [text.strip(" '\"") for text in arguments.rstrip(")").split(",")]}
        for bound, keyword in (("min", "minimum"), ("max", "maximum"), ("minlength", "minLength")):
            number = re.search(rf"\b{bound}\s*=\s*(\d+)", arguments)
            if number:
                schema[keyword] = int(number[1])
        schemas[name] = schema
        return "{" + name + "}"

    pattern = r"<(?:(?P<converter>[^<>:]+(?:\([^)]*\))?):)?(?P<name>[A-Za-z_]\w*)>"
    return re.sub(pattern, replace, path), schemas


def brace_template(path: str) -> tuple[str, dict[str, Schema]]:
    """`/a/{id:int}` (Starlette, Litestar) or `/a/{id:\\d+}` (aiohttp) as `/a/{id}` and schemas."""
    schemas: dict[str, Schema] = {}

    def replace(match: re.Match[str]) -> str:
        name, converter = match["name"], match["converter"]
        if converter:
            schemas[name] = dict(_CONVERTERS.get(converter) or regex_schema(converter))
        return "{" + name + "}"

    return re.sub(r"\{(?P<name>[A-Za-z_]\w*)(?::(?P<converter>(?:[^{}]|\{[^{}]*\})+))?\}", replace, path), schemas


def regex_template(pattern: str) -> tuple[str, dict[str, Schema]]:
    """A Django `re_path` pattern as a template, as far as it has named groups."""
    schemas: dict[str, Schema] = {}
    result, position, unnamed = "", 0, 0
    pattern = pattern.removeprefix("^").removesuffix("$").removesuffix("/?")
    while position < len(pattern):
        if pattern[position] == "(":
            depth, end = 0, position
            while end < len(pattern):
                depth += {"(": 1, ")": -1}.get(pattern[end], 0)
                end += 1
                if depth == 0:
                    break
            group = pattern[position + 1 : end - 1]
            match = re.match(r"\?P<(\w+)>(.*)", group, re.DOTALL)
            name, inner = (match[1], match[2]) if match else (f"group{unnamed}", group.removeprefix("?:"))
            unnamed += 0 if match else 1
            schemas[name] = regex_schema(inner)
            result += "{" + name + "}"
            position = end
        else:
            if pattern[position] not in "\\^$?":
                result += pattern[position]
            position += 1
    return result, schemas


def regex_schema(pattern: str) -> Schema:
    """The schema of a path parameter that a regular expression bounds."""
    if re.fullmatch(r"(?:\\d|\[0-9\])(?:\+|\*|\{\d+(?:,\d*)?\})?", pattern):
        return {"type": "integer", "minimum": 0}
    return (
        {"type": "string", "pattern": f"^{pattern}$"} if pattern not in {".+", ".*", "[^/]+", r"\w+"} else dict(_TEXT)
    )
