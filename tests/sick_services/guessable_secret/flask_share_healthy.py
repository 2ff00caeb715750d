"""Share links are random."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
users: dict[str, str] = {}
documents: dict[int, dict] = {}
shares: dict[str, int] = {}


def caller():
    name = users.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
    if name is None:
        abort(401)
    return name


@app.post("/signup")
def signup():
    token = secrets.token_hex(16)
    users[token] = request.json["name"]
    return {"token": token}, 201


@app.post("/documents")
def create():
    number = secrets.randbelow(10**9)
    documents[number] = {"id": number, "owner": caller(), "text": request.json["text"]}
    return documents[number], 201


@app.get("/documents")
def listing():
    name = caller()
    return [each for each in documents.values() if each["owner"] == name]


@app.post("/documents/<int:number>/share")
def share(number):
    if documents.get(number, {}).get("owner") != caller():
        abort(404)
    code = secrets.token_urlsafe(16)
    shares[code] = number
    return {"share_code": code}, 201


@app.get("/shared/<code>")
def shared(code):
    if code not in shares:
        abort(404)
    return {"text": documents[shares[code]]["text"]}
