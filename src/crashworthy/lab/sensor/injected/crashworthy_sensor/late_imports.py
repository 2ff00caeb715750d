"""Library modules that a copy imports only as it serves: the engine lets the copies after it begin with them."""

from __future__ import annotations

import sys

from crashworthy_sensor.events import encode, record
from crashworthy_sensor.place import own_file

MAX_NAMES = 300
_known: frozenset[str] | None = None


def before_fork() -> None:
    """Take note of what there is."""
    global _known
    if _known is None or len(_known) != len(sys.modules):
        _known = frozenset(sys.modules)


def tell() -> None:
    """Tell the engine of those that have come since the fork; nothing in a process that was not forked."""
    global _known
    if _known is None or len(_known) == len(sys.modules):
        return
    came = [(name, module) for name, module in list(sys.modules.items()) if name not in _known]
    _known = frozenset(sys.modules)
    names = [name for name, module in came if _is_library(name, module)]
    if names:
        record("late-imports", encode({"names": names[:MAX_NAMES]}), None, urgent=True)


def _is_library(name: str, module: object) -> bool:
    spec = getattr(module, "__spec__", None)
    origin = getattr(spec, "origin", None)
    # A module may stand under a second name, by which nobody finds it.
    return isinstance(origin, str) and getattr(spec, "name", None) == name and own_file(origin) is None
