"""The whole body becomes the user."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
users: dict[str, dict[str, object]] = {}


@app.post("/register")
def register():
    token = secrets.token_hex(16)
    users[token] = {"is_admin": False, "plan": "free", **request.get_json()}
    return {"token": token}, 201


@app.get("/me")
def me():
    user = users.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if user is None:
        abort(401)
    return {"username": user["username"], "is_admin": user["is_admin"], "plan": user["plan"]}
