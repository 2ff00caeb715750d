"""Calendars of people by WebDAV and CalDAV (RFC 4918, RFC 4791), without routes: what there is, its answers say."""

from __future__ import annotations

import base64
import secrets
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable
from urllib.parse import unquote, urlsplit

METHODS = "OPTIONS, GET, PUT, DELETE, PROPFIND, REPORT, MKCALENDAR, MOVE, LOCK, UNLOCK"
MULTISTATUS = '<multistatus xmlns="DAV:"><response><href>{href}</href>{more}</response></multistatus>'
PRINCIPAL = (
    "<propstat><prop><current-user-principal><href>/people/{user}/</href></current-user-principal></prop></propstat>"
)
Answer = tuple[str, dict[str, str], str]


def make() -> Callable[..., Iterable[bytes]]:
    things: dict[str, str | None] = {}
    locks: dict[str, str] = {}

    def answer(method: str, path: str, user: str, body: str, headers: dict[str, str]) -> Answer:
        if method == "OPTIONS":
            return "200 OK", {"DAV": "1, 2, calendar-access", "Allow": METHODS}, ""
        if not user:
            return "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="shelf"'}, "say who you are"
        home = f"/people/{user}/"
        if path not in ("/", home) and not path.startswith(home):
            return "403 Forbidden", {}, "that is somebody else's"
        inside = path.startswith(home) and path.removeprefix(home).strip("/").count("/") == 1
        if method in ("PROPFIND", "REPORT", "MKCALENDAR", "LOCK"):
            root = ElementTree.fromstring(body).tag
            if method == "REPORT" and "calendar-query" not in root:
                return "403 Forbidden", {}, "unsupported report"
        if method == "PROPFIND" and (path in ("/", home) or path in things):
            return "207 Multi-Status", {}, MULTISTATUS.format(href=path, more=PRINCIPAL.format(user=user))
        if method == "MKCALENDAR" and path not in things and not inside:
            things[path] = None
            return "201 Created", {}, ""
        if method == "PUT" and inside and path.rpartition("/")[0] + "/" in things and "BEGIN:VEVENT" in body:
            things[path] = body
            return "201 Created", {}, ""
        if method not in ("GET", "REPORT", "DELETE", "MOVE", "LOCK", "UNLOCK") or path not in things:
            return ("409 Conflict" if method == "PUT" else "404 Not Found"), {}, "no such calendar or event"
        if method == "LOCK":
            locks[path] = f"<opaquelocktoken:{secrets.token_hex(4)}>"
            return "200 OK", {"Lock-Token": locks[path]}, "<prop/>"
        if method == "UNLOCK":
            return ("204 No Content" if headers.get("lock-token") == locks.get(path) else "409 Conflict"), {}, ""
        if method == "MOVE":
            target = urlsplit(headers.get("destination", ""))
            if target.netloc != headers["host"] or not target.path.startswith("/people/"):
                return "502 Bad Gateway", {}, "not here"
            things[unquote(target.path)] = things.pop(path)
            return "201 Created", {}, ""
        if method == "DELETE":
            del things[path]
            return "204 No Content", {}, ""
        return ("207 Multi-Status" if method == "REPORT" else "200 OK"), {}, things[path] or "BEGIN:VCALENDAR"

    def application(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        length = int(str(environ.get("CONTENT_LENGTH") or 0))
        body = environ["wsgi.input"].read(length).decode()  # type: ignore[attr-defined]
        scheme, _, login = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
        user = base64.b64decode(login).decode().partition(":")[0] if scheme == "Basic" else ""
        names = ("HTTP_HOST", "HTTP_DESTINATION", "HTTP_LOCK_TOKEN")
        headers = {name[5:].lower().replace("_", "-"): str(environ[name]) for name in names if name in environ}
        status, more, text = answer(str(environ["REQUEST_METHOD"]), str(environ["PATH_INFO"]), user, body, headers)
        start_response(status, [("Content-Type", "text/plain"), *more.items()])
        return [text.encode()]

    return application
