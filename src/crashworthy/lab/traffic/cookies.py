"""Cookies of one actor: what the service sets is sent back, whatever its Path, Domain and Secure say.

The service is reached at a loopback port of ours, so a browser's rules about domains would only lose cookies.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import parsedate_to_datetime


def set_cookies(headers: Iterable[tuple[str, str]]) -> dict[str, str | None]:
    """Names and values that the Set-Cookie headers give; None where a cookie is taken away."""
    cookies: dict[str, str | None] = {}
    for header, text in headers:
        if header.lower() != "set-cookie":
            continue
        pair, *attributes = text.split(";")
        name, equals, value = pair.partition("=")
        if equals and name.strip():
            cookies[name.strip()] = None if _expired(attributes) else value.strip()
    return cookies


def cookie_header(cookies: dict[str, str]) -> str:
    """The value of the Cookie header."""
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _expired(attributes: list[str]) -> bool:
    given = {name.strip().lower(): value.strip() for name, _, value in (text.partition("=") for text in attributes)}
    try:
        if "max-age" in given:
            return int(given["max-age"]) <= 0
        if "expires" in given:
            return parsedate_to_datetime(given["expires"]).timestamp() < time.time()
    except (ValueError, TypeError, OverflowError):
        return False
    return False
