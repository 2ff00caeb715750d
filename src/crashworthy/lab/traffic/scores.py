"""How well a known value fits an input: by its type, its name, and the things that both belong to."""

from __future__ import annotations

import re
from collections.abc import Collection

from crashworthy.core.operation import Operation
from crashworthy.core.value import Json
from crashworthy.lab.traffic.dav import TAKING
from crashworthy.lab.traffic.facts import LINK, Fact, Slot
from crashworthy.lab.traffic.names import DIRECTIONS, collection, stem, words
from crashworthy.lab.traffic.schema import Schema

_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_SAME_KIND = {"customer": "user", "member": "user", "account": "user", "owner": "user", "author": "user"}


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two objects with these names are likely of one kind."""
    return len(one & other) >= 3 and len(one & other) >= 0.6 * len(one | other)


def score(slot: Slot, fact: Fact, consumer: Operation, kinds: Collection[str] = ()) -> float:
    """How well the fact fits the input; below 3 it does not. `kinds` are further words for what it belongs to."""
    wanted = [word for word in words(slot.name) if word not in DIRECTIONS]
    if not wanted or (len(wanted) == 1 and wanted[0] in ("id", "uuid", "pk", "key")):
        wanted = [*slot.noun, *(wanted or ["id"])]
    wanted[-1] = "id" if wanted[-1] == "pk" else wanted[-1]
    fitting = _type_score(slot.data_schema, fact.value)
    if fitting is None or not fact.field:
        return 0
    if fact.field == LINK:
        return 4.5 if slot.path[0] == "path" and slot.noun == fact.nouns else 0
    last = wanted[-1]
    about = {*fact.field, *fact.nouns, *kinds}
    about |= {_SAME_KIND[word] for word in about if word in _SAME_KIND}
    points = fitting
    if fact.field[-1] == last:
        points += 2
    elif fact.field[-1] in ("id", "uuid") and last in ("uuid", "id", "ref", "reference", "no", "number"):
        points += 1
    elif fact.field[-1] in ("id", "uuid", "code", "name") and last in about - {*fact.field} and len(wanted) == 1:
        # `wallet` for the id of a wallet.
        points += 2.5 if fact.field[-1] in ("id", "uuid") else 1.5
    else:
        return 0
    stems = {stem(word) for word in about}
    for word in wanted[:-1]:
        points += 2 if stem(word) in stems or _SAME_KIND.get(word) in about else -2
    if len(wanted) == 1 and wanted == list(fact.field):
        points += 1
    # The `tenant_id` of an order is no order's.
    points -= 2 * sum(word not in wanted and word not in fact.nouns for word in fact.field[:-1])
    if slot.path[0] == "path" and _is_made_by(slot, fact.operation, consumer):
        points += 3
    elif slot.path[0] == "path" and collection(fact.operation.path) == collection(consumer.path):
        points += 0.5 if "{" in fact.operation.path else 2
    if fact.operation.method == "POST" and "{" not in fact.operation.path.rsplit("/", 1)[-1]:
        points += 0.6
    elif fact.operation.is_safe and not fact.made:
        # What a list shows may be the work of earlier attempts, and not there in a fresh state.
        points -= 2
    if fact.operation.method in TAKING or fact.operation.name == consumer.name:
        points -= 4
    if fact.save is None and fact.field[-1] in ("id", "uuid"):
        points -= 1
    return points - 0.05 * len(fact.way.steps)


def has_type(slot: Slot, fact: Fact) -> bool:
    """Whether the fact's value has the type that the input takes."""
    return _type_score(slot.data_schema, fact.value) is not None


def _type_score(schema: Schema, value: Json) -> float | None:
    kinds = schema.get("type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if isinstance(value, bool) or value is None:
        return None
    if schema.get("format") == "uuid":
        return 1 if isinstance(value, str) and (_UUID.fullmatch(value) or "${" in value) else None
    if "integer" in kinds and "string" not in kinds:
        return 1 if isinstance(value, int) or (isinstance(value, str) and value.isdigit()) else None
    if kinds == ["string"]:
        return 1 if isinstance(value, str) else 0
    return 0.5


def _is_made_by(slot: Slot, maker: Operation, consumer: Operation) -> bool:
    """Whether the operation makes things at exactly the address below which the path parameter picks one."""
    below = consumer.path.partition("{" + slot.name + "}")[0]
    made, picked = (re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/") for path in (maker.path, below))
    return maker.method == "POST" and made == picked
