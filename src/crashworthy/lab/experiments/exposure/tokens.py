"""Which texts of a trial are access tokens: those with which a user is let in, and without which he is not. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crashworthy.core.history import Exchange, Trial
from crashworthy.lab.experiments.access.callers import NOBODY
from crashworthy.lab.experiments.exposure.marks import Kind, Mark

_SHORTEST = 16
_SCHEME = re.compile(r"(?i)^(bearer|token|jwt|apikey|api-key|key)\s+")
_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-auth-token", "x-access-token", "x-session-token"})
_NO_AUTHORITY = re.compile(r"(?i)csrf|xsrf|lang|locale|theme|consent|track|visitor|_ga")
_REFUSED = frozenset({401, 403})


def tokens(trial: Trial, actor: str = "A") -> tuple[Mark, ...]:
    """The tokens of an actor that open something: the same request is refused to nobody in the same trial.

    Names of users and other short texts are no tokens, nor is what stands in a URL, which every log of requests holds.
    """
    urls = " ".join(exchange.request.url for exchange in trial.exchanges)
    refused = {
        (each.request.method, each.request.url)
        for each in trial.exchanges
        if each.actor == NOBODY and each.response is not None and each.response.status in _REFUSED
    }
    found: dict[str, Mark] = {}
    for exchange in trial.exchanges:
        if exchange.actor != actor or not exchange.ok or (exchange.request.method, exchange.request.url) not in refused:
            continue
        for name, value in _shown(exchange):
            if len(value) >= _SHORTEST and value not in urls:
                found[value] = Mark(Kind.TOKEN, name, value)
    return tuple(found.values())


def _shown(exchange: Exchange) -> Iterator[tuple[str, str]]:
    """By header, or by the one cookie that may say who is calling."""
    for name, value in exchange.request.headers:
        if name.lower() in _HEADERS and not value.lower().startswith(("basic ", "digest ")):
            yield name, _SCHEME.sub("", value)
            return
    cookies = [
        (name.strip(), value.strip())
        for header, text in exchange.request.headers
        if header.lower() == "cookie"
        for name, _, value in (part.partition("=") for part in text.split(";"))
        if not _NO_AUTHORITY.search(name)
    ]
    if len(cookies) == 1:
        yield cookies[0]
