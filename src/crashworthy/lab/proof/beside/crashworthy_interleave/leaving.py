"""Connections that leave the service: they end at the test's stand-in, in plain text."""

from __future__ import annotations

import re
import socket
from typing import Any

LOCAL = {None, "", "localhost", "127.0.0.1", "::1"}


def patch_sockets(own_port: int, stand_in: int, leaves: Any) -> None:
    """The server's port is the test's; every other host is the stand-in, of which `leaves` is told."""
    bind, connect, connect_ex = socket.socket.bind, socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo
    own: set[int] = {own_port}

    def to(sock: Any, address: Any) -> Any:
        if sock.family not in (socket.AF_INET, socket.AF_INET6) or address[1] in own or _is_database(address[1]):
            return address
        leaves(*address[:2])
        there = ("127.0.0.1", stand_in)
        return there if sock.family == socket.AF_INET else ("::ffff:127.0.0.1", there[1], 0, 0)

    def bound(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[1] != 0 and self.type & socket.SOCK_STREAM:
            address = ("127.0.0.1" if self.family == socket.AF_INET else "::", own_port, *address[2:])
        bind(self, address)
        if self.family in (socket.AF_INET, socket.AF_INET6):
            own.add(self.getsockname()[1])

    def looked_up(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        local = host in (None, "", "localhost", b"localhost") or re.fullmatch(r"[\d.]+|.*:.*", str(host))
        return look_up(host if local else "127.0.0.1", port, *given, **named)

    socket.socket.bind = bound  # type: ignore[method-assign,assignment]
    socket.socket.connect = lambda self, address: connect(self, to(self, address))  # type: ignore[method-assign]
    socket.socket.connect_ex = lambda self, address: connect_ex(self, to(self, address))  # type: ignore[method-assign]
    socket.getaddrinfo = looked_up


def patch_tls(stand_in: int, module: Any) -> None:
    """What leaves the service in TLS leaves it plainly, as the stand-in speaks none."""
    wrap_socket, wrap_bio = module.SSLContext.wrap_socket, module.SSLContext.wrap_bio

    class Plain:
        """What clients ask a TLS connection for."""

        context: Any = None
        server_hostname = ""
        server_side = session_reused = False
        session = None

        def getpeercert(self, binary_form: bool = False) -> Any:
            return b"" if binary_form else {"subjectAltName": (("DNS", self.server_hostname),)}

        def do_handshake(self, *_: Any) -> None:
            return None

        cipher = compression = selected_alpn_protocol = shared_ciphers = get_channel_binding = do_handshake

        def version(self) -> str:
            return "TLSv1.3"

    class PlainSocket(Plain, socket.socket):
        def pending(self) -> int:
            return 0

        def unwrap(self) -> socket.socket:
            return self

        def read(self, size: int = 1024, buffer: Any = None) -> Any:
            return self.recv(size) if buffer is None else self.recv_into(buffer, size)

        def write(self, data: Any) -> int:
            return self.send(data)

    class PlainObject(Plain):
        def __init__(self, incoming: Any, outgoing: Any) -> None:
            self._incoming, self._outgoing = incoming, outgoing

        def pending(self) -> int:
            return int(self._incoming.pending)

        def unwrap(self) -> None:
            return None

        def read(self, size: int = 1024, buffer: Any = None) -> Any:
            data = self._incoming.read(size)
            if not data and not self._incoming.eof:
                raise module.SSLWantReadError
            if buffer is None:
                return data
            buffer[: len(data)] = data
            return len(data)

        def write(self, data: Any) -> int:
            return int(self._outgoing.write(data))

    def leaves(sock: socket.socket) -> bool:
        try:
            return bool(sock.getpeername()[1] == stand_in)
        except (OSError, IndexError):
            return False

    def told(plain: Any, context: Any, name: Any) -> Any:
        plain.context, plain.server_hostname = context, name or ""
        return plain

    def wrapped(self: Any, sock: Any, server_side: bool = False, *given: Any, **named: Any) -> Any:
        if server_side or not leaves(sock):
            return wrap_socket(self, sock, server_side, *given, **named)
        timeout = sock.gettimeout()
        plain = PlainSocket(sock.family, sock.type, sock.proto, fileno=sock.detach())
        plain.settimeout(timeout)
        return told(plain, self, named.get("server_hostname"))

    def wrapped_bio(
        self: Any, incoming: Any, outgoing: Any, server_side: bool = False, *given: Any, **named: Any
    ) -> Any:
        name = given[0] if given else named.get("server_hostname")
        if server_side or name in LOCAL:  # a database, perhaps
            return wrap_bio(self, incoming, outgoing, server_side, *given, **named)
        return told(PlainObject(incoming, outgoing), self, name)

    module.SSLContext.wrap_socket, module.SSLContext.wrap_bio = wrapped, wrapped_bio


def _is_database(port: int) -> bool:
    return port in {5432, 3306, 6379, 27017, 1521, 1433}
