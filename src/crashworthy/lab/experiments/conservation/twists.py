"""Requests that a service may take for ordinary: to oneself, of a negative amount, in two lines, with fractions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from crashworthy.core.operation import Operation
from crashworthy.core.scenario import Save, Step
from crashworthy.core.value import Json
from crashworthy.lab.experiments.concurrency.variants import numbers, with_value
from crashworthy.lab.experiments.effects import QUANTITIES
from crashworthy.lab.traffic.meanings import FEW, MONEY
from crashworthy.lab.traffic.names import DIRECTIONS, OPPOSITE, word_set, words
from crashworthy.lab.traffic.template import PLACEHOLDER
from crashworthy.lab.traffic.ways import another, with_save

Path = tuple[str | int, ...]

_WHOLE_UNITS = word_set("cent cents minor pence satoshi micro")
# Books take amounts of either sign: what corrects a balance may lower it or raise it.
_SIGNED = word_set(
    "adjust adjustment correct correction delta difference entry journal ledger movement posting transaction"
)
_FRACTION = Decimal("0.1")
_SEVERAL = 3


def amounts(step: Step) -> list[tuple[Path, Decimal]]:
    """Positive quantities in the body: where, and how much."""
    found = []
    for path, value in numbers(step.body):
        name = {*words(_last(path))}
        amount = Decimal(str(value))
        if name & QUANTITIES and "id" not in name and amount > 0:
            found.append((path, amount))
    return found


def is_signed(step: Step) -> bool:
    """Whether the step says by its path that it may be given an amount of either sign."""
    parts = [part for part in step.path.split("/") if part and "$" not in part]
    return bool(parts) and bool({*words(parts[-1])} & _SIGNED)


def with_counts(step: Step, operation: Operation | None) -> Step:
    """The step saying how many it wants of each thing, one, where that may be left out."""
    if operation is None or operation.body is None:
        return step
    return step.model_copy(update={"body": _counted(step.body, operation.body.data_schema)})


def _counted(body: Json, schema: Json) -> Json:
    if not isinstance(schema, dict):
        return body
    if isinstance(body, list):
        return [_counted(item, schema.get("items")) for item in body]
    properties = schema.get("properties")
    if not isinstance(body, dict) or not isinstance(properties, dict):
        return body
    found = {name: _counted(value, properties.get(name)) for name, value in body.items()}
    for name, each in properties.items():
        whole = isinstance(each, dict) and each.get("type") == "integer"
        if whole and name not in found and {*words(name)} & FEW:
            found[name] = 1
    return found


def with_amount(step: Step, path: Path, amount: Decimal) -> Step:
    """The step with another amount there, written as the one that it replaces."""
    old = next(value for place, value in numbers(step.body) if place == path)
    return step.model_copy(update={"body": with_value(step.body, path, _written(amount, old))})


def in_two_lines(step: Step, path: Path) -> Step | None:
    """The step with the item of a list that holds this amount a second time; None where it is in no list."""
    index = next((place for place, part in enumerate(path) if isinstance(part, int)), None)
    if index is None or index == len(path) - 1:
        return None
    lines: Json = step.body
    for part in path[:index]:
        assert isinstance(lines, dict)
        assert isinstance(part, str)
        lines = lines[part]
    assert isinstance(lines, list)
    item = lines[int(path[index])]
    return step.model_copy(update={"body": with_value(step.body, path[:index], [*lines, item])})


@dataclass(frozen=True)
class ToItself:
    """A set-up with two objects of a kind, the step that moves something to the other, and the one to itself."""

    setup: tuple[Step, ...]
    apart: Step
    itself: Step


def to_itself(setup: tuple[Step, ...], step: Step) -> ToItself | None:
    """The step whose target is its source: by two inputs, by the path and an input, or by who sends it.

    The target is the input that names such a direction (`to_account`). None where there is none, or no source.
    """
    target = next((name for name in _texts(step) if {*words(name)} & OPPOSITE), None)
    if target is None or not isinstance(step.body, dict):
        return None
    named = _texts(step)[target]
    source = _source(step, target)
    if source is None:
        found = _own_like(setup, step.actor, named)
        return ToItself(found[0], step, _aimed(step, target, found[1])) if found else None
    maker, own_maker = _maker(setup, named), _maker(setup, source)
    if maker is None or own_maker is None or _kind(maker) != _kind(own_maker):
        return None
    itself = _aimed(step, target, source)
    if named != source:
        return ToItself(setup, step, itself)
    made, save = own_maker
    second = another(made).model_copy(update={"saves": (save.model_copy(update={"name": f"{save.name}_other"}),)})
    place = setup.index(made) + 1
    apart = _aimed(step, target, f"${{{save.name}_other}}")
    return ToItself((*setup[:place], second, *setup[place:]), apart, itself)


def with_fractions(steps: Sequence[Step], operations: Sequence[Operation]) -> tuple[Step, ...]:
    """The steps with a tenth more of every amount of money that may have a fraction."""
    return tuple(_with_fractions(step, operations) for step in steps)


def several_units(step: Step) -> Step | None:
    """The step asking for three where it asks for one."""
    for path, amount in amounts(step):
        if {*words(_last(path))} & FEW and amount == 1:
            return with_amount(step, path, Decimal(_SEVERAL))
    return None


def has_money(step: Step, operations: Sequence[Operation]) -> bool:
    """Whether the step gives an amount of money that may have a fraction."""
    return _with_fractions(step, operations) != step


def may_have_fractions(path: Path, operation: Operation | None) -> bool:
    """Whether an amount of money there may have decimals, by its name and the operation's schema."""
    whole = set(_whole_numbers(operation.body.data_schema if operation and operation.body else {}))
    return not {*words(_last(path))} & (FEW | _WHOLE_UNITS) and _last(path) not in whole


def _with_fractions(step: Step, operations: Sequence[Operation]) -> Step:
    operation = next((each for each in operations if each.name == step.operation), None)
    for path, amount in amounts(step):
        if {*words(_last(path))} & MONEY and may_have_fractions(path, operation):
            step = with_amount(step, path, amount + _FRACTION)
    return step


def _whole_numbers(schema: Json) -> Iterator[str]:
    """Names of properties that are declared to be integers."""
    if isinstance(schema, list):
        for each in schema:
            yield from _whole_numbers(each)
    elif isinstance(schema, dict):
        properties = schema.get("properties")
        for name, each in properties.items() if isinstance(properties, dict) else ():
            if isinstance(each, dict) and each.get("type") == "integer":
                yield name
        for each in schema.values():
            yield from _whole_numbers(each)


def _texts(step: Step) -> dict[str, str]:
    """The texts that the body gives by name."""
    body = step.body if isinstance(step.body, dict) else {}
    return {name: value for name, value in body.items() if isinstance(value, str)}


def _source(step: Step, target: str) -> str | None:
    """What else the step names of the target's kind, by an input or in its path, as a saved value."""
    kind = {*words(target)} - DIRECTIONS
    for name, value in _texts(step).items():
        if name != target and _saved(value) and {*words(name)} - DIRECTIONS == kind:
            return value
    names = [name for name in PLACEHOLDER.findall(step.path) if name]
    return f"${{{names[-1]}}}" if len(names) == 1 else None


def _own_like(setup: tuple[Step, ...], actor: str, named: str) -> tuple[tuple[Step, ...], str] | None:
    """What the actor made in the way in which another one made what is named, by a saved value or by a text."""
    maker = _maker(setup, named)
    if maker is not None:
        made, save = maker
        own = next((step for step in setup if step.operation == made.operation and step.actor == actor), None)
        if own is None or made.actor == actor:
            return None
        saving, name = with_save(own, save.model_copy(update={"name": f"{save.name}_own"}))
        return tuple(saving if step is own else step for step in setup), f"${{{name}}}"
    for step in setup:
        field = next((name for name, text in _texts(step).items() if text == named), None)
        if field is None or step.actor == actor:
            continue
        own = next((each for each in setup if each.operation == step.operation and each.actor == actor), None)
        text = _texts(own).get(field) if own else None
        return (setup, text) if text is not None else None
    return None


def _maker(setup: Sequence[Step], text: str) -> tuple[Step, Save] | None:
    name = _saved(text)
    return next(((step, save) for step in setup for save in step.saves if save.name == name), None) if name else None


def _kind(maker: tuple[Step, Save]) -> tuple[str, str]:
    return maker[0].operation, maker[1].path


def _aimed(step: Step, target: str, value: str) -> Step:
    assert isinstance(step.body, dict)
    return step.model_copy(update={"body": {**step.body, target: value}})


def _saved(text: str) -> str | None:
    match = PLACEHOLDER.fullmatch(text)
    return match[1] if match and match[1] not in (None, "unique") else None


def _last(path: Path) -> str:
    return next((part for part in reversed(path) if isinstance(part, str)), "")


def _written(amount: Decimal, old: Json) -> Json:
    if isinstance(old, str):
        decimals = max(len(old.partition(".")[2]), -int(amount.as_tuple().exponent))
        return f"{amount:.{decimals}f}"
    return int(amount) if amount == amount.to_integral_value() else float(amount)
