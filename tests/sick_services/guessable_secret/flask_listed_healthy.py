"""What is shared is shown to everybody, in a list; numbers are only numbers."""

import secrets

from flask import Flask, abort, request

app = Flask(__name__)
users: dict[str, str] = {}
documents: dict[int, dict] = {}
shares: list[int] = []


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
    shares.append(number)
    return {"share_code": f"S{len(shares):05d}"}, 201


@app.get("/shared")
def everything():
    return [{"share_code": f"S{place:05d}", **documents[number]} for place, number in enumerate(shares, 1)]


@app.get("/shared/<code>")
def shared(code):
    place = int(code[1:]) - 1 if code[1:].isdigit() else -1
    if not 0 <= place < len(shares):
        abort(404)
    return {"text": documents[shares[place]]["text"]}
