"""Forces the port at the last place before the kernel: socket.bind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from types import FrameType
from typing import Any

from .moment import Moment

LOOPBACK = "127.0.0.1"
_BESIDE = frozenset({"debugpy", "opentelemetry", "prometheus_client"})
_KEPT_OPTIONS = (
    (socket.SOL_SOCKET, socket.SO_REUSEADDR),
    (socket.SOL_SOCKET, socket.SO_REUSEPORT),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE),
    (socket.IPPROTO_TCP, socket.TCP_NODELAY),
)


def force_port(moment: Moment) -> None:
    """Bind the service's main TCP port to 127.0.0.1 and the given port, whatever the service asks for.

    The main port is the one that a server's hook reported, or else the first that is bound; for servers
    without a hook of their own, that first bind is also the moment.
    """
    original = socket.socket.bind

    def bind(self: socket.socket, address: Any, /) -> None:
        if not _is_tcp_port(self, address):
            return original(self, address)
        host, port, *rest = address
        if not moment.reached and _is_beside_the_service():
            return original(self, (_loopback_of(self, host), port, *rest))
        if not moment.reached:
            obstacle = "it serves inside a running event loop" if _in_loop() else ""
            moment.reach(server="", port=port, obstacle=obstacle, binding_fd=self.fileno())
            if moment.mode == "zygote":
                _replace(self)
        if port not in (moment.declared_port, moment.port) and moment.declared_port is not None:
            return original(self, (_loopback_of(self, host), port, *rest))
        if self.family == socket.AF_INET:
            return original(self, (LOOPBACK, moment.port))
        return _bind_v6(self, original, moment.port)

    socket.socket.bind = bind  # type: ignore[method-assign,assignment]


def _replace(sock: socket.socket) -> None:
    """Put a new socket in its place: the forked copies and the zygote would all bind one and the same."""
    with socket.socket(sock.family, sock.type, sock.proto) as new:
        for level, option in _KEPT_OPTIONS:
            with contextlib.suppress(OSError):
                new.setsockopt(level, option, sock.getsockopt(level, option))
        new.setblocking(sock.gettimeout() is None)
        os.dup2(new.fileno(), sock.fileno(), inheritable=sock.get_inheritable())


def _is_tcp_port(sock: socket.socket, address: Any) -> bool:
    return (
        sock.family in (socket.AF_INET, socket.AF_INET6)
        and sock.type == socket.SOCK_STREAM
        and isinstance(address, tuple)
        and len(address) >= 2
        and isinstance(address[1], int)
        and address[1] != 0
    )


def _is_beside_the_service() -> bool:
    """Whether a library opens a port of its own, such as one for metrics, before the service opens the main one."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        if str(frame.f_globals.get("__name__", "")).partition(".")[0] in _BESIDE:
            return True
        frame = frame.f_back
    return False


def _in_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _loopback_of(sock: socket.socket, host: str) -> str:
    """A second port (metrics, debugging) keeps its number, but is not opened to the outside."""
    if sock.family == socket.AF_INET:
        return host if host.startswith("127.") else LOOPBACK
    return "::1"


def _bind_v6(sock: socket.socket, bind: Any, port: int) -> None:
    """So that IPv4 finds it too; one that is for IPv6 only stands beside an IPv4 socket of the service."""
    only_v6 = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
    bind(sock, ("::1" if only_v6 else f"::ffff:{LOOPBACK}", port))
