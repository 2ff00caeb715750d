"""The `socket` module: connections and name resolution, for sync code and asyncio."""

from __future__ import annotations

import errno
import os
import sys

from crashworthy_sensor.events import sensor_error
from crashworthy_sensor.outbound import listening, route
from crashworthy_sensor.settings import settings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DATABASE_SOCKETS = (".s.PGSQL.", "mysql", "mariadb", "redis", "mongodb-", "docker")
_DOCUMENTATION = ("192.0.2.1", 9)
_probed: list[Any] | None = None


def patch(module: Any) -> None:
    """Replace the methods of `socket.socket` and the resolving functions."""
    cls = module.socket
    for name in ("connect", "connect_ex"):
        setattr(cls, name, _connecting(module, name, getattr(cls, name)))
    cls.sendto = _sending(module, cls.sendto)
    cls.listen = _listening(cls.listen)
    module.getaddrinfo = _resolving(module, module.getaddrinfo)
    for name in ("gethostbyname", "gethostbyname_ex"):
        setattr(module, name, _resolving_name(getattr(module, name)))


def prove(module: Any) -> bool:
    """Connect to an address that is nobody's, and see whether the hook sends it to the stand-in."""
    global _probed
    if settings.standin is None:
        return True
    _probed = []
    try:
        with module.socket(module.AF_INET, module.SOCK_STREAM) as probe:
            probe.connect(_DOCUMENTATION)
        return bool(_probed) and _probed[0][1] == settings.standin[1]
    finally:
        _probed = None


def _connecting(module: Any, name: str, original: Any) -> Any:
    def method(self: Any, address: Any) -> Any:
        if _probed is not None and address == _DOCUMENTATION:
            _probed.append((route.slot_address(0), settings.standin[1] if settings.standin else 0))
            return None
        return original(self, _rewritten(module, self, address))

    method.__name__ = name
    method.__qualname__ = f"socket.{name}"
    method.__doc__ = original.__doc__
    return method


def _sending(module: Any, original: Any) -> Any:
    def sendto(self: Any, data: Any, *args: Any) -> Any:
        if not args:
            return original(self, data)
        return original(self, data, *args[:-1], _rewritten(module, self, args[-1]))

    sendto.__qualname__ = "socket.sendto"
    sendto.__doc__ = original.__doc__
    return sendto


def _listening(original: Any) -> Any:
    def listen(self: Any, *args: Any) -> Any:
        result = original(self, *args)
        try:
            name = self.getsockname()
            if isinstance(name, tuple):
                listening.add(name[1])
        except Exception:
            sensor_error("listen")
        return result

    listen.__qualname__ = "socket.listen"
    listen.__doc__ = original.__doc__
    return listen


def _rewritten(module: Any, sock: Any, address: Any) -> Any:
    family = sock.family
    if family == module.AF_UNIX:
        _refuse_foreign_database(address)
        return address
    if family not in (module.AF_INET, module.AF_INET6) or not isinstance(address, tuple) or len(address) < 2:
        return address
    try:
        host, port = _text(address[0]), address[1]
        if not isinstance(port, int) or (port == 0 and sock.type != module.SOCK_STREAM):
            return address
        timeout = sock.gettimeout()
        target = route.route(host, port, timeout or None, sys._getframe(2), blocking=timeout != 0.0)
        if target is None:
            return address
        if family == module.AF_INET:
            return target
        # An IPv6 socket reaches the IPv4 loopback by a mapped address.
        sock.setsockopt(module.IPPROTO_IPV6, module.IPV6_V6ONLY, 0)
        return (f"::ffff:{'127.0.0.1' if target[0] == 'localhost' else target[0]}", target[1], 0, 0)
    except Exception:
        sensor_error("connect")
        return address


def _refuse_foreign_database(address: Any) -> None:
    """A database socket of the machine, which no address rule would catch, may be the user's own."""
    path = os.fsdecode(address) if isinstance(address, str | bytes) else ""
    name = os.path.basename(path)
    if not name.startswith(_DATABASE_SOCKETS) or settings.standin is None:
        return
    folder = os.path.dirname(os.path.realpath(path))
    if path in settings.allow_paths or folder in settings.allow_paths:
        return
    if not settings.root or not (folder + os.sep).startswith(os.path.dirname(settings.root) + os.sep):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)


def _resolving(module: Any, original: Any) -> Any:
    def getaddrinfo(host: Any, port: Any, family: Any = 0, type: Any = 0, proto: Any = 0, flags: Any = 0) -> Any:  # noqa: A002 - its name
        try:
            name = _text(host) if host is not None else ""
            if settings.standin is not None and name and not route.is_local(name):
                address = route.invented_address(name.lower().rstrip("."))
                if family == module.AF_INET6:
                    return original(f"::ffff:{address}", port, family, type, proto, 0)
                return original(address, port, module.AF_INET, type, proto, 0)
        except module.gaierror:
            raise
        except Exception:
            sensor_error("getaddrinfo")
        return original(host, port, family, type, proto, flags)

    getaddrinfo.__doc__ = original.__doc__
    return getaddrinfo


def _resolving_name(original: Any) -> Any:
    def resolve(hostname: Any) -> Any:
        try:
            name = _text(hostname)
            if settings.standin is not None and name and not route.is_local(name):
                return original(route.invented_address(name.lower().rstrip(".")))
        except Exception:
            sensor_error("gethostbyname")
        return original(hostname)

    resolve.__name__ = resolve.__qualname__ = original.__name__
    resolve.__doc__ = original.__doc__
    return resolve


def _text(host: Any) -> str:
    return host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
