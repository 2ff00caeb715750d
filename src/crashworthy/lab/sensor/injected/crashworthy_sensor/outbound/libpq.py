"""libpq connects in C: its parameters are rewritten before it gets them."""

from __future__ import annotations

import os
import sys

from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.outbound import route
from crashworthy_sensor.settings import canonical_host, settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

DEFAULT_PORT = 5432


def redirect(parameters: dict[str, Any]) -> dict[str, Any]:
    """`parameters` (as libpq names them) with host and port of the own instance, or of the stand-in.

    Without a host libpq would use the machine's socket, where the user's own database may be: that counts as
    localhost.
    """
    try:
        host = str(parameters.get("hostaddr") or parameters.get("host") or os.environ.get("PGHOST", "")).split(",")[0]
        port_text = str(parameters.get("port") or os.environ.get("PGPORT", DEFAULT_PORT)).split(",")[0]
        port = int(port_text) if port_text.isdigit() else DEFAULT_PORT
        if host.startswith(("/", "@")):
            if not _is_foreign(host):
                return parameters
            host = ""
        if route.database(canonical_host(host), port) is None and settings.standin is None:
            return parameters
        target = route.route(canonical_host(host), port, _timeout(parameters), sys._getframe(1))
        if target is None:
            return parameters if host else {**parameters, "host": "127.0.0.1"}
        changed = {name: value for name, value in parameters.items() if name != "hostaddr"}
        return {**changed, "host": target[0], "port": str(target[1])}
    except Exception:
        sensor_error("libpq")
        return parameters


def _is_foreign(folder: str) -> bool:
    if folder in settings.allow_paths or not settings.root:
        return False
    return not (os.path.realpath(folder) + os.sep).startswith(os.path.dirname(settings.root) + os.sep)


def _timeout(parameters: dict[str, Any]) -> float | None:
    value = str(parameters.get("connect_timeout") or "")
    return float(value) if value.isdigit() and int(value) > 0 else None
