"""Invitations are written with the office's key, and declined by whoever was sent the secret link."""

import os
import secrets

from flask import Flask, abort, request

app = Flask(__name__)
KEY = os.environ.get("OFFICE_KEY", "office-key")
invitations: dict[str, str] = {}


@app.post("/invitations")
def invite():
    if request.headers.get("X-Office-Key") != KEY:
        abort(403)
    code = secrets.token_urlsafe(24)
    invitations[code] = request.json["email"]
    return {"id": code, "email": request.json["email"]}, 201


@app.get("/invitations/<code>")
def show(code):
    if code not in invitations:
        abort(404)
    return {"id": code, "email": invitations[code]}


@app.delete("/invitations/<code>")
def decline(code):
    if invitations.pop(code, None) is None:
        abort(404)
    return "", 204
