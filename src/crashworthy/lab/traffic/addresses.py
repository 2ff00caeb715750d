"""Addresses in answers: a link to what an operation shows says what its path takes, all parameters at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from crashworthy.core.history import Exchange
from crashworthy.core.operation import Operation
from crashworthy.lab.traffic.links import links_in, local_path

Values = tuple[tuple[str, str], ...]
"""Path parameters by name."""

_FORM = re.compile(r"<form\b[^>]*>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\b(action|method)\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)


def addresses_in(exchange: Exchange, base_url: str, operations: Iterable[Operation]) -> Iterator[tuple[str, Values]]:
    """Operations with parameters in their paths that the answer's links and forms lead to, with what these have."""
    assert exchange.response is not None
    page = urlsplit(exchange.request.url).path or "/"
    known = [each for each in operations if "{" in each.path]
    literal = {(each.method, each.path) for each in operations}
    found = [("GET", link) for link in links_in(base_url, page, exchange.response)]
    found += [(method, path) for method, path in _forms(exchange, page)]
    for method, path in dict.fromkeys(found):
        if (method, path) in literal:
            continue
        matches = [(each, match) for each in known if each.method == method and (match := _match(each.path, path))]
        if matches:
            operation, match = max(matches, key=lambda pair: len(re.sub(r"\{[^{}]*\}", "", pair[0].path)))
            names = re.findall(r"\{([^{}]+)\}", operation.path)
            yield operation.name, tuple(zip(names, map(unquote, match.groups()), strict=True))


def named_after(method: str, path: str, operations: Iterable[str]) -> str | None:
    """The name of the operation that a path is of, which may hold values that are not known yet."""
    of_method = [name for name in operations if name.startswith(f"{method} ")]
    found = [name for name in of_method if _match(name.partition(" ")[2], path)]
    return max(found, key=lambda name: len(re.sub(r"\{[^{}]*\}", "", name)), default=None)


def _forms(exchange: Exchange, page: str) -> Iterator[tuple[str, str]]:
    assert exchange.response is not None
    for tag in _FORM.findall(exchange.response.body):
        given = {name.lower(): value for name, value in _ATTRIBUTE.findall(tag)}
        path = local_path("", page, given.get("action", page))
        if given.get("method", "get").lower() == "post" and path is not None:
            yield "POST", path


def _match(template: str, path: str) -> re.Match[str] | None:
    return _pattern(template).fullmatch(path)


@lru_cache(maxsize=4096)
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^{}]*\\\}", "([^/]+?)", re.escape(template)))
