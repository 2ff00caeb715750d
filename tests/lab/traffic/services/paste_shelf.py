"""Pastes with a language from a page's list, answered in plain text with their address, few at a time (Flask)."""

from __future__ import annotations

import secrets
import time

from flask import Flask, Response, request

PAGE = """<form action="/pastes" method="post"><input type="hidden" name="_xsrf" value="{token}">
<select name="language"><option value="abap">ABAP<option value="bash">Bash</select><textarea name="raw"></textarea>
</form>"""


def make() -> Flask:
    """The application with a state of its own."""
    app = Flask(__name__)
    pastes: dict[str, str] = {}
    tokens: set[str] = set()
    made: list[float] = []

    @app.get("/")
    def page():
        tokens.add(token := secrets.token_hex(8))
        return PAGE.format(token=token)

    @app.post("/pastes")
    def create():
        if len([at for at in made if time.monotonic() - at < 0.5]) > 4:
            return "too many", 429
        if request.form.get("_xsrf") not in tokens:
            return "<h1>Forbidden</h1>", 403
        if request.form.get("language") not in ("abap", "bash") or not request.form.get("raw"):
            return "<h1>Bad request</h1>", 400
        made.append(time.monotonic())
        pastes[slug := secrets.token_hex(3)] = request.form["raw"]
        return Response(f"Paste: http://{request.host}/{slug}\n", mimetype="text/plain")

    @app.get("/<slug>")
    def show(slug: str):
        return pastes.get(slug) or ("no such paste", 404)

    @app.get("/download/<slug>")
    def download(slug: str):
        return pastes.get(slug) or ("no such paste", 404)

    return app
