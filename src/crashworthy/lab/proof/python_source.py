"""Steps as Python source: the calls that a person would write with httpx."""

from __future__ import annotations

import base64
import itertools
import keyword
import re
from collections.abc import Iterable
from urllib.parse import quote

from crashworthy.core.scenario import Save, Step, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.template import PLACEHOLDER, placeholders
from crashworthy.lab.traffic.told import TOLD

UNIQUE = "unique"
_SHORTEST_RUN = 64
_VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})


class NotWritableError(ValueError):
    """A step that the written form cannot express."""


def call(step: Step, client: str) -> str:
    """The httpx call that sends the step; saved values are attributes of `saved`."""
    target = text(_escaped(step.path))
    first = (
        f"{client}.{step.method.lower()}({target}"
        if step.method in _VERBS
        else (f"{client}.request({step.method!r}, {target}")
    )
    arguments = [first]
    if step.query:
        arguments.append(f"params={value([list(pair) for pair in step.query])}")
    headers = dict(step.headers)
    kind = (step.content_type or "").partition(";")[0].strip().lower()
    if step.raw_body is not None:
        arguments.append(f"content={raw(base64.b64decode(step.raw_body))}")
        headers.setdefault("Content-Type", step.content_type or "application/json")
    elif step.body is not None and (kind.endswith("json") or not kind):
        arguments.append(f"json={value(step.body)}")
    elif step.body is not None and kind == "application/x-www-form-urlencoded":
        arguments.append(f"data={value(step.body)}")
    elif isinstance(step.body, str):
        arguments.append(f"content={value(step.body)}")
        headers.setdefault("Content-Type", step.content_type or "text/plain")
    elif step.body is not None:
        raise NotWritableError(f"a body of type {kind}")
    scheme, _, plain = headers.get("Authorization", "").partition(" ")
    if scheme in ("Basic", "Digest") and ":" in plain:
        del headers["Authorization"]
        user, _, password = plain.partition(":")
        login = f"({text(user)}, {text(password)})"
        arguments.append(f"auth={login}" if scheme == "Basic" else f"auth=httpx.DigestAuth{login}")
    if headers:
        arguments.append(f"headers={value(dict(headers))}")
    if step.method not in {"POST", "PUT", "PATCH"} and step.method in _VERBS and len(arguments) > 1:
        # httpx's get and delete take no body.
        arguments[0] = f"{client}.request({step.method!r}, {target}"
    return ", ".join(arguments) + ")"


def value(content: Json) -> str:
    """A JSON value as an expression; `${name}` becomes a saved value."""
    if isinstance(content, str):
        return text(content)
    if isinstance(content, list):
        return "[" + ", ".join(value(item) for item in content) + "]"
    if isinstance(content, dict):
        return "{" + ", ".join(f"{text(key)}: {value(item)}" for key, item in content.items()) + "}"
    return repr(content)


def text(template: str) -> str:
    """A template as a string expression, an f-string where it holds values."""
    whole = PLACEHOLDER.fullmatch(template)
    if whole and whole[1]:
        return name(whole[1])
    pieces, end, found = [], 0, False
    for match in PLACEHOLDER.finditer(template):
        pieces.append(_braces(template[end : match.start()]))
        pieces.append(f"{{{name(match[1])}}}" if match[1] else "${{")
        found, end = True, match.end()
    if not found:
        return _runs(template)
    pieces.append(_braces(template[end:]))
    return "f" + _quoted("".join(pieces))


def name(variable: str) -> str:
    """The expression for a saved value."""
    if variable == UNIQUE:
        return "UNIQUE"
    if re.fullmatch(r"recorded_\d+", variable):
        # A secret of a recording, which no file of a project may hold.
        return f"os.environ['CRASHWORTHY_{variable.upper()}']"
    return f"saved.{variable}_" if keyword.iskeyword(variable) else f"saved.{variable}"


def raw(content: bytes) -> str:
    """Bytes as an expression; long runs of one byte are written as a product."""
    return _joined([(bytes([byte]), sum(1 for _ in group)) for byte, group in itertools.groupby(content)], b"")


def saving(save: Save, answer: str) -> str:
    """The expression that reads a saved value from an answer."""
    if save.path == TOLD:
        # Printed or mailed by the service, where a test outside of the lab does not look.
        found = "input('What the service printed or mailed: ')"
    elif save.where is ValueFrom.HEADER:
        found = f"{answer}.headers[{save.path!r}]"
    elif save.where is ValueFrom.COOKIE:
        found = f"{answer}.cookies[{save.path!r}]"
    else:
        keys = [part.replace("~1", "/").replace("~0", "~") for part in save.path.split("/")[1:]]
        found = f"{answer}.json()" + "".join(f"[{int(k) if re.fullmatch(r'-?[0-9]+', k) else k!r}]" for k in keys)
    pattern = getattr(save, "pattern", None)
    return f"re.search({pattern!r}, str({found}))[1]" if pattern else found


def needs(steps: Iterable[Step]) -> frozenset[str]:
    """Names of values that the steps use."""
    return frozenset().union(*(placeholders(step) for step in steps))


def _escaped(path: str) -> str:
    """What a client would percent-encode: only what no URL may hold."""
    return quote(path, safe="/%:@!$&'()*+,;=~-._{}?#[]")


def _braces(part: str) -> str:
    return part.replace("{", "{{").replace("}", "}}")


def _quoted(content: str) -> str:
    return '"' + repr("'" + content)[2:-1].replace('"', '\\"') + '"' if '"' not in content else repr(content)


def _runs(content: str) -> str:
    if len(content) < _SHORTEST_RUN:
        return repr(content)
    return _joined([(letter, sum(1 for _ in group)) for letter, group in itertools.groupby(content)], "")


def _joined(runs: list[tuple[bytes, int]] | list[tuple[str, int]], empty: bytes | str) -> str:
    parts: list[str] = []
    plain = empty
    for piece, times in runs:
        if times < _SHORTEST_RUN:
            plain += piece * times  # type: ignore[operator]
            continue
        parts += [repr(plain)] if plain else []
        parts.append(f"{piece!r} * {times}")
        plain = empty
    parts += [repr(plain)] if plain or not parts else []
    return " + ".join(parts)
