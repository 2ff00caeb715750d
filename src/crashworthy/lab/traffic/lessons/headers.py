"""What the headers of a recorded request are: those of any client, credentials, and inputs of the operation."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable

from crashworthy.lab.traffic.lessons.recorded import Recorded, is_open

Headers = tuple[tuple[str, str], ...]

_ANY_CLIENT = re.compile(
    r"host|user-agent|content-(length|type|encoding)|transfer-encoding|connection|keep-alive|cache-control|pragma|"
    r"origin|referer|sec-.*|dnt|upgrade-insecure-requests|te|priority|accept-(encoding|language|charset)|cookie|"
    r"x-crashworthy|x-forwarded-.*|via|forwarded|traceparent|tracestate|:.*",
    re.IGNORECASE,
)
_CREDENTIAL = re.compile(r"auth|api-?key|token|secret|signature|session|password", re.IGNORECASE)
_CSRF = re.compile(r"[cx]srf", re.IGNORECASE)
_FRESH = re.compile(r"idempotency|request-?id|correlation|trace", re.IGNORECASE)


def inputs(headers: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Headers that the operation itself may read; None where each request needs a value of its own."""
    found: dict[str, str | None] = {}
    for name, value in headers:
        if _ANY_CLIENT.fullmatch(name) or _CREDENTIAL.search(name) or _CSRF.search(name):
            continue
        if name.lower() == "accept" and ("text/html" in value or "*/*" in value or value == "application/json"):
            continue
        found[name] = None if _FRESH.search(name) or is_open(value) else value
    return found


def credentials(headers: Iterable[tuple[str, str]]) -> Headers:
    """Headers that say who is calling, and whose values are known."""
    return tuple(
        (name, value)
        for name, value in headers
        if _CREDENTIAL.search(name)
        and not _CSRF.search(name)
        and not name.lower().startswith("sec-")
        and value
        and not is_open(value)
    )


def basic_login(request: Recorded) -> tuple[str, str] | None:
    """Name and password of HTTP's basic authentication (RFC 7617)."""
    scheme, _, encoded = (request.header("Authorization") or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, colon, password = base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, ValueError):
        return None
    return (name, password) if colon else None


def secret_texts(request: Recorded) -> set[str]:
    """The parts of a request's headers that no report may show."""
    found = {value.partition(" ")[2] or value for _, value in credentials(request.headers)}
    for part in (request.header("Cookie") or "").split(";"):
        found.add(part.partition("=")[2].strip())
    login = basic_login(request)
    return found | ({login[1]} if login else set())
