"""Pages with forms: each change carries the token of the page it comes from (Flask)."""

from __future__ import annotations

import secrets

from flask import Flask, redirect, request, session

PAGE = '<form method="post"><input type="hidden" name="csrf_token" value="{}"><input name="subject"></form>'


def make() -> Flask:
    """The application with a state of its own."""
    app = Flask("desk")
    app.secret_key = "k"
    tickets: list[str] = []

    @app.before_request
    def check():
        if request.method == "POST" and request.form.get("csrf_token", "") != session.get("token", "-"):
            return "<h1>Bad Request</h1><p>The CSRF token is missing.</p>", 400
        return None

    @app.get("/tickets/new")
    def form():
        session.setdefault("token", secrets.token_hex(8))
        return PAGE.format(session["token"])

    @app.post("/tickets/new")
    def create():
        if not request.form.get("subject"):
            return "subject is required", 400
        tickets.append(request.form["subject"])
        return redirect("/tickets")

    @app.post("/tickets/close-all")
    def close_all():
        tickets.clear()
        return redirect("/tickets")

    @app.get("/tickets")
    def listed():
        return {"tickets": tickets}

    return app
