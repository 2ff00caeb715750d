"""Facts: values that a successful request sent or got, and which inputs of other operations they could feed."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from crashworthy.core.history import Response
from crashworthy.core.operation import Operation
from crashworthy.core.playbook import Way
from crashworthy.core.scenario import Save, ValueFrom
from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import REFERENCE_ENDS, noun_before, path_words, words
from crashworthy.lab.traffic.schema import Schema
from crashworthy.lab.traffic.template import body_value, pointer_of
from crashworthy.lab.traffic.told import TOLD

_MAX_LEAVES = 150
_MAX_TEXT = 300
# Signed tokens are longer than prose that is worth to be remembered; servers take headers of about this size.
_MAX_TOKEN = 4096
_TOKEN = re.compile(r"[\w\-.~+/=:]+")
_LAST_SEGMENT = r"([^/?#]+)/?(?:[?#].*)?$"
_ADDRESS = re.compile(r"(?:https?://[^/\s]+)?(?:/[^/?#\s]*)*/([^/?#\s]+)/([^/?#\s]+)/?(?:[?#]\S*)?")
_URL = re.compile(r"https?://[^/\s]+(?:/(?:[^/?#\s]+/)*?([^/?#\s]+))?/([^/?#\s]+)(?=[\s?#]|$)")
_HREF = re.compile(r"""href=["'][^"'?#]*?([^/"'?#]+)?/([^/"'?#]+)["'?#]""")
_ASSET = re.compile(r"\.(css|js|mjs|map|svg|ico|woff2?|ttf)$|^static$", re.IGNORECASE)
# That HTTP, browsers and frameworks have with any answer (RFC 9110, the Fetch standard, OWASP's secure headers).
_USUAL_HEADER = re.compile(
    r"accept-.*|access-control-.*|age|allow|alt-svc|cache-control|connection|content-.*|cross-origin-.*|date|dav|etag|"
    r"expires|keep-alive|last-modified|link|location|ms-author-via|permissions-policy|pragma|referrer-policy|"
    r"retry-after|server|server-timing|set-cookie|strict-transport-security|trailer|transfer-encoding|upgrade|vary|via|"
    r"www-authenticate|x-(content-type-options|frame-options|powered-by|robots-tag|runtime|xss-protection|process-time|"
    r"response-time|rate-?limit.*)|rate-?limit.*",
    re.IGNORECASE,
)
# Words for what is sent to an address to be given back.
_TOLD_AS = ("code", "token", "otp", "pin", "link", "key")
_CODE = re.compile(r"(?<![\w.:/+-])\d{4,8}(?![\w:-]|\.\d)|(?<![A-Za-z0-9_-])(?=[A-Za-z_-]*\d)[A-Za-z0-9_-]{16,300}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|\bport\b|\bpid\b", re.IGNORECASE)
_LEAD = 4
_MAX_TOLD = 3
_MAX_LINKED = 64 * 1024
_MAX_LINKS = 12
# The name of what an address ends in; only a path parameter under the same word takes it.
LINK = ("link",)


@dataclass(frozen=True)
class Slot:
    """One input of an operation.

    `path` begins with "path", "query", "header" or "body"; below "body" follow the names of nested properties,
    arrays adding none. `noun` is what the path says a path parameter identifies.
    """

    path: tuple[str, ...]
    data_schema: Schema
    required: bool
    noun: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the parameter or property."""
        return self.path[-1]

    @property
    def is_reference(self) -> bool:
        """Whether it names, by its form, a thing that must exist."""
        if self.path[0] == "path":
            return True
        parts = words(self.name)
        if {*parts} & {"idempotency", "request", "correlation", "trace", "nonce"}:
            return False
        return bool(parts) and parts[-1] in REFERENCE_ENDS and (len(parts) > 1 or parts[-1] in ("id", "uuid"))


@dataclass(frozen=True)
class Fact:
    """A value known after `way`: kept by `save` from the answer of its last step, or sent as `template` in it.

    `field` and `nouns` are the words of its name and of what it belongs to; `shape` the names beside it. `made` says
    that the way brings it about, although only a read shows it.
    """

    way: Way
    operation: Operation
    value: Json
    field: tuple[str, ...]
    nouns: tuple[str, ...]
    save: Save | None = None
    template: Json = None
    shape: frozenset[str] = frozenset()
    made: bool = False


def slots_of(operation: Operation) -> list[Slot]:
    """All inputs of an operation, parameters first."""
    found = [
        Slot(
            (parameter.where.value, parameter.name),
            parameter.data_schema,
            parameter.required,
            noun_before(operation.path, parameter.name) if parameter.where.value == "path" else (),
        )
        for parameter in operation.parameters
    ]
    if operation.body is not None:
        found += _leaves(operation.body.data_schema, ("body",), operation.body.required, 0)
    return found


def facts_of(way: Way, operation: Operation, response: Response, echoed: Collection[Json] = ()) -> list[Fact]:
    """What the last step of `way` taught. Values in `echoed` were sent, taken from earlier answers: no news."""
    nouns = _nouns(operation)
    facts: list[Fact] = []
    document = body_value(response)
    shapes = shapes_of(document)
    for path, value in _scalars(document):
        if value in echoed:
            continue
        names = [part for part in path if isinstance(part, str)]
        own = words(names[-1]) if names else ()
        around = words(names[-2]) if len(names) > 1 else ()
        if own or isinstance(value, str):
            save = Save(name="_".join((*(around or nouns[-1:]), *own)) or "value", path=pointer_of(path))
            shape = shapes.get(path[:-1], frozenset())
            facts.append(Fact(way, operation, value, own, around or nouns, _named(save), shape=shape))
    location = next((text for name, text in response.headers if name.lower() == "location"), None)
    if location and (match := re.search(_LAST_SEGMENT, location)):
        value = int(match[1]) if match[1].isdigit() else match[1]
        save = Save(
            name=f"{'_'.join(nouns[-1:])}_id",
            where=ValueFrom.HEADER,
            path="Location",
            pattern=_LAST_SEGMENT,
        )
        facts.append(Fact(way, operation, value, ("id",), nouns, _named(save)))
    facts += _in_headers(way, operation, response, echoed)
    facts += _told(way, operation, response, document)
    facts += _linked(way, operation, document)
    facts += _links_in_text(way, operation, document) if isinstance(document, str) else ()
    step = way.steps[-1]
    for path, value in _scalars(step.body):
        names = [part for part in path if isinstance(part, str)]
        if names and not (isinstance(value, str) and re.fullmatch(r"\$\{(?!unique)\w+\}", value)):
            around = words(names[-2]) if len(names) > 1 else nouns
            facts.append(Fact(way, operation, value, words(names[-1]), around, template=value))
    facts += _path_facts(way, operation, nouns)
    return facts


def _in_headers(way: Way, operation: Operation, response: Response, echoed: Collection[Json]) -> Iterator[Fact]:
    """Values in headers that say something of this answer alone, such as `X-Upload-Id` or a token."""
    for name, text in response.headers:
        field = tuple(word for word in words(name) if word != "x")
        if _USUAL_HEADER.fullmatch(name) or not field or not 0 < len(text) <= _MAX_TOKEN or text in echoed:
            continue
        shown = re.fullmatch(r"(?:Bearer|Token|JWT) (\S+)", text)
        save = Save(name="_".join(field), where=ValueFrom.HEADER, path=name, pattern=r"^\w+ (\S+)$" if shown else None)
        value: Json = shown[1] if shown else int(text) if text.isdigit() else text
        yield Fact(way, operation, value, ("token",) if shown else field, _nouns(operation), _named(save))


def _linked(way: Way, operation: Operation, document: Json) -> Iterator[Fact]:
    """What addresses in the answer end in: the name of a thing, under the word that the path has for it."""
    for path, value in _scalars(document):
        match = _ADDRESS.fullmatch(value) if isinstance(value, str) else None
        if match:
            save = Save(name=f"{'_'.join(words(match[1]))}_link", path=pointer_of(path), pattern=_LAST_SEGMENT)
            last: Json = int(match[2]) if match[2].isdigit() else match[2]
            yield Fact(way, operation, last, LINK, words(match[1]), _named(save))


def _told(way: Way, operation: Operation, response: Response, document: Json) -> Iterator[Fact]:
    """Codes and long texts that the service printed or mailed, under the names that such inputs have."""
    text = next((value for name, value in response.headers if name == TOLD), "")
    shown = json.dumps(document) + json.dumps(way.steps[-1].body)
    found = 0
    for line in text.splitlines():
        for match in _CODE.finditer(line):
            before = line[: match.start()]
            lead = re.findall(r"\S+", before)[-_LEAD:]
            if match[0] in shown or found >= _MAX_TOLD or _TIME.search(before[-12:]):
                continue
            found += 1
            said = {*words(" ".join(each for each in lead if not re.search(r"[\d@]", each)))}
            kinds = [kind for kind in _TOLD_AS if kind in said] or list(_TOLD_AS)
            pattern = r"\s+".join(r"\S+" if re.search(r"[\d@]", each) else re.escape(each) for each in lead)
            glued = before[-1:] not in (" ", "\t", "")
            pattern = pattern if glued else pattern + (r"\s+" if lead else "")
            kind = r"(\d{4,8})" if match[0].isdigit() else r"([A-Za-z0-9_-]{16,})"
            save = Save(name="told", where=ValueFrom.HEADER, path=TOLD, pattern=pattern + kind)
            for name in dict.fromkeys((*kinds, *_TOLD_AS)):
                yield Fact(way, operation, match[0], (name,), tuple(said), save)


def _links_in_text(way: Way, operation: Operation, text: str) -> Iterator[Fact]:
    """The same for addresses in plain text, and for links in the page that answers a change.

    Other pages are full of links that lead anywhere.
    """
    is_page = text.lstrip()[:1] == "<"
    if is_page and operation.is_safe:
        return
    seen: set[tuple[str, ...]] = set()
    for match in (_HREF if is_page else _URL).finditer(text[:_MAX_LINKED]):
        before, last = match[1] or "", match[2]
        key = words(before)
        if key in seen or len(seen) >= _MAX_LINKS or _ASSET.search(last) or (is_page and not before):
            continue
        seen.add(key)
        start = rf"/{re.escape(before)}" if before else r"://[^/\s]+"
        end = r"[\"'?#]" if is_page else r"(?=[\s?#]|$)"
        save = Save(name=f"{'_'.join(key) or 'address'}_link", path="", pattern=rf"{start}/([^/?#\s\"'<>]+){end}")
        value: Json = int(last) if last.isdigit() else last
        yield Fact(way, operation, value, LINK, key, _named(save))


def shapes_of(document: Json) -> dict[tuple[str | int, ...], frozenset[str]]:
    """The names in each object of a document, by the path to it; of a list the first element only."""
    found: dict[tuple[str | int, ...], frozenset[str]] = {}
    stack: list[tuple[tuple[str | int, ...], Json]] = [((), document)]
    while stack and len(found) < _MAX_LEAVES:
        at, item = stack.pop()
        if isinstance(item, dict):
            found[at] = frozenset(item)
            stack += [((*at, key), below) for key, below in item.items()]
        elif isinstance(item, list) and item:
            stack.append(((*at, 0), item[0]))
    return found


def _leaves(schema: Schema, path: tuple[str, ...], required: bool, depth: int) -> Iterator[Slot]:
    properties = schema.get("properties")
    needed = schema.get("required")
    names = needed if isinstance(needed, list) else []
    if isinstance(properties, dict) and depth < 6:
        for name, below in properties.items():
            if isinstance(below, dict):
                yield from _leaves(below, (*path, name), required and name in names, depth + 1)
        return
    items = schema.get("items")
    if isinstance(items, dict) and depth < 6:
        yield from _leaves(items, path, required, depth + 1)
        return
    for key in ("anyOf", "oneOf"):
        members = schema.get(key)
        plain = (
            [m for m in members if isinstance(m, dict) and m.get("type") != "null"] if isinstance(members, list) else []
        )
        if plain and depth < 6:
            yield from _leaves(plain[0], path, required, depth + 1)
            return
    if len(path) > 1:
        yield Slot(path, schema, required)


def _scalars(value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    """Short texts and whole numbers; of a list the first element only."""
    left = _MAX_LEAVES
    stack: list[tuple[tuple[str | int, ...], Json]] = [(path, value)]
    while stack and left:
        at, item = stack.pop()
        left -= 1
        if isinstance(item, dict):
            stack += [((*at, key), below) for key, below in reversed(item.items())]
        elif isinstance(item, list):
            stack += [((*at, 0), item[0])] if item else []
        elif (
            isinstance(item, (int, str))
            and not isinstance(item, bool)
            and (isinstance(item, int) or 0 < len(item) <= _MAX_TEXT or _is_token(item))
        ):
            yield at, item


def _is_token(text: str) -> bool:
    return len(text) <= _MAX_TOKEN and _TOKEN.fullmatch(text) is not None


def _nouns(operation: Operation) -> tuple[str, ...]:
    """What the operation is about: the segment before its last parameter, and its last segment."""
    segments = [segment for segment in operation.path.split("/") if segment]
    fixed = [segment for segment in segments if "{" not in segment]
    before = [segments[n - 1] for n, segment in enumerate(segments) if "{" in segment and n]
    names = dict.fromkeys((*fixed[-1:], *before[-1:]))
    return tuple(word for name in reversed(names) for word in words(name)) or path_words(operation.path)


def _path_facts(way: Way, operation: Operation, nouns: tuple[str, ...]) -> list[Fact]:
    """Values that were made up for path parameters, such as the name of a thing that a PUT made."""
    pattern = re.sub(r"\\\{([^{}]*)\\\}", "([^/]+)", re.escape(operation.path))
    match = re.fullmatch(pattern, way.steps[-1].path)
    names = re.findall(r"\{([^{}]*)\}", operation.path)
    found: list[Fact] = []
    for name, text in zip(names, match.groups() if match else (), strict=False):
        if not re.fullmatch(r"\$\{(?!unique)\w+\}", text):
            value: Json = int(text) if text.isdigit() else text
            found.append(
                Fact(way, operation, value, words(name), noun_before(operation.path, name) or nouns, template=value)
            )
    return found


def _named(save: Save) -> Save:
    return save.model_copy(update={"name": re.sub(r"\W+|^(?=\d)", "_", save.name) or "value"})
