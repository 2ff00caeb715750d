"""The way out: one Unix stream socket per process."""

from __future__ import annotations

import _socket  # the C class: stays itself when the service or a library patches `socket`
import _thread
import os

from crashworthy_sensor.settings import settings

SEND_TIMEOUT_S = 2.0
MAX_ATTEMPTS = 3


class Wire:
    """Sends whole lines; silent when nobody listens.

    The lock is re-entrant because a signal handler of the service may run, and cause an event, while we send.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._attempts = 0
        self._socket: _socket.socket | None = None
        self._inode = 0
        self._lock = _thread.RLock()

    def reset(self) -> None:
        """After a fork: leave the parent's connection to the parent and make an own one when needed."""
        inherited, self._socket = self._socket, None
        self._attempts = 0
        self._lock = _thread.RLock()
        if inherited is not None and self._is_ours(inherited):
            inherited.close()

    def send(self, lines: str) -> None:
        """Send complete lines. Never raises; gives up on a listener that does not read."""
        if not self._path:
            return
        with self._lock:
            connection = self._socket
            if connection is not None and not self._is_ours(connection):
                # The service closed all its files (a daemon does); the number may be somebody else's now.
                connection.detach()
                connection = self._socket = None
            if connection is None:
                connection = self._connect()
            if connection is None:
                return
            try:
                connection.sendall(lines.encode("utf-8", "backslashreplace"))
            except OSError:
                connection.close()
                self._socket = None

    def _connect(self) -> _socket.socket | None:
        if self._attempts >= MAX_ATTEMPTS:
            return None
        self._attempts += 1
        connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
        try:
            connection.settimeout(SEND_TIMEOUT_S)
            connection.connect(self._path)
            self._inode = os.fstat(connection.fileno()).st_ino
        except OSError:
            connection.close()
            return None
        self._socket = connection
        return connection

    def _is_ours(self, connection: _socket.socket) -> bool:
        try:
            return os.fstat(connection.fileno()).st_ino == self._inode
        except OSError:
            return False


wire = Wire(settings.socket)
