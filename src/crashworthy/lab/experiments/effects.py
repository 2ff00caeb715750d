"""What requests did that matters: changes that can be read back, and calls by which money or messages leave.

Bookkeeping is no effect: a second request may well be counted, logged, or raise a version (RFC 9110, section 9.2.2).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crashworthy.core.history import SensorEvent, Trial
from crashworthy.core.value import Json
from crashworthy.lab.experiments.episode import CALL, body_of
from crashworthy.lab.experiments.observed import Mask, changes
from crashworthy.lab.experiments.trial import of_part
from crashworthy.lab.traffic.meanings import FEW, MONEY, PLENTY
from crashworthy.lab.traffic.names import word_set, words

Change = tuple[str, str, Json, Json]
"""What was read, JSON Pointer, and the two values."""

QUANTITIES = (
    MONEY | FEW | PLENTY | word_set("point credit remaining left reserved sold booked used paid refunded")
) - {"value"}
_BOOKKEEPING = word_set(
    "version revision rev log audit history metric stat statistic analytics attempt try hit view seen request visit "
    "activity usage etag modified updated status_code"
)
_TELLS_OF_ITSELF = word_set(
    "health healthz ready live metric stat statistic status debug log audit activity info admin"
)
_TAKES_EFFECT = word_set(
    "charge pay payment capture payout transfer refund debit credit preauth order purchase shipment dispatch mail "
    "email message sms notify notification webhook hook push send invoice subscription booking"
)
_ONLY_ASKS = word_set(
    "quote rate price tax calculate estimate validate validation check search query lookup verify login token oauth "
    "auth preview status availability risk fraud score simulate eligibility"
)
_MESSAGES = word_set("mail email message sms notify notification webhook hook push")
_HANDED_OUT = word_set("gift voucher card license ticket")
_UNDOES = word_set("refund cancel void reverse release revert reversal")
_KEY_FIELD = re.compile(r"idempot|dedup|nonce|request_?id|transaction_?id", re.IGNORECASE)
_REFERENCE = re.compile(r"reference|(^|_)(tx_?)?ref$|(external|client|merchant)_?(id|ref)", re.IGNORECASE)
_SHORTEST_REFERENCE = 6
_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "CONNECT"})
_IDEMPOTENT = frozenset({"PUT", "DELETE"})
_LIMIT = 40
_LONGEST = 60


@dataclass(frozen=True)
class Call:
    """A call that takes effect at a dependency; `key` is what the dependency can know a repetition by."""

    at: float
    host: str
    method: str
    path: str
    key: str | None

    @property
    def name(self) -> str:
        """For people, such as `POST api.example.com/charges`."""
        return f"{self.method} {self.host}{self.path.partition('?')[0]}"

    @property
    def undoes(self) -> bool:
        """Whether it takes back what another call did."""
        return undoes(self.path)


def calls(trial: Trial) -> list[Call]:
    """The trial's calls to dependencies that move money or messages, as far as their names tell."""
    found = []
    sent = [exchange.request.body or "" for exchange in of_part(trial, "attack")]
    for event in trial.events:
        if event.kind != CALL:
            continue
        method, path = str(event.data.get("method")), str(event.data.get("path"))
        named = {*words(path.partition("?")[0]), *words(str(event.data.get("host")).split(".")[0])}
        if method == "MAIL" or (method not in _SAFE and named & _TAKES_EFFECT and not {*words(path)} & _ONLY_ASKS):
            found.append(Call(event.at, str(event.data.get("host")), method, path, _key(event, sent)))
    return found


def gives(path: str) -> bool:
    """Whether what has that path moves or hands out something worth money, by its name."""
    return bool((_TAKES_EFFECT - _MESSAGES | _HANDED_OUT) & {*words(path)})


def undoes(path: str) -> bool:
    """Whether what has that path takes something back, by its name."""
    return bool(_UNDOES & {*words(path)})


def is_message(name: str) -> bool:
    """Whether a call by that name tells somebody something, and moves no money."""
    return bool({*words(name)} & _MESSAGES)


def taken(found: Iterable[Call]) -> Counter[str]:
    """How often each call takes effect: those under one key count once, as dependencies that know keys count them.

    PUT and DELETE of one address count once, too (RFC 9110, section 9.2.2).
    """
    seen: set[tuple[str, str]] = set()
    count: Counter[str] = Counter()
    for call in found:
        key = call.path if call.key is None and call.method in _IDEMPOTENT else call.key
        if key is not None and (call.name, key) in seen:
            continue
        seen.add((call.name, key or ""))
        count[_template(call.name)] += 1
    return count


def effects(before: Trial, after: Trial, masks: Iterable[Mask]) -> list[Change]:
    """The changes between two trials that are more than bookkeeping."""
    return [change for change in changes(before, after, masks, limit=_LIMIT) if not bookkeeping(change)]


def bookkeeping(change: Change) -> bool:
    """Whether a change is one that a service may make at every request, by its name."""
    what, path, _, _ = change
    asked = {word for segment in what.split(" ")[1].split("?")[0].split("/") for word in words(segment)}
    names = {word for part in path.split("/") for word in words(part)}
    return bool(asked & _TELLS_OF_ITSELF or names & _BOOKKEEPING)


def repeated(first: Sequence[Change], second: Sequence[Change]) -> list[Change]:
    """Quantities that changed by the same amount again: of money, stock, places."""
    earlier = {(what, path): (before, after) for what, path, before, after in first}
    found = []
    for change in second:
        what, path, before, after = change
        if not {*words(path.rpartition("/")[2])} & QUANTITIES or (what, path) not in earlier:
            continue
        amount = _difference(*earlier[what, path])
        # One more of what is listed, and not of money.
        if path.rpartition("/")[2] == "total" and amount == 1:
            continue
        if amount and amount == _difference(before, after):
            found.append(change)
    return found


def _difference(before: Json, after: Json) -> float:
    one, other = _number(before), _number(after)
    return round(other - one, 6) if one is not None and other is not None else 0.0


def _number(value: Json) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, str) and re.fullmatch(r"-?\d+(\.\d+)?", value, re.ASCII):
        return float(value)
    return None


def _key(event: SensorEvent, sent: Sequence[str]) -> str | None:
    """What names the call: a key, or the client's own reference, which is the same when the client tries again."""
    key = event.data.get("key")
    if isinstance(key, str):
        return key
    body = body_of(event)
    for name, value in body.items() if isinstance(body, dict) else ():
        text = str(value)
        handed_on = len(text) >= _SHORTEST_REFERENCE and any(text in each for each in sent)
        if _KEY_FIELD.search(name) or (_REFERENCE.search(name) and handed_on):
            return text
    return None


def _template(name: str) -> str:
    """Without the parts of the path that differ from call to call; the host is told as it is."""
    host, *parts = name.split("/")
    alike = ("*" if any(c.isdigit() for c in part) and not re.fullmatch(r"v\d+", part) else part for part in parts)
    return "/".join((host, *alike))


def told(what: str, path: str, value: Json) -> str:
    """A value that was read back, for people."""
    place = f"{what} {path.replace('/-', '[]').lstrip('/').replace('/', '.')}".strip()
    if isinstance(value, str) and (value.endswith(" items") or value.startswith("status ")):
        return f"{place} has {value}" if value.endswith(" items") else f"{place} answers {value}"
    text = json.dumps(value)
    return f"{place} is {text if len(text) <= _LONGEST else text[: _LONGEST - 1] + '…'}"
