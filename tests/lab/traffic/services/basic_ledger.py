"""Name and password in each request (a plain WSGI application of the standard library's kind)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from http import HTTPStatus


def make() -> Callable[..., list[bytes]]:
    """The application with a state of its own."""
    users: dict[str, str] = {}

    def answer(environ):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if (method, path) == ("POST", "/signup"):
            data = json.loads(body or b"{}")
            if not data.get("username") or len(data.get("password") or "") < 8:
                return 400, {"error": "username and password are required"}
            users[data["username"]] = data["password"]
            return 201, {"ok": True}
        kind, _, text = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        name, _, password = base64.b64decode(text).decode().partition(":") if kind == "Basic" else ("", "", "")
        if users.get(name, "") != password or not password:
            return 401, {"error": "who are you?"}
        return (200, {"entries": []}) if (method, path) == ("GET", "/entries") else (404, {"error": "nothing here"})

    def app(environ, start_response):
        status, document = answer(environ)
        headers = [("Content-Type", "application/json")]
        if status == 401:
            headers.append(("WWW-Authenticate", 'Basic realm="ledger"'))
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [json.dumps(document).encode()]

    return app
