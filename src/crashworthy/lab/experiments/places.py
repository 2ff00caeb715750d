"""Which line to name: what the sensor saw, or the suspected place when that is the same spot."""

from __future__ import annotations

from collections.abc import Sequence

from crashworthy.core.history import History
from crashworthy.core.location import Location
from crashworthy.core.operation import Operation
from crashworthy.core.value import Json

_NEAR_LINES = 25
_HANDLER = "handler"


def choose(suspected: Location | None, seen: Sequence[Location]) -> Location | None:
    """The suspected place when something was seen near it or nothing was seen at all, else the first seen."""
    if not seen or (suspected and any(near(suspected, place) for place in seen)):
        return suspected
    return seen[0]


def near(one: Location, other: Location) -> bool:
    """Whether two places are in the same function, or in about the same lines where the function is not known."""
    if one.file != other.file:
        return False
    if one.symbol and other.symbol:
        return one.symbol.split(".")[-1] == other.symbol.split(".")[-1]
    return abs(one.line - other.line) <= _NEAR_LINES


def handler_settings(operation: Operation | None) -> dict[str, Json]:
    """The operation's handler as settings of a history."""
    if operation is None or operation.handler is None:
        return {}
    return {_HANDLER: operation.handler.model_dump(mode="json")}


def handler_of(history: History) -> Location | None:
    """The handler that `handler_settings` put into the history's settings."""
    handler = history.settings.get(_HANDLER)
    return Location.model_validate(handler) if isinstance(handler, dict) else None
