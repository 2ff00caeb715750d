"""What names mean: the type, number, text or date that a field of that name usually holds."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from crashworthy.lab.traffic.names import word_set

PASSWORD = "Str0ng-Passw0rd!"  # noqa: S105 - of users that live as long as a trial

MONEY = word_set("amount price cost total fee balance sum salary budget payment deposit credit cent value fund")
FEW = word_set("quantity qty count unit item piece seat ticket guest people person adult night participant")
PLENTY = word_set("stock capacity inventory copy supply limit max maximum available quota")
FLAGS = word_set("is has can should enabled active allow accept agree public visible verified")
_LISTS = word_set("tag label category role permission")
_STARTS = word_set("start from begin since checkin after")
_ENDS = word_set("end to until due checkout expiry expire expires before finish till deadline")
CONFIRM = word_set("confirm confirmation confirmed repeat again retype verify password2")

SECRETS = word_set("password passwd pwd passphrase")

_TEXTS: dict[str, str] = {
    "currency": "EUR",
    "country": "DE",
    "nationality": "DE",
    "language": "en",
    "lang": "en",
    "locale": "en",
    "timezone": "Europe/Berlin",
    "tz": "Europe/Berlin",
    "url": "https://example.com/page",
    "uri": "https://example.com/page",
    "link": "https://example.com/page",
    "website": "https://example.com/",
    "webhook": "https://example.com/hook",
    "callback": "https://example.com/hook",
    "city": "Berlin",
    "town": "Berlin",
    "street": "Main Street 1",
    "line1": "Main Street 1",
    "line2": "Floor 2",
    "address": "Main Street 1, 10115 Berlin",
    "zip": "10115",
    "zipcode": "10115",
    "postcode": "10115",
    "postal": "10115",
    "region": "Berlin",
    "state": "Berlin",
    "color": "#336699",
    "colour": "#336699",
    "ip": "192.0.2.10",
    "hostname": "host.example.com",
    "domain": "example.com",
    "iban": "DE89370400440532013000",
    "bic": "COBADEFFXXX",
    "cvv": "123",
    "cvc": "123",
    "pan": "4242424242424242",
    "gender": "other",
    "firstname": "Alex",
    "lastname": "Morgan",
    "surname": "Morgan",
    "company": "Example Ltd",
    "grant": "password",
    "scope": "",
    "timestamp": "",
    "query": "a",
    "q": "a",
    "search": "a",
    "sort": "id",
    "order": "asc",
    "mime": "text/plain",
    "role": "user",
    "format": "json",
}

_IDENTIFIERS = word_set("code sku slug key number ref reference identifier serial id barcode")


@dataclass(frozen=True)
class Meanings:
    """Texts by name and format. `unique` is a placeholder for digits that make a text unlike all others."""

    rng: random.Random
    now: datetime
    unique: str

    def formatted(self, kind: str, name: tuple[str, ...], *, in_query: bool = False) -> str | None:
        """A text of a format of JSON Schema, or of `strftime:` and a layout; None for an unknown format."""
        makers: dict[str, Callable[[], str]] = {
            "email": lambda: f"user{self.unique}@example.com",
            "idn-email": lambda: f"user{self.unique}@example.com",
            "date": lambda: self.moment(name, in_query=in_query).strftime("%Y-%m-%d"),
            "date-time": lambda: self.moment(name, in_query=in_query).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "local-date-time": lambda: self.moment(name, in_query=in_query).strftime("%Y-%m-%dT%H:%M:%S"),
            "time": lambda: self.moment(name, in_query=in_query).strftime("%H:%M:%S"),
            "duration": lambda: "PT1H",
            "uuid": lambda: str(uuid.UUID(int=self.rng.getrandbits(128), version=4)),
            "uri": lambda: "https://example.com/page",
            "url": lambda: "https://example.com/page",
            "uri-reference": lambda: "/page",
            "hostname": lambda: "host.example.com",
            "ipv4": lambda: "192.0.2.10",
            "ipv6": lambda: "2001:db8::1",
            "password": lambda: PASSWORD,
            "username": lambda: f"user{self.unique}",
            "phone": lambda: f"+49170{self.unique}",
            "decimal": lambda: f"{10:.2f}",
            "integer": lambda: "1",
            "json": lambda: "{}",
            "isbn-13": lambda: with_weighted_digit("978", self.rng),
            "ean-13": lambda: with_weighted_digit("400", self.rng),
            "isbn-10": lambda: isbn_10(self.rng),
            "iban": lambda: _TEXTS["iban"],
        }
        if kind.startswith("strftime:"):
            return self.moment(name, in_query=in_query).strftime(kind.removeprefix("strftime:"))
        make = makers.get(kind)
        return make() if make else None

    def text(self, name: tuple[str, ...], *, in_query: bool = False) -> str:
        """What someone would write into a field of that name."""
        last = name[-1] if name else ""
        joined = "".join(name)
        if {*name} & {"email", "mail"}:
            return f"user{self.unique}@example.com"
        if {*name} & {"password", "passwd", "pwd", "passphrase", "pass"}:
            return PASSWORD
        if {*name} & {"phone", "mobile", "tel", "telephone", "msisdn"}:
            return f"+49170{self.unique}"
        if joined in ("username", "login", "handle", "nickname", "nick", "user", "screenname", "identifier"):
            return f"user{self.unique}"
        if joined in _TEXTS:
            return _TEXTS[joined]
        if joined in ("firstname", "givenname"):
            return "Alex"
        if joined in ("lastname", "familyname", "surname"):
            return "Morgan"
        if joined in ("isbn", "ean", "gtin", "barcode"):
            return f"978{self.unique}".ljust(18, "0")
        if "card" in name and last in ("number", "card"):
            return "4242424242424242"
        if last in ("uuid", "guid"):
            return str(uuid.UUID(int=self.rng.getrandbits(128), version=4))
        if last in ("at", "date", "datetime", "day", "deadline", "birthday", "dob") or (
            len(name) == 1 and last in (_STARTS | _ENDS) - {"to", "from"}
        ):
            return self.moment(name, in_query=in_query).strftime(
                "%Y-%m-%d" if last not in ("at", "datetime") else "%Y-%m-%dT%H:%M:%SZ"
            )
        if last in ("from", "to", "since", "until", "after", "before") and len(name) == 1:
            return self.moment(name, in_query=in_query).strftime("%Y-%m-%d")
        if last == "time" or joined in ("hour", "opening", "closing"):
            return self.moment(name, in_query=in_query).strftime("%H:%M")
        if {*name} & MONEY and last not in ("type", "name", "method", "code", "id", "status", "token"):
            return "10.00"
        if {*name} & (FEW | PLENTY) and last not in ("type", "name", "method", "code", "id", "number"):
            return "1"
        if last in _TEXTS:
            return _TEXTS[last]
        if last in _IDENTIFIERS:
            return f"{'x'.join(name[:-1]) or last}-{self.unique}"
        if last in ("name", "title", "subject", "label", "topic"):
            return f"{(name[0] if len(name) > 1 else 'Sample').capitalize()} {self.unique}"
        if last in ("delay", "sleep", "wait"):
            return "0"
        if last == "token":
            return "tok_visa"
        if last == "csv":
            return "id,name\n1,sample\n"
        return f"sample {last} {self.unique}" if last else f"sample {self.unique}"

    def moment(self, name: tuple[str, ...], *, in_query: bool = False) -> datetime:
        """A whole hour in the near future; ends after starts, births in the past."""
        said = {*name, "".join(name)}
        base = (self.now + timedelta(days=7)).replace(hour=10, minute=0, second=0, microsecond=0)
        if said & {"birth", "birthday", "birthdate", "dob"}:
            return base.replace(year=base.year - 30, day=min(base.day, 28))
        if said & {"past", "since"} or (in_query and said & _STARTS):
            return base - timedelta(days=37)
        if said & _ENDS:
            return base + timedelta(days=2)
        return base


def with_weighted_digit(prefix: str, rng: random.Random) -> str:
    """Thirteen digits whose last one checks the others, with weights 1 and 3 (ISO 2108, GS1 General Specifications)."""
    body = prefix + "".join(rng.choices("0123456789", k=12 - len(prefix)))
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def isbn_10(rng: random.Random) -> str:
    """Ten characters, the last of which checks the others modulo 11 (ISO 2108:1992)."""
    body = "".join(rng.choices("0123456789", k=9))
    check = -sum(int(digit) * (10 - place) for place, digit in enumerate(body)) % 11
    return body + ("X" if check == 10 else str(check))


def guess_type(name: tuple[str, ...]) -> str:
    """The type that a name suggests where nothing declares one."""
    if not name:
        return "string"
    if name[0] in FLAGS:
        return "boolean"
    if name[-1] in _LISTS and name[-1] != "role" and len(name) == 1:
        return "string"
    if {*name} & (MONEY | FEW | PLENTY) and name[-1] not in ("currency", "type", "name", "method", "code"):
        return "integer"
    if name[-1] in ("id", "year", "age", "page", "offset", "minute", "hour", "day", "percent", "rating", "score"):
        return "integer"
    if name[-1] in ("latitude", "longitude", "lat", "lng", "lon", "rate", "weight", "height", "width", "length"):
        return "number"
    return "string"


def usual_number(name: tuple[str, ...], now: datetime) -> float:
    """A number that such a field usually holds, before any limits."""
    parts = {*name}
    preferred: float = 1
    if parts & PLENTY and not parts & {"offset", "page"}:
        preferred = 50
    elif parts & {"percent", "percentage", "discount", "rate"}:
        preferred = 10
    elif parts & FEW:
        preferred = 1
    elif parts & {"cent", "cents", "minor"}:
        preferred = 1000
    elif parts & MONEY:
        preferred = 10
    elif "year" in parts:
        preferred = now.year
    elif parts & {"age", "duration", "minute"}:
        preferred = 30
    elif parts & {"offset", "skip", "index", "delay", "sleep", "wait"}:
        preferred = 0
    elif parts & {"timestamp", "epoch"}:
        preferred = int((now + timedelta(days=7)).timestamp())
    elif parts & {"latitude", "lat", "longitude", "lng", "lon"}:
        preferred = 13
    return preferred
