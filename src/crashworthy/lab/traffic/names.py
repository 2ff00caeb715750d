"""Words in the names that people give to fields, parameters and paths."""

from __future__ import annotations

import re
from functools import lru_cache


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# Words that say which of several values is meant, not what kind of thing it is.
DIRECTIONS = word_set(
    "from to source target src dst dest destination sender receiver recipient origin payer payee parent child new old "
    "my other first second current default primary main related linked friend invitee"
)
# The end of such a direction that another one than the caller is usually at.
OPPOSITE = word_set("to target dst dest destination receiver recipient payee other friend invitee second")

# Last words of names that refer to a thing that exists already.
REFERENCE_ENDS = word_set("id ids uuid guid pk key ref reference code sku slug number no handle")

_IRREGULAR = {"people": "person", "children": "child", "men": "man", "women": "woman", "data": "data", "media": "media"}
_IRREGULAR |= {f"{root}ves": f"{root}f" for root in ("shel", "hal", "cal", "wol", "sel", "lea", "loa", "thie", "scar")}
_IRREGULAR |= {f"{root}ves": f"{root}fe" for root in ("kni", "li", "wi")}
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """`shippingAddressId`, `shipping_address_id` and `shipping-address-id` as lower-case singular words."""
    pieces = re.split(r"[^A-Za-z0-9]+", _CAMEL.sub(" ", name))
    return tuple(singular(piece.lower()) for piece in pieces if piece)


@lru_cache(maxsize=4096)
def singular(word: str) -> str:
    """The singular of an English noun, by rule."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ses", "xes", "zes", "ches", "shes")) and not word.endswith("uses"):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stem(word: str) -> str:
    """A rough stem, so that "paid", "pays" and "payment" meet, as do "cancelled" and "cancel"."""
    word = {"paid": "pay", "sent": "send", "bought": "buy", "sold": "sell", "held": "hold", "begun": "begin"}.get(
        word, word
    )
    for end in ("ations", "ation", "ments", "ment", "ings", "ing", "led", "ed", "es", "s", "d", "e"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


def path_words(path: str) -> tuple[str, ...]:
    """Words of the fixed segments of a path template, without version prefixes."""
    found: list[str] = []
    for segment in path.split("/"):
        if segment and "{" not in segment and not re.fullmatch(r"api|v\d+", segment):
            found += words(segment)
    return tuple(found)


def noun_before(path: str, parameter: str) -> tuple[str, ...]:
    """Words of the fixed segment before `{parameter}`: what the parameter identifies."""
    before = path.partition("{" + parameter + "}")[0]
    fixed = [segment for segment in before.split("/") if segment and "{" not in segment]
    return words(fixed[-1]) if fixed else ()


def collection(path: str) -> str:
    """The fixed part of a path before its first parameter, such as `/orders` for `/orders/{id}/pay`."""
    return path.partition("{")[0].rstrip("/")
