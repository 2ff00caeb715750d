"""The time of day that a test says, in the service's process. Standard library only; needs no crashworthy.

Written by crashworthy beside the tests that use it, with clock.py, which experiments use as well.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType, SimpleNamespace
from typing import Any


class _Now:
    """What clock.py asks of the request that it runs in; here all requests are made at one time."""

    def __init__(self, ahead: Any) -> None:
        self._ahead = ahead

    @property
    def shift(self) -> float:
        """Seconds by which the clock is ahead."""
        return float(self._ahead())


def install(ahead: Any) -> None:
    """Let `time` and `datetime` be ahead by as many seconds as `ahead()` says whenever somebody asks for the time."""
    now = _Now(ahead)
    modules: dict[str, dict[str, Any]] = {
        "crashworthy_sensor": {},
        "crashworthy_sensor.context": {"current": SimpleNamespace(get=lambda: now)},
        "crashworthy_sensor.events": {"sensor_error": print},
    }
    for name, attributes in modules.items():
        module = ModuleType(name)
        vars(module).update(attributes)
        sys.modules[name] = module
    import_module("crashworthy_clock.clock").install()
