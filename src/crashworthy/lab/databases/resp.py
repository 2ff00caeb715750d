"""The few words of Redis' protocol (RESP2) that a reset needs."""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Any, Self

_TIMEOUT_S = 5.0


class RespError(Exception):
    """The server answered with an error."""


class RespConnection:
    """A connection for one command after the other."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=_TIMEOUT_S)
        self._stream = self._socket.makefile("rb")

    def call(self, *words: str | bytes) -> Any:
        """The answer to a command: bytes, int, list or None."""
        encoded = [word.encode() if isinstance(word, str) else word for word in words]
        parts = [b"*%d\r\n" % len(encoded), *(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)]
        self._socket.sendall(b"".join(parts))
        return self._answer()

    def _answer(self) -> Any:
        line = self._stream.readline()
        kind, rest = line[:1], line[1:].rstrip(b"\r\n")
        match kind:
            case b"+":
                return rest
            case b":":
                return int(rest)
            case b"$":
                return None if rest == b"-1" else self._stream.read(int(rest) + 2)[:-2]
            case b"*":
                return [self._answer() for _ in range(int(rest))]
            case b"-":
                raise RespError(rest.decode("utf-8", "replace"))
            case _:
                raise RespError("the connection was closed")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()
        self._socket.close()
