"""Tokens are signed with a key whose default is usual."""

import base64
import hashlib
import hmac
import json
import os

from flask import Flask, abort, request

app = Flask(__name__)
JWT_SECRET = os.environ.get("JWT_SECRET", "dev-secret-do-not-use")
users: dict[str, str] = {}


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> dict:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def signature(signed: str) -> str:
    return encode(hmac.new(JWT_SECRET.encode(), signed.encode(), hashlib.sha256).digest())


def caller() -> str:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    signed, _, given = token.rpartition(".")
    if signed.count(".") != 1 or not hmac.compare_digest(signature(signed), given):
        abort(401)
    return decode(signed.split(".")[1])["sub"]


@app.post("/login")
def login():
    users[request.json["username"]] = request.json["password"]
    head, claims = {"alg": "HS256", "typ": "JWT"}, {"sub": request.json["username"]}
    signed = ".".join(encode(json.dumps(part).encode()) for part in (head, claims))
    return {"token": f"{signed}.{signature(signed)}"}


@app.get("/me")
def me():
    return {"username": caller()}
