"""Requests that the service's own tests make, as they reach an application; on where CRASHWORTHY_RECORD says so."""

from __future__ import annotations

import base64
import os

from crashworthy_sensor.events import encode, record, sensor_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

# What is kept of one body and of one answer, and how many requests are told.
MAX_BODY = 64 * 1024
MAX_ANSWER = 16 * 1024
MAX_REQUESTS = 3000

wanted = bool(os.environ.get("CRASHWORTHY_RECORD"))
_told = 0


class Recording:
    """One request while it is answered."""

    __slots__ = ("answer", "answer_headers", "body", "headers", "method", "path", "query", "size", "status", "told")

    def __init__(self, method: str, path: str, query: str, headers: list[tuple[str, str]]) -> None:
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = bytearray()
        self.size = 0
        self.status: int | None = None
        self.answer_headers: list[tuple[str, str]] = []
        self.answer = bytearray()
        self.told = False

    def read(self, part: bytes) -> None:
        """A part of the body was read by the application."""
        self.size += len(part)
        self.body += part[: MAX_BODY - len(self.body)]

    def wrote(self, part: bytes) -> None:
        """A part of the answer was given."""
        self.answer += part[: MAX_ANSWER - len(self.answer)]

    def tell(self) -> None:
        """Send it, once."""
        global _told
        if self.told or _told >= MAX_REQUESTS:
            return
        self.told = True
        _told += 1
        try:
            data = {
                "method": self.method,
                "path": self.path,
                "query": self.query,
                "headers": self.headers,
                "body": base64.b64encode(self.body).decode("ascii"),
                "cut": self.size > len(self.body),
                "status": self.status,
                "answer_headers": self.answer_headers,
                "answer": self.answer.decode("utf-8", "replace"),
                # pytest says there which test runs.
                "test": os.environ.get("PYTEST_CURRENT_TEST", "").partition(" (")[0],
            }
            record("request-seen", encode(data), None, urgent=True)
        except Exception:
            sensor_error("recording")


async def record_asgi(application: Callable[..., Any], scope: Any, receive: Any, send: Any) -> Any:
    """Call an ASGI application and tell what it was asked and answered."""
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope.get("headers") or ()]
    path = scope.get("raw_path") or scope.get("path", "").encode("utf-8", "surrogatepass")
    query = scope.get("query_string") or b""
    asked = path.decode("latin-1").partition("?")[0]
    seen = Recording(scope.get("method", ""), asked, query.decode("latin-1"), headers)

    async def reading() -> Any:
        message = await receive()
        if message.get("type") == "http.request":
            seen.read(message.get("body") or b"")
        return message

    async def writing(message: Any) -> None:
        if message.get("type") == "http.response.start":
            seen.status = message.get("status")
            seen.answer_headers = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in message.get("headers") or ()]
        elif message.get("type") == "http.response.body":
            seen.wrote(message.get("body") or b"")
        await send(message)

    try:
        return await application(scope, reading, writing)
    finally:
        seen.tell()


def record_wsgi(application: Callable[..., Any], environ: Any, start_response: Any) -> Any:
    """Call a WSGI application and tell what it was asked and answered."""
    seen = of_environ(environ)
    environ["wsgi.input"] = Input(environ.get("wsgi.input"), seen)

    def start(line: str, headers: Any, *rest: Any) -> Any:
        seen.status = int(line[:3])
        seen.answer_headers = [(str(name), str(value)) for name, value in headers]
        return start_response(line, headers, *rest)

    try:
        body = application(environ, start)
    except BaseException:
        seen.tell()
        raise
    return _Answer(body, seen)


def of_environ(environ: Any) -> Recording:
    """The head of a WSGI request."""
    headers = [(name[5:].replace("_", "-").title(), str(text)) for name, text in environ.items() if name[:5] == "HTTP_"]
    if environ.get("CONTENT_TYPE"):
        headers.append(("Content-Type", str(environ["CONTENT_TYPE"])))
    # The application is told decoded bytes as latin-1 (PEP 3333).
    path = _quoted(environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""))
    return Recording(environ.get("REQUEST_METHOD", ""), path, environ.get("QUERY_STRING", ""), headers)


def _quoted(path: str) -> str:
    return "".join(each if 32 < ord(each) < 127 and each not in "?#%" else f"%{ord(each) & 255:02X}" for each in path)


class Input:
    """The body of a request, as the application reads it."""

    def __init__(self, stream: Any, seen: Recording) -> None:
        self._stream = stream
        self._seen = seen

    def read(self, *size: Any) -> Any:
        """As the stream's."""
        return self._noted(self._stream.read(*size))

    def readline(self, *size: Any) -> Any:
        """As the stream's."""
        return self._noted(self._stream.readline(*size))

    def readlines(self, *hint: Any) -> Any:
        """As the stream's."""
        return [self._noted(line) for line in self._stream.readlines(*hint)]

    def readinto(self, buffer: Any) -> Any:
        """As the stream's."""
        count = self._stream.readinto(buffer)
        self._noted(bytes(buffer[: count or 0]))
        return count

    def __iter__(self) -> Iterator[Any]:
        return (self._noted(line) for line in self._stream)

    def _noted(self, part: Any) -> Any:
        if isinstance(part, bytes):
            self._seen.read(part)
        return part

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Answer:
    """The body of an answer, told with its first part: many a test looks at no more than the status."""

    def __init__(self, body: Any, seen: Recording) -> None:
        self._body = body
        self._seen = seen

    def __iter__(self) -> Iterator[Any]:
        for part in self._body:
            if isinstance(part, bytes):
                self._seen.wrote(part)
            self._seen.tell()
            yield part
        self._seen.tell()

    def close(self) -> None:
        """As the body's."""
        try:
            close = getattr(self._body, "close", None)
            if close is not None:
                close()
        finally:
            self._seen.tell()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._body, name)
