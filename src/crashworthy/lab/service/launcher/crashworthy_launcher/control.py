"""The connection to the engine: one JSON object per line, both ways, over an inherited unix socket."""

from __future__ import annotations

import json
import socket
from typing import Any


class Control:
    """The launcher's end. `fd` is the inherited descriptor; programs that the service starts do not get it."""

    def __init__(self, fd: int) -> None:
        self._socket = socket.socket(fileno=fd)
        self._socket.set_inheritable(False)
        self._unread = b""
        self._open = True

    @property
    def fd(self) -> int:
        """The descriptor, for poll."""
        return self._socket.fileno()

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; the engine may be gone, and then the watchdog ends this process."""
        if self._open:
            try:
                self._socket.sendall(json.dumps(message).encode() + b"\n")
            except OSError:
                self._open = False

    def receive(self) -> dict[str, Any] | None:
        """The next message, waiting for it; None when the engine closed the connection."""
        while b"\n" not in self._unread:
            try:
                part = self._socket.recv(65536)
            except OSError:
                return None
            if not part:
                return None
            self._unread += part
        line, self._unread = self._unread.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def close(self) -> None:
        """Close this process's end; later messages are dropped."""
        self._open = False
        self._socket.close()
