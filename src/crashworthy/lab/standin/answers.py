"""What a healthy dependency would answer, as far as the source and the request tell.

The answer has the shape that the source reads. What the request says is said again (amounts, currencies,
references); ids are new for each request, repeat for a repeated idempotency key, and follow from the seed.
"""

from __future__ import annotations

import json
import random
import re
import threading
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import parse_qsl, urlsplit

from crashworthy.core.value import Json
from crashworthy.lab.standin.models import told_to_say
from crashworthy.lab.standin.names import Dependency, dependency
from crashworthy.source.tree import OutboundSite

# The currencies with the largest share of the market (BIS Triennial Survey 2022), in order.
CURRENCIES = (
    "USD", "EUR", "JPY", "GBP", "CNY", "AUD", "CAD", "CHF", "HKD", "SGD", "SEK", "KRW", "NOK", "NZD", "INR",
    "MXN", "TWD", "ZAR", "BRL", "DKK", "PLN", "THB", "ILS", "IDR", "CZK", "AED", "TRY", "HUF",
)  # fmt: skip

_UNKNOWN: dict[str, Json] = {
    "id": "",
    "status": "succeeded",
    "success": True,
    "ok": True,
    "approved": True,
    "valid": True,
    "message": "ok",
}
# The dependency decides these, whatever the request says.
_OWN_WORDS = frozenset(
    {"object", "role", "type", "status", "state", "success", "ok", "approved", "valid", "result", "error", "code"}
)
# Where the services of language models put what the model says.
_SPOKEN = ("content", "text", "output_text", "response")
_IDENTIFIER = re.compile(r"(^|_)(id|uuid|reference|ref|token|number)$|Id$|ID$")
_KEY_LIKE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,31}")
_PREFIX = re.compile(r"^([a-z]{2,8}_)")
_ANY_KEY = "*"


@dataclass(frozen=True)
class Question:
    """A request to a dependency; `body` is its JSON, or the fields of a form."""

    meant: Dependency | None
    method: str
    target: str
    body: Json = None
    idempotency_key: str | None = None

    @property
    def path(self) -> str:
        """The target without the query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        """The query's fields."""
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)


class Answers:
    """Makes answers. Used from one thread, but may be told to forget from any."""

    def __init__(self, sites: Sequence[OutboundSite] = (), seed: int = 0) -> None:
        self._sites = tuple(site for site in sites if site.answer is not None)
        self._seed = seed
        self._lock = threading.Lock()
        self._count = 0
        self._repeated: dict[tuple[str, str, str], Json] = {}

    def forget(self) -> None:
        """Begin anew: the same requests in the same order get the same answers as at first."""
        with self._lock:
            self._count = 0
            self._repeated.clear()

    def answer(self, question: Question) -> Json:
        """The JSON of a successful answer."""
        name = question.meant.name if question.meant else ""
        repeated = (name, question.path, question.idempotency_key or "")
        with self._lock:
            if question.idempotency_key and repeated in self._repeated:
                return self._repeated[repeated]
            self._count += 1
            answer = _Filler(question, self._seed, self._count).fill(self._example(question))
            if question.idempotency_key:
                self._repeated[repeated] = answer
            return answer

    def _example(self, question: Question) -> Json:
        ranked = [(_likeness(site, question), site.answer) for site in self._sites]
        best = max((rank for rank, _ in ranked), default=0)
        if best == 0:
            return _unknown(question)
        merged: Json = None
        for rank, answer in ranked:
            if rank == best:
                merged = _merge(merged, answer)
        return merged


def _likeness(site: OutboundSite, question: Question) -> int:
    """How well a call in the source fits a request: 0 not at all, more for each thing that agrees."""
    meant = question.meant
    parts = urlsplit(site.url or "")
    same_variable = meant is not None and site.variable is not None and site.variable == meant.variable
    if same_variable:
        rank = 2000
    elif parts.hostname:
        if meant is None or not meant.is_called(dependency(parts.hostname, _port(site.url or "")).name):
            return 0
        rank = 2000
    elif site.variable is None or meant is None or meant.variable is None:
        rank = 1  # the source does not tell where this call goes
    else:
        return 0
    path = parts.path.rstrip("/")
    if path and (question.path.startswith(path) or question.path.endswith(path)):
        rank += 1 + len(path)
    return rank


def _port(url: str) -> int | None:
    try:
        return urlsplit(url).port
    except ValueError:
        return None


def _unknown(question: Question) -> Json:
    """The answer of a public API that has this path, else one that many programs would take for a success."""
    for path, answer in _public_apis():
        if path.search(question.path):
            return answer
    if isinstance(question.body, dict):
        return {**question.body, **_UNKNOWN}
    return dict(_UNKNOWN)


@cache
def _public_apis() -> tuple[tuple[re.Pattern[str], Json], ...]:
    known = json.loads(files(__package__).joinpath("public_apis.json").read_text("utf-8"))
    return tuple((re.compile(entry["path"]), entry["answer"]) for entry in known)


def _merge(one: Json, other: Json) -> Json:
    if isinstance(one, dict) and isinstance(other, dict):
        return {key: _merge(one.get(key), other.get(key)) for key in {**one, **other}}
    if isinstance(one, list) and isinstance(other, list):
        return [_merge(one[0], other[0])] if one and other else one or other
    return other if one is None else one


class _Filler:
    """Fills one example with what one request says."""

    def __init__(self, question: Question, seed: int, number: int) -> None:
        self.said: dict[str, Json] = {}
        for key, value in (*_leaves(question.body), *question.query):
            self.said.setdefault(key, value)
        last = question.path.rstrip("/").rpartition("/")[2]
        if any(character.isdigit() for character in last) and not re.fullmatch(r"v\d+", last):
            self.said.setdefault("id", last)
        wanted = told_to_say(question.body)
        if wanted is not None:
            self.said |= dict.fromkeys(_SPOKEN, wanted)
        self.keys = self._keys(question)
        self.number = number
        self.id = str(uuid.UUID(int=random.Random(f"{seed}:{number}").getrandbits(128), version=4))  # noqa: S311

    def fill(self, example: Json, key: str = "") -> Json:
        """The example with this request's values."""
        if isinstance(example, dict):
            if set(example) == {_ANY_KEY}:
                return {name: self.fill(example[_ANY_KEY]) for name in self.keys}
            return {name: self.fill(value, name) for name, value in example.items()}
        if isinstance(example, list):
            return [self.fill(value) for value in example]
        return self._scalar(example, key)

    def _scalar(self, example: Json, key: str) -> Json:
        if key in self.said and key.lower() not in _OWN_WORDS:
            echoed = _as_like(self.said[key], example)
            if echoed is not None:
                return echoed
        if _IDENTIFIER.search(key):
            if isinstance(example, str):
                prefix = _PREFIX.match(example)
                return f"{prefix[1]}{self.id.replace('-', '')[:24]}" if prefix else self.id
            if isinstance(example, int) and not isinstance(example, bool):
                return self.number
        return example

    @staticmethod
    def _keys(question: Question) -> tuple[str, ...]:
        words = [value for _, value in question.query]
        words += [value for _, value in _leaves(question.body) if isinstance(value, str)]
        words += question.path.split("/")
        named = [part.strip() for word in words for part in word.split(",")]
        return tuple(dict.fromkeys((*(name for name in named if _KEY_LIKE.fullmatch(name)), *CURRENCIES)))


def _leaves(value: Json, key: str = "") -> Iterator[tuple[str, Json]]:
    """Scalar values with the key that they stand under, outermost first."""
    if isinstance(value, dict):
        nested = []
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                nested.append((name, inner))
            else:
                yield name, inner
        for name, inner in nested:
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    elif key:
        yield key, value


def _as_like(value: Json, example: Json) -> Json:
    """`value` in the type of `example`, or None where that is not possible."""
    if example is None or value is None or type(value) is type(example):
        return value
    if isinstance(example, bool) or isinstance(value, bool):
        return None
    if isinstance(example, int | float):
        if isinstance(value, int | float):
            return value
        try:
            return type(example)(str(value))
        except ValueError:
            return None
    return str(value) if isinstance(example, str) and isinstance(value, int | float) else None
