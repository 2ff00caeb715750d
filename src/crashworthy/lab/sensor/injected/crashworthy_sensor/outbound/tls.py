"""TLS: a client accepts the stand-in's certificate, while the service's own settings stay as they are.

A request whose plan holds `strict_tls` switches that off in this process for good: from then on each client decides by
its own settings whether it accepts a certificate that nobody vouches for, and what it is set to is told, as an event
`tls` with the data host (the name that was asked for, or null) and verified.
"""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager

from crashworthy_sensor.events import encode, record_here, sensor_error
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

# Per context: how many wraps are under way, and what to set again after the last of them.
_lenient: dict[int, tuple[int, bool, Any]] = {}
_lock = threading.Lock()
_strict = threading.Event()


def be_strict() -> None:
    """From now on clients decide by themselves what they accept."""
    _strict.set()


def patch(module: Any) -> None:
    """Wrap the two methods that make TLS connections from a context."""
    cls = module.SSLContext
    for name in ("wrap_socket", "wrap_bio"):
        setattr(cls, name, _wrapping(module, name, getattr(cls, name)))


def _wrapping(module: Any, name: str, original: Any) -> Any:
    # `server_side` is the first argument after the socket, or after the two buffers.
    position = 0 if name == "wrap_socket" else 1

    def method(self: Any, first: Any, *args: Any, **kwargs: Any) -> Any:
        server_side = args[position] if len(args) > position else kwargs.get("server_side", False)
        if settings.standin is None or server_side:
            return original(self, first, *args, **kwargs)
        if _strict.is_set():
            _tell(self, args[2] if name == "wrap_bio" and len(args) > 2 else kwargs.get("server_hostname"))
            return original(self, first, *args, **kwargs)
        with _without_verification(self, module.CERT_NONE):
            return original(self, first, *args, **kwargs)

    method.__name__ = name
    method.__qualname__ = f"SSLContext.{name}"
    method.__doc__ = original.__doc__
    return method


def _tell(context: Any, host: Any) -> None:
    try:
        data = {"host": host if isinstance(host, str) else None, "verified": int(context.verify_mode) != 0}
        record_here("tls", encode(data), urgent=True, frame=sys._getframe(2))
    except Exception:
        sensor_error("tls")


@contextmanager
def _without_verification(context: Any, none: Any) -> Iterator[None]:
    """OpenSSL copies a context's settings when a connection is made from it; only then they are off."""
    key = id(context)
    with _lock:
        count, check_hostname, verify_mode = _lenient.get(key, (0, context.check_hostname, context.verify_mode))
        if count == 0:
            context.check_hostname = False
            context.verify_mode = none
        _lenient[key] = (count + 1, check_hostname, verify_mode)
    try:
        yield
    finally:
        with _lock:
            count, check_hostname, verify_mode = _lenient.pop(key)
            if count > 1:
                _lenient[key] = (count - 1, check_hostname, verify_mode)
            else:
                context.verify_mode = verify_mode
                context.check_hostname = check_hostname
