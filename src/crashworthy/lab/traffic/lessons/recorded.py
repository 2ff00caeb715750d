"""A request that somebody made or wrote down, whatever it was read from."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesParser
from urllib.parse import parse_qsl, unquote, urlsplit

from crashworthy.core.history import Response
from crashworthy.core.value import Json
from crashworthy.lab.traffic.encode import FORM, MULTIPART

OPEN = re.compile(r"\{\{[^{}]*\}\}")
"""A variable whose value the recording does not tell: something that the driver has to find itself."""

_ORIGIN = re.compile(r"(?:[a-z][a-z0-9+.-]*://[^/?#]*|\{\{[^{}]*\}\}|[\w.-]+:\d+(?=[/?#]|$))", re.IGNORECASE)
_BARE = re.compile(r"(?<![\"\w{])\{\{[^{}\"]*\}\}(?![\"\w}])")
_MAX_DEPTH_TEXT = 2_000_000


@dataclass(frozen=True)
class Recorded:
    """One request, and its answer where it is known.

    `path` is percent-encoded, without origin and query. `body` is as in `core.scenario.Step.body`. Texts may hold
    `{{name}}` for a value that the recording does not tell. `sets` maps such a name to the JSON Pointer of the value
    in the answer to this request. `origin` is `file:line`, `sequence` the file or test whose order the request keeps.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str | None = None
    body: Json = None
    origin: str = ""
    sequence: str = ""
    answer: Response | None = None
    sets: Mapping[str, str] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether the answer is known, and was an error."""
        return self.answer is not None and self.answer.status >= 400

    def header(self, name: str) -> str | None:
        """A header's value, whatever the case of its name."""
        return next((value for own, value in self.headers if own.lower() == name.lower()), None)


def recorded(
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]] = (),
    content: bytes | str | None = None,
    body: Json = None,
    content_type: str | None = None,
    origin: str = "",
    sequence: str = "",
    answer: Response | None = None,
    sets: Mapping[str, str] | None = None,
) -> Recorded:
    """A request from its parts; `content` is a body as it travels, `body` one that was read already."""
    path, query = split_url(url)
    pairs = tuple((str(name).strip(), str(value).strip()) for name, value in headers if str(name).strip())
    content_type = content_type or next((value for name, value in pairs if name.lower() == "content-type"), None)
    if content is not None and content not in (b"", ""):
        body, content_type = read_body(content, content_type)
    return Recorded(
        method=method.upper(),
        path=path,
        query=query,
        headers=pairs,
        content_type=None if content_type is None else content_type.partition(";")[0].strip().lower() or None,
        body=body,
        origin=origin,
        sequence=sequence,
        answer=answer,
        sets=dict(sets or {}),
    )


def split_url(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Path and query of a URL whose origin may be missing or a variable. Never raises."""
    rest = _ORIGIN.sub("", url.strip(), count=1) if _ORIGIN.match(url.strip()) else url.strip()
    rest = rest.partition("#")[0]
    path, _, query = rest.partition("?")
    path = "/" + path.lstrip("/")
    return path, tuple(parse_qsl(query, keep_blank_values=True, errors="replace", max_num_fields=1000)[:200])


def read_body(content: bytes | str, content_type: str | None) -> tuple[Json, str | None]:
    """A body as `Step.body` has it, and its content type, guessed where none is given. Binary bodies are None."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind == MULTIPART:
        raw = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
        return _multipart(raw, content_type or ""), kind
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
    except UnicodeDecodeError:
        return None, content_type
    stripped = text.strip()
    if "json" in kind or (not kind and stripped[:1] in ("{", "[")):
        value = json_or_none(stripped)
        if value is not None:
            return value, content_type or "application/json"
        return text, content_type
    if kind == FORM or (not kind and re.fullmatch(r"[\w.\[\]%-]+=[^\s]*", stripped)):
        return fields(parse_form(stripped)), content_type or FORM
    return text, content_type


def json_or_none(text: str) -> Json:
    """JSON, also with variables that stand where a value belongs; None when it is none."""
    if len(text) > _MAX_DEPTH_TEXT:
        return None
    for attempt in (text, _BARE.sub(lambda match: json.dumps(match[0]), text)):
        try:
            value: Json = json.loads(attempt, parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            continue
        return value
    return None


def parse_form(text: str) -> list[tuple[str, str]]:
    """The pairs of a form body. Never raises."""
    return [
        (name, value)
        for pair in text.replace("\r", "").replace("\n", "").split("&")
        if pair
        for name, _, value in [pair.partition("=")]
        for name, value in [(_plain(name), _plain(value))]
    ]


def fields(pairs: Iterable[tuple[str, Json]]) -> dict[str, Json]:
    """Pairs as an object; a name that is given several times has a list."""
    found: dict[str, list[Json]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else list(values) for name, values in found.items()}


def file_part(filename: str, content: bytes, content_type: str | None = None) -> Json:
    """A file in a multipart body, as `encode.prepare` takes it."""
    return {
        "filename": filename,
        "content_type": content_type or "application/octet-stream",
        "base64": base64.b64encode(content).decode("ascii"),
    }


def is_open(value: Json) -> bool:
    """Whether a value holds a variable that the recording does not tell."""
    if isinstance(value, str):
        return OPEN.search(value) is not None
    if isinstance(value, list):
        return any(map(is_open, value))
    return isinstance(value, dict) and any(is_open(each) for each in value.values())


def segments(path: str) -> list[str]:
    """The decoded segments of a path."""
    return [unquote(part, errors="replace") for part in urlsplit("//x" + path).path.split("/") if part]


def _plain(text: str) -> str:
    return unquote(text.replace("+", " "), errors="replace")


def _multipart(content: bytes, content_type: str) -> Json:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("utf-8", "surrogatepass").replace(b"\n\n", b"\n")
    try:
        message = BytesParser(policy=policy.HTTP).parsebytes(head + content)
        parts = list(message.iter_parts()) if message.is_multipart() else []
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    pairs: list[tuple[str, Json]] = []
    for part in parts:
        try:
            name = part.get_param("name", header="content-disposition")
            payload = part.get_payload(decode=True)
            filename = part.get_filename()
            kind = part.get_content_type()
        except (ValueError, LookupError, TypeError, AttributeError):
            continue
        if not isinstance(name, str) or not isinstance(payload, bytes):
            continue
        if filename is not None:
            pairs.append((name, file_part(filename, payload, kind)))
        else:
            pairs.append((name, payload.decode("utf-8", "replace")))
    return fields(pairs)
