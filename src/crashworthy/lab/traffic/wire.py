"""One request over one connection, with limits on time and size: the service is not trusted.

Requests are written whole; answers are parsed by `http.client`, which forgives what real clients forgive. Both
cost about a tenth of what httpx costs per request, and trials send many.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from urllib.parse import urlsplit

from crashworthy.core.history import Response

KEPT_BYTES = 256 * 1024
READ_BYTES = 16 * 1024 * 1024
# Answers of these types may never end: what comes within this time is the answer.
STREAM_S = 1.0
_STREAMS = ("text/event-stream", "application/x-ndjson", "application/jsonl", "multipart/x-mixed-replace")
_HEAD_BYTES = 256 * 1024
CUT = "the client closed the connection before the answer"


@dataclass(frozen=True)
class Answer:
    """What came of a request: a response or an error, and when, in seconds of time.monotonic()."""

    response: Response | None
    error: str | None
    started: float
    ended: float


class Connection:
    """A connection for one request, opened beforehand so that the request leaves without delay."""

    def __init__(self, base_url: str, timeout_s: float, keep_bytes: int = KEPT_BYTES) -> None:
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self._timeout_s = timeout_s
        self._keep_bytes = keep_bytes
        self._socket: socket.socket | None = None
        self._failure: str | None = None
        self._started = 0.0
        self._sent_all = True

    def open(self) -> None:
        """Connect; a failure is kept for `exchange` to tell."""
        try:
            self._socket = socket.create_connection(self._address, timeout=self._timeout_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            self._failure = f"cannot connect: {_reason(error)}"

    def exchange(self, wire: bytes, method: str, more: Iterable[bytes] = ()) -> Answer:
        """Send the request and read the answer, within the time limit counted from now. Closes the connection."""
        self.send(wire, more)
        return self.receive(method)

    def send(self, wire: bytes, more: Iterable[bytes] = ()) -> None:
        """Send the request, then `more` of it; a failure is kept for `receive`. The time limit counts from now."""
        self._started = time.monotonic()
        if self._socket is None and self._failure is None:
            self.open()
        if self._socket is None:
            return
        self._socket.settimeout(max(self._timeout_s, 0.001))
        try:
            for piece in chain((wire,), more):
                self._socket.sendall(piece)
        except TimeoutError:
            self._failure = f"timed out after {self._timeout_s:g} s"
        except (BrokenPipeError, ConnectionResetError):
            # A service may refuse a body it has not read to the end, and still answer.
            self._sent_all = False
        except OSError as failure:
            self._failure = f"connection lost: {_reason(failure)}"

    def receive(self, method: str) -> Answer:
        """Read the answer to the request that was sent. Closes the connection."""
        response, error = None, self._failure
        if self._socket is not None:
            with self._socket as connected:
                if error is None:
                    response, error = self._read(connected, method)
        return Answer(response, error, self._started, time.monotonic())

    def _read(self, connected: socket.socket, method: str) -> tuple[Response | None, str | None]:
        try:
            response, error = _receive(connected, method, self._started + self._timeout_s, self._keep_bytes)
        except TimeoutError:
            response, error = None, f"timed out after {self._timeout_s:g} s"
        except OSError as failure:
            response, error = None, f"connection lost: {_reason(failure)}"
        if response is None and not self._sent_all:
            error = "connection lost while the request was being sent"
        return response, error

    def send_only(self, wire: bytes) -> Answer:
        """Send the request and close the connection, whatever the answer will be."""
        started = time.monotonic()
        self.open()
        error = self._failure
        if self._socket is not None:
            error = CUT
            with self._socket as connected:
                try:
                    connected.sendall(wire)
                except OSError as failure:
                    error = f"connection lost: {_reason(failure)}"
        return Answer(None, error, started, time.monotonic())

    def close(self) -> None:
        """Close a connection that was not used."""
        if self._socket is not None:
            self._socket.close()


class _TooMuchError(Exception):
    """The answer is longer than what is read."""


class _BoundedReader(io.RawIOBase):
    """Bytes from a socket until a deadline or a limit: a drip of single bytes cannot stretch the time limit."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket = connected
        self._deadline = deadline
        self._left = READ_BYTES + _HEAD_BYTES

    def hurry(self, seconds: float) -> None:
        """Read for that much longer at most."""
        self._deadline = min(self._deadline, time.monotonic() + seconds)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview, /) -> int:  # type: ignore[override]
        left_s = self._deadline - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        if self._left <= 0:
            raise _TooMuchError
        self._socket.settimeout(left_s)
        count = self._socket.recv_into(buffer)
        self._left -= count
        return count


class _Source:
    """What `http.client.HTTPResponse` wants of a socket."""

    def __init__(self, reader: _BoundedReader) -> None:
        self._reader = reader

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader, 65536)


def _receive(
    connected: socket.socket, method: str, deadline: float, keep_bytes: int
) -> tuple[Response | None, str | None]:
    reader = _BoundedReader(connected, deadline)
    answer = http.client.HTTPResponse(_Source(reader), method=method)  # type: ignore[arg-type]
    kept = bytearray()
    truncated = streams = False
    try:
        answer.begin()
        streams = (answer.headers.get_content_type() if "Content-Type" in answer.headers else "") in _STREAMS
        if streams:
            reader.hurry(STREAM_S)
        while True:
            chunk = answer.read1(65536)
            if not chunk:
                break
            room = keep_bytes - len(kept)
            kept += chunk[:room]
            truncated = truncated or len(chunk) > room
        if answer.length:
            return None, f"answer cut short: {answer.length} bytes of the announced length are missing"
    except _TooMuchError:
        if answer.headers is None:
            return None, f"no end of the answer's head after {READ_BYTES + _HEAD_BYTES} bytes"
        truncated = True
    except TimeoutError:
        if streams:
            truncated = True
        elif answer.headers is not None:
            return None, f"timed out in the middle of the answer ({answer.status}, {len(kept)} bytes of its body read)"
        else:
            raise
    except http.client.RemoteDisconnected:
        return None, "connection closed without an answer"
    except http.client.IncompleteRead as error:
        return None, f"answer cut short after {len(kept) + len(error.partial)} bytes of its body"
    except (http.client.HTTPException, ValueError) as error:
        return None, f"answer is not HTTP: {_reason(error)}"
    headers = tuple((name, value) for name, value in answer.headers.items())
    text = decode(bytes(kept), answer.headers.get("Content-Type", ""))
    return Response(status=answer.status, headers=headers, body=text, truncated=truncated), None


def decode(body: bytes, content_type: str) -> str:
    """The body as text in its declared charset; bytes that do not fit are written as `\\xNN`."""
    match = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.IGNORECASE)
    try:
        return body.decode(match[1] if match else "utf-8", "backslashreplace")
    except (LookupError, UnicodeError, ValueError):
        return body.decode("utf-8", "backslashreplace")


def _reason(error: Exception) -> str:
    text = str(getattr(error, "strerror", None) or error) or type(error).__name__
    return text.encode("ascii", "backslashreplace").decode("ascii")[:200]
