"""Marks: values that stand for what is private in a request, valid as such, and found nowhere else.

Which fields are private is told by their names and by what stands beside them. A "card number" may be that of a library
or of a shop's loyalty scheme: it is a payment card's where a security code comes with it, where it is called a credit
card, or where it is used to pay and has an expiry.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from crashworthy.core.scenario import Step
from crashworthy.core.value import Json
from crashworthy.lab.traffic.names import path_words, word_set, words
from crashworthy.lab.traffic.template import placeholders


class Kind(StrEnum):
    """What a private value is, as it is called in reports."""

    CARD = "card number"
    CODE = "card security code"
    KEY = "key"
    TOKEN = "access token"  # noqa: S105 - the name of a kind
    IDENTITY = "identity number"
    CONTACT = "personal data"


@dataclass(frozen=True)
class Mark:
    """A value that was sent, or is to be sent, in the field `name` of an operation."""

    kind: Kind
    name: str
    value: str


# As Stripe's test cards begin: no bank gave such a number to anybody.
_TEST_CARDS = "424242"
_LENGTH_OF_CARD = 16
# An area of social security numbers that stood for no state as long as areas stood for states.
_NO_AREA = "734"

_CARDS = word_set(
    "cardnumber cardno cardnum cardpan creditcard creditcardnumber creditcardno debitcard debitcardnumber pan "
    "ccnumber ccnum ccno paymentcard paymentcardnumber"
)
_CODES = word_set(
    "cvv cvv2 cvc cvc2 csc cvn cardcvv cardcvc cardcode securitycode cardsecuritycode verificationvalue "
    "cardverificationvalue"
)
_KEYS = word_set(
    "apikey apisecret apitoken secretkey clientsecret consumersecret accesstoken authtoken bearertoken refreshtoken "
    "privatekey webhooksecret signingsecret bottoken"
)
_IDENTITIES = word_set(
    "ssn socialsecurity socialsecuritynumber nationalid nationalidnumber passport passportnumber passportno "
    "driverlicense driverslicense driverlicensenumber driverlicence driverlicencenumber aadhaar aadhaarnumber"
)
_CONTACTS = word_set("email mail phone telephone mobile")
_CREDIT = word_set("credit debit cc")
_PAYING = word_set("pay payment charge checkout billing purchase")
_AMOUNTS = word_set("amount price total cents")
_EXPIRY = word_set("expiry exp expire expiration expmonth expyear")
# Cards that pay for nothing, or that whoever holds them may show.
_OTHER_CARDS = word_set(
    "library loyalty gift member membership student business sim score report post health insurance identity access "
    "reward bonus transit bus key patient loan fine member staff employee fuel prepaid"
)


def private_fields(step: Step) -> Iterator[tuple[tuple[str | int, ...], Kind]]:
    """Where a step's body holds what is private, as the way down to it, and what it is."""
    context = frozenset(path_words(step.operation.rpartition(" ")[2]))
    yield from _fields(step.body, (), context)


def _fields(
    value: Json, way: tuple[str | int, ...], context: frozenset[str]
) -> Iterator[tuple[tuple[str | int, ...], Kind]]:
    if isinstance(value, list):
        for place, below in enumerate(value):
            yield from _fields(below, (*way, place), context)
    elif isinstance(value, dict):
        for name, below in value.items():
            if isinstance(below, dict | list):
                yield from _fields(below, (*way, name), context | {*words(name)})
            elif (kind := _kind(name, tuple(value), context)) is not None and _may_be_replaced(below):
                yield (*way, name), kind


def _may_be_replaced(value: Json) -> bool:
    """Whether the value is the driver's own, and not one that the service gave out before."""
    if isinstance(value, int) and not isinstance(value, bool):
        return True
    return isinstance(value, str) and placeholders(Step(operation="", method="", path=value)) <= {"unique"}


def _kind(name: str, beside: Sequence[str], context: frozenset[str]) -> Kind | None:
    joined = "".join(words(name))
    if joined in _KEYS:
        return Kind.KEY
    if joined in _IDENTITIES:
        return Kind.IDENTITY
    if joined in _CODES:
        return Kind.CODE if any(_is_card(each, context) for each in beside) else None
    if not _is_card(name, context) or _OTHER_CARDS & ({*words(name)} | context):
        return None
    others = {"".join(words(each)) for each in beside}
    used_to_pay = bool(context & _PAYING) and any({*words(each), "".join(words(each))} & _EXPIRY for each in beside)
    # A number of digits and an amount, sent together: it is charged.
    charged = any({*words(each)} & _AMOUNTS for each in beside)
    return Kind.CARD if others & _CODES or {*words(name)} & _CREDIT or used_to_pay or charged else None


def _is_card(name: str, context: frozenset[str]) -> bool:
    joined = "".join(words(name))
    return joined in _CARDS or (joined in ("number", "no", "num") and "card" in context)


def marked(step: Step, rng: random.Random) -> tuple[Step, tuple[Mark, ...]]:
    """The step with marks in place of what is private in it, and the marks."""
    body, marks = step.body, []
    for way, kind in private_fields(step):
        name = next((str(part) for part in reversed(way) if isinstance(part, str)), "")
        value = _made(kind, _at(body, way), rng)
        marks.append(Mark(kind, name, str(value)))
        body = _with(body, way, value)
    return step.model_copy(update={"body": body}), tuple(marks)


def with_marks(step: Step, marks: Mapping[str, str]) -> Step:
    """The step with these marks, by the names of their fields."""
    body = step.body
    for way, _ in private_fields(step):
        name = next((str(part) for part in reversed(way) if isinstance(part, str)), "")
        if name in marks:
            body = _with(body, way, _like(_at(body, way), marks[name]))
    return step.model_copy(update={"body": body})


def _at(value: Json, way: Sequence[str | int]) -> Json:
    for part in way:
        value = value[part]  # type: ignore[index]
    return value


def _with(value: Json, way: Sequence[str | int], new: Json) -> Json:
    if not way:
        return new
    first, *rest = way
    if isinstance(value, dict):
        return {name: _with(below, rest, new) if name == first else below for name, below in value.items()}
    if isinstance(value, list):
        return [_with(below, rest, new) if place == first else below for place, below in enumerate(value)]
    return value


def _like(old: Json, new: str) -> Json:
    return int(new) if isinstance(old, int) and new.isdigit() else new


def _made(kind: Kind, good: Json, rng: random.Random) -> Json:
    """A valid value of the kind, written as the good one is."""
    given = str(good)
    match kind:
        case Kind.CARD:
            return _like(good, _written_as(given, card_number(rng)))
        case Kind.CODE:
            length = len(given) if given.isdigit() and len(given) in (3, 4) else 3
            return _like(good, str(rng.randrange(10 ** (length - 1) + 11, 10**length)))
        case Kind.IDENTITY:
            digits = _NO_AREA + str(rng.randrange(100_000, 1_000_000))
            return _like(good, f"{digits[:3]}-{digits[3:5]}-{digits[5:]}" if "-" in given else digits)
        case _:
            return "".join(rng.choices("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", k=32))


def card_number(rng: random.Random) -> str:
    """Sixteen digits of a test card whose last one checks the others (ISO/IEC 7812-1, annex B: Luhn)."""
    body = _TEST_CARDS + "".join(rng.choices("0123456789", k=_LENGTH_OF_CARD - len(_TEST_CARDS) - 1))
    doubled = [int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(body)]
    return f"{body}{-sum(each // 10 + each % 10 for each in doubled) % 10}"


def _written_as(given: str, digits: str) -> str:
    """The digits in groups, where the good number is written in groups."""
    separator = next((mark for mark in " -" if mark in given), "")
    return separator.join(digits[start : start + 4] for start in range(0, len(digits), 4))


def spellings(mark: Mark) -> tuple[str, ...]:
    """The texts in which the whole value is found; a security code is too short to be looked for by itself."""
    if mark.kind is Kind.CODE:
        return ()
    forms = [mark.value, quote(mark.value), base64.b64encode(mark.value.encode()).decode()]
    if mark.kind in (Kind.CARD, Kind.IDENTITY):
        digits = re.sub(r"\D", "", mark.value)
        forms += [digits, *(mark_.join(digits[i : i + 4] for i in range(0, len(digits), 4)) for mark_ in " -")]
    return tuple(dict.fromkeys(forms))


def as_written(mark: Mark) -> tuple[str, ...]:
    """The texts by which it is found in a file: a security code with its name before it, as formats write them."""
    if mark.kind is not Kind.CODE:
        return spellings(mark)
    return tuple(
        f"{quote_}{mark.name}{quote_}{between}{quote_}{mark.value}{quote_}"
        for quote_ in ('"', "'", "")
        for between in (": ", ":", "=")
    )


def stands_in(mark: Mark, text: str) -> bool:
    """Whether a text holds the whole value; a security code counts right after its name only."""
    if mark.kind is Kind.CODE:
        return any(match[2] == mark.value for match in _NAMED_CODE.finditer(text))
    return any(form in text for form in spellings(mark))


def is_code_column(name: str) -> bool:
    """Whether a column or key of that name holds a card's security code."""
    return "".join(words(name)) in _CODES


_NAMED_CODE = re.compile(
    r"(?i)(cvv2?|cvc2?|csc|cvn|card_?code|security_?code|verification_?value)[\"'\\]*\s*(?:[:=]|=>)\s*[\"'\\]*(\d{3,4})(?!\d)"
)


def contacts(fields: Sequence[tuple[str, str]]) -> Iterator[Mark]:
    """Personal data among fields that were sent: names and texts."""
    for name, text in fields:
        if {*words(name)} & _CONTACTS:
            yield Mark(Kind.CONTACT, name, text)
