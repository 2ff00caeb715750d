"""Shortens what looks like a credential.

The instances are thrown away, but a report travels, and values from `--env` or crashworthy.toml may be real ones.
"""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qsl, quote

from crashworthy.core.value import Json

HIDDEN = "•••"
_SHOWN = 6

_SECRET_HEADER = re.compile(
    r"^(proxy-)?authorization$|^(set-)?cookie$|api-?key|token|secret|signature|session", re.IGNORECASE
)
_SECRET_FIELD = re.compile(
    r"passw|passphrase|secret|api_?key|private_?key|(^|_)(pin|otp|cvc|cvv|pwd)$|(access|refresh|auth|id|session|csrf|bearer)_?token$|^token$",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?"  # JSON Web Token
    r"|\b(?:sk|pk|rk|ghp|gho|xox[abp])[_-][\w-]{12,}"  # keys with the prefix of their maker
    r"|\b(?=[A-Za-z_]*\d)(?=[\d_]*[A-Za-z])\w{32,}\b",  # without "-": slugs and UUIDs are no secrets
    re.ASCII,
)
_JSON_TEXT = re.compile(r'"((?:[^"\\]|\\.)*)"(\s*:\s*")((?:[^"\\]|\\.)*)')
_FORM = re.compile(r"^[\w.%\[\]-]+=[^&\s]*(&[\w.%\[\]-]+=[^&\s]*)*$", re.ASCII)


def header_value(name: str, value: str) -> str:
    """A header's value: of credentials only the scheme and the beginning."""
    if not _SECRET_HEADER.search(name):
        return value
    scheme, space, rest = value.partition(" ")
    if space and name.lower().endswith("authorization"):
        return f"{scheme} {_beginning(rest)}"
    cookie, equals, rest = value.partition("=")
    if equals and "cookie" in name.lower():
        content, semicolon, attributes = rest.partition(";")
        return f"{cookie}={_beginning(content)}{semicolon}{attributes}"
    return _beginning(value)


def body_text(body: str) -> str:
    """A body with passwords hidden and tokens shortened, JSON and forms read as such."""
    try:
        data: Json = json.loads(body)
    except (ValueError, RecursionError):
        # Forms, plain text, and JSON that was cut.
        return query_text(body) if _FORM.match(body) else shortened(_JSON_TEXT.sub(_hidden_text, body))
    if not isinstance(data, dict | list):
        return shortened(body)
    # Texts that nothing had to be hidden in are shown exactly as they were sent.
    hidden = _hidden(data)
    return body if hidden == data else json.dumps(hidden, ensure_ascii=False)


def query_text(query: str) -> str:
    """A query string or a form with passwords hidden and tokens shortened."""
    pairs = parse_qsl(query, keep_blank_values=True)
    if not any(_SECRET_FIELD.search(name) for name, _ in pairs):
        return shortened(query)
    return "&".join(f"{quote(name)}={HIDDEN if _SECRET_FIELD.search(name) else quote(value)}" for name, value in pairs)


def shortened(text: str) -> str:
    """The text with long tokens cut to their beginning."""
    return _TOKEN.sub(lambda match: _beginning(match[0]), text)


def _hidden(value: Json, name: str = "") -> Json:
    match value:
        case dict():
            return {key: _hidden(each, key) for key, each in value.items()}
        case list():
            return [_hidden(each, name) for each in value]
        case str() if value and _SECRET_FIELD.search(name):
            return _beginning(value) if _TOKEN.fullmatch(value) else HIDDEN
        case str():
            return shortened(value)
        case _:
            return value


def _hidden_text(match: re.Match[str]) -> str:
    name, colon, value = match.groups()
    return f'"{name}"{colon}{HIDDEN}' if value and _SECRET_FIELD.search(name) else match[0]


def _beginning(token: str) -> str:
    return token if len(token) <= _SHOWN else token[:_SHOWN] + "…"
