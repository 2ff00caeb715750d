"""From a filled step to the exact bytes of an HTTP/1.1 request."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from crashworthy.core.history import Request
from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.template import as_text, fill, fill_path, fill_text

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
_PIECE = 64 * 1024


@dataclass(frozen=True)
class Repeated:
    """A long body that is never in memory whole: `unit` so many times, between `start` and `end`."""

    start: bytes
    unit: bytes
    times: int
    end: bytes

    def __len__(self) -> int:
        return len(self.start) + len(self.unit) * self.times + len(self.end)

    def pieces(self) -> Iterator[bytes]:
        """All of it, in pieces of some 64 KiB."""
        yield self.start
        together = max(1, min(self.times, _PIECE // len(self.unit)))
        block = self.unit * together
        for _ in range(self.times // together):
            yield block
        yield self.unit * (self.times % together) + self.end


@dataclass(frozen=True)
class Prepared:
    """A request ready to be sent: `wire` is every byte of it but `more`, `request` how it is recorded."""

    wire: bytes
    request: Request
    more: Repeated | None = None


def prepare(
    step: Step, variables: Mapping[str, Json], base_url: str, extra_headers: tuple[tuple[str, str], ...] = ()
) -> Prepared:
    """Fill and encode a step. Raises MissingValueError, and ValueError for what HTTP cannot carry.

    A `raw_body` is filled and taken from Base64, or is the name of a long one, which is not recorded.
    A file in a multipart body is an object with `filename`, `content` (text) or `base64`, and `content_type`.
    Without a `content_type`, an object or list is sent as JSON and a string as text/plain. `Basic user:password` in
    an Authorization header is encoded (RFC 7617), as the user's name may only be known now; a path as the Destination
    of a copy becomes an absolute address.
    """
    target = fill_path(step.path, variables)
    query = [(fill_text(name, variables), fill_text(value, variables)) for name, value in step.query]
    if query:
        target += ("&" if "?" in target else "?") + urlencode(query, errors="surrogatepass")
    body, content_type = _body(step, variables)
    headers = [(fill_text(name, variables), _header(name, value, variables, base_url)) for name, value in step.headers]
    given = {name.lower() for name, _ in (*headers, *extra_headers)}
    host = urlsplit(base_url).netloc
    defaults = [("Host", host), ("User-Agent", "crashworthy"), ("Accept", "application/json, */*;q=0.5")]
    if content_type is not None:
        defaults.append(("Content-Type", content_type))
    if body or step.method in {"POST", "PUT", "PATCH"}:
        defaults.append(("Content-Length", str(len(body))))
    headers = [header for header in defaults if header[0].lower() not in given] + headers
    # Each request has a connection of its own: no stale connection can turn one request into two.
    headers += [*extra_headers, ("Connection", "close")]
    lines = [f"{step.method} {target} HTTP/1.1".encode("ascii", "backslashreplace")]
    lines += [_header_bytes(name) + b": " + _header_bytes(value) for name, value in headers]
    more = body if isinstance(body, Repeated) else None
    text, binary = (None, False) if isinstance(body, Repeated) else _recorded(body)
    request = Request(
        method=step.method,
        url=base_url + target,
        headers=tuple((_header_bytes(n).decode("latin-1"), _header_bytes(v).decode("latin-1")) for n, v in headers),
        body=text,
        binary=binary,
    )
    whole = b"" if isinstance(body, Repeated) else body
    return Prepared(b"\r\n".join(lines) + b"\r\n\r\n" + whole, request, more)


def _body(step: Step, variables: Mapping[str, Json]) -> tuple[bytes | Repeated, str | None]:
    if step.raw_body is not None:
        long = variables.get(step.raw_body.removeprefix("${").removesuffix("}"))
        if isinstance(long, dict):
            start, unit, end = (as_text(long[name]).encode() for name in ("start", "unit", "end"))
            return Repeated(start, unit, int(as_text(long["times"])), end), step.content_type
        return base64.b64decode(fill_text(step.raw_body, variables)), step.content_type
    if step.body is None:
        return b"", step.content_type if step.content_type and "json" not in step.content_type else None
    value = fill(step.body, variables)
    kind = (step.content_type or "").partition(";")[0].strip().lower()
    if not kind:
        kind = "text/plain" if isinstance(value, str) else "application/json"
    if kind == FORM and isinstance(value, dict):
        return urlencode(_form_fields(value), errors="surrogatepass").encode("ascii"), step.content_type
    if kind == MULTIPART and isinstance(value, dict):
        return _multipart(value)
    if isinstance(value, str) and not _is_json(kind):
        return value.encode("utf-8", "surrogatepass"), step.content_type or kind
    # ASCII escapes carry any string, also lone surrogates.
    return json.dumps(value).encode("ascii"), step.content_type or kind


def _is_json(kind: str) -> bool:
    return kind.endswith(("/json", "+json"))


def _form_fields(fields: dict[str, Json]) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for name, value in fields.items():
        items = value if isinstance(value, list) else [value]
        pairs += [(name, as_text(item)) for item in items if item is not None]
    return pairs


def _multipart(fields: dict[str, Json]) -> tuple[bytes, str]:
    parts: list[bytes] = []
    for name, value in fields.items():
        items = value if isinstance(value, list) else [value]
        parts += [_part(name, item) for item in items if item is not None]
    # The same fields give the same bytes, and the boundary cannot occur in them by design.
    boundary = "crashworthy-" + hashlib.sha256(b"".join(parts)).hexdigest()[:32]
    edge = b"--" + boundary.encode("ascii")
    body = b"".join(edge + b"\r\n" + part + b"\r\n" for part in parts) + edge + b"--\r\n"
    return body, f"{MULTIPART}; boundary={boundary}"


def _part(name: str, value: Json) -> bytes:
    disposition = f'form-data; name="{_parameter(name)}"'
    if not (isinstance(value, dict) and "filename" in value):
        return _part_head(disposition, None) + as_text(value).encode("utf-8", "surrogatepass")
    disposition += f'; filename="{_parameter(as_text(value["filename"]))}"'
    encoded = value.get("base64")
    if encoded is not None:
        content = base64.b64decode(as_text(encoded))
    else:
        content = as_text(value.get("content")).encode("utf-8", "surrogatepass")
    return _part_head(disposition, as_text(value.get("content_type") or "application/octet-stream")) + content


def _part_head(disposition: str, content_type: str | None) -> bytes:
    lines = [f"Content-Disposition: {disposition}"]
    if content_type is not None:
        lines.append(f"Content-Type: {content_type}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogatepass")


def _parameter(text: str) -> str:
    # As browsers do (WHATWG HTML, multipart/form-data encoding).
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _header(name: str, value: str, variables: Mapping[str, Json], base_url: str) -> str:
    if name.lower() == "destination" and value.startswith("/"):
        # Some compare its host with their own (RFC 4918, section 10.3), which a step does not know.
        return base_url + fill_path(value, variables)
    filled = fill_text(value, variables)
    return _credentials(filled) if name.lower() == "authorization" else filled


def _credentials(value: str) -> str:
    """`Basic user:password` with what follows the scheme in Base64, which never holds a colon; other values as is."""
    scheme, _, plain = value.partition(" ")
    if scheme.lower() != "basic" or ":" not in plain:
        return value
    return f"{scheme} {base64.b64encode(plain.encode('utf-8', 'surrogatepass')).decode('ascii')}"


def _header_bytes(text: str) -> bytes:
    if "\r" in text or "\n" in text:
        raise ValueError("a header cannot hold a line break")
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


def _recorded(body: bytes) -> tuple[str | None, bool]:
    if not body:
        return None, False
    try:
        return body.decode("utf-8"), False
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), True
