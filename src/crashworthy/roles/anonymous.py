"""Takes out of a service's code and texts what says whose it is, and keeps what breaks.

Words of its business are those in the paths of its API, in the names of its tables and in its own name. Each becomes a
neutral noun, the same one everywhere, in the form in which it stood: "create_order", "Orders" and "/orders" stay
together. Addresses, mails, hosts and long random texts become examples, and credentials dots. It is no proof of
anonymity: who knows the service will recognise it, and the kit says so.
"""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache

from crashworthy.roles.catalogue import folder

_NOUNS = (
    "parcel", "locker", "badge", "basket", "candle", "drawer", "garden", "hammer", "island", "jacket",
    "kettle", "ladder", "mirror", "needle", "orchard", "pebble", "ribbon", "saddle", "teapot", "window",
)  # fmt: skip
_PART = re.compile(r"[A-Za-z][a-z]+|[A-Z]+(?![a-z])")
_TABLE = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE(?: IF NOT EXISTS)?)\s+[\"'`]?([A-Za-z_]{3,})", re.I)
_TABLE_NAME = re.compile(r"__tablename__\s*=\s*[\"']([A-Za-z_]{3,})")
_SHORTEST = 4
_ADDRESSES = (
    (re.compile(r"""(["']\w*(?:password|passwd|secret|token|api_?key)\w*["']\s*:\s*["'])[^"']+""", re.I), r"\1..."),
    (re.compile(r"""(\w*(?:password|passwd|secret|token|api_?key)\w*\s*=\s*["'])[^"']+""", re.I), r"\1..."),
    (re.compile(r"\b[\w.+-]+@[\w-]+\.[\w.-]+\b"), "someone@example.org"),
    (re.compile(r"\b(https?://)[^\s\"'/]+"), r"\1example.org"),
    (re.compile(r"\b(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[a-z])[A-Za-z0-9_-]{24,}\b"), "EXAMPLE"),
)


def words_of_business(paths: Iterable[str], code: str, name: str) -> tuple[str, ...]:
    """The words to replace, singular and lower case, in a fixed order."""
    segments = [segment for path in paths for segment in path.split("/") if segment and "{" not in segment]
    tables = [*_TABLE_NAME.findall(code), *(table for text in _texts(code) for table in _TABLE.findall(text))]
    parts = [part.lower() for text in (*segments, *tables, name) for part in _PART.findall(text)]
    words = dict.fromkeys(_singular(part) for part in parts if part not in _of_every_service())
    return tuple(word for word in words if len(word) >= _SHORTEST and word not in _of_every_service())[: len(_NOUNS)]


def anonymous(text: str, words: tuple[str, ...]) -> str:
    """The text with those words replaced, each by the noun of its place, and addresses by examples."""
    nouns = dict(zip(words, _free_nouns(words), strict=False))

    def part(match: re.Match[str]) -> str:
        word = match[0]
        plain = _singular(word.lower())
        if plain not in nouns:
            return word
        plural = word.lower() != plain
        noun = nouns[plain] + ("s" if plural else "")
        if word.isupper():
            return noun.upper()
        return noun.capitalize() if word[0].isupper() else noun

    replaced = _PART.sub(part, text)
    for pattern, example in _ADDRESSES:
        replaced = pattern.sub(example, replaced)
    return replaced


def _texts(code: str) -> Iterator[str]:
    """The string constants of the code; outside them "from" begins an import."""
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@cache
def _of_every_service() -> frozenset[str]:
    """Words whose replacement would take away what the code does: of the language, of prose, of any service."""
    words = tomllib.loads((folder() / "words.toml").read_text(encoding="utf-8"))
    of_language = (*keyword.kwlist, *keyword.softkwlist, *dir(builtins))
    return frozenset((*words["of_every_service"].split(), *words["empty"].split(), *of_language))


def _free_nouns(words: tuple[str, ...]) -> tuple[str, ...]:
    """Nouns that are none of the service's own words; the same for every text of a service."""
    return tuple(noun for noun in _NOUNS if noun not in words)


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
