"""Of the body only name and password become the user; the answer repeats all of it."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
users: dict[str, dict[str, object]] = {}


@app.post("/register")
def register():
    token = secrets.token_hex(16)
    users[token] = {"is_admin": False, "plan": "free", "username": request.get_json()["username"]}
    return {"token": token, **request.get_json()}, 201


@app.get("/me")
def me():
    user = users.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if user is None:
        abort(401)
    return {"username": user["username"], "is_admin": user["is_admin"], "plan": user["plan"]}
