"""Reading an OpenAPI document from JSON or YAML, and finding the line of a key in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import yaml

from crashworthy.core.errors import CrashworthyError
from crashworthy.core.value import Json

MAX_BYTES = 20 * 1024 * 1024
_MAX_NODES = 500_000

Path = tuple[str | int, ...]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay text, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Document:
    """A parsed document; `name` is the file or URL that messages show."""

    name: str
    text: str
    content: dict[str, Json]

    def at(self, path: Path) -> str:
        """`name:line` of the key at `path`, or of its nearest parent that exists."""
        return f"{self.name}:{line_of(self.text, path)}"


def read_document(text: str, name: str) -> Document:
    """Parse JSON or YAML; raises CrashworthyError naming the line."""
    if len(text) > MAX_BYTES:
        raise CrashworthyError(f"{name} is larger than {MAX_BYTES // 1024 // 1024} MiB", remedy="Give a smaller file.")
    content = _parse(text, name)
    if not isinstance(content, dict):
        raise CrashworthyError(
            f"{name}:1: an OpenAPI document is an object, this is {_kind(content)}",
            remedy="Give the OpenAPI 3 document of the service with --openapi FILE, or leave the option out.",
        )
    return Document(name, text, content)


def line_of(text: str, path: Path) -> int:
    """The line, from 1, of the key at `path` in YAML or JSON text, or of its nearest parent that exists."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except (yaml.YAMLError, RecursionError):
        return 1
    line = 1
    for part in path:
        found = None
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == str(part)), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            found = (node.value[part], node.value[part])
        if found is None:
            break
        line, node = found[0].start_mark.line + 1, found[1]
    return line


def look_up(content: Json, reference: str) -> Json:
    """The value that a local reference such as `#/components/schemas/User` points to; raises LookupError."""
    if not reference.startswith("#"):
        raise LookupError(reference)
    value = content
    for token in reference[1:].lstrip("/").split("/") if reference != "#" else []:
        key = token.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        if isinstance(value, dict):
            value = value[key]
        elif isinstance(value, list) and key.isdigit():
            value = value[int(key)]
        else:
            raise LookupError(reference)
    return value


def _parse(text: str, name: str) -> Json:
    if text.lstrip()[:1] in "{[":
        try:
            return _plain(json.loads(text))
        except json.JSONDecodeError as error:
            # YAML in flow style begins like JSON.
            if name.endswith(".json") or '"' in text.lstrip()[:20]:
                raise _unreadable(name, "JSON", error.lineno, error.msg) from None
        except RecursionError:
            raise _unreadable(name, "JSON", 1, "nested too deeply") from None
    try:
        return _plain(yaml.load(text, Loader=_Loader))  # noqa: S506 - a safe loader without timestamps
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _unreadable(name, "YAML", mark.line + 1 if mark else 1, error.problem or "unreadable") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise _unreadable(name, "YAML", 1, str(error)) from None


def _unreadable(name: str, language: str, line: int, problem: str) -> CrashworthyError:
    return CrashworthyError(
        f"{name}:{line}: invalid {language}: {problem}", remedy="Mend that line, or leave --openapi out."
    )


def _plain(value: Any) -> Json:
    """JSON values only; anchors that multiply beyond measure are refused."""
    left = _MAX_NODES

    def convert(item: Any) -> Json:
        nonlocal left
        left -= 1
        if left < 0:
            raise ValueError(f"more than {_MAX_NODES} values")
        if isinstance(item, dict):
            return {_key(key): convert(each) for key, each in item.items()}
        if isinstance(item, (list, tuple)):
            return [convert(each) for each in item]
        if item is None or isinstance(item, (bool, int, float, str)):
            return item
        return str(item)

    return convert(value)


def _key(key: object) -> str:
    if isinstance(key, bool):
        # YAML 1.1 reads the keys on, off, yes and no as truth values.
        return "on" if key else "off"
    return "null" if key is None else str(key)


def _kind(value: Json) -> str:
    return {list: "a list", str: "text", type(None): "empty"}.get(type(value), f"a {type(value).__name__}")
