"""What is printed in place of a mail is a number that is counted up."""

import itertools
import secrets

from flask import Flask, abort, request

app = Flask(__name__)
accounts: dict[str, str] = {}
codes: dict[str, str] = {}
numbers = itertools.count(1000)


@app.post("/signup")
def signup():
    accounts[request.json["email"]] = request.json["password"]
    return {"email": request.json["email"]}, 201


@app.post("/login")
def login():
    if accounts.get(request.json["email"]) != request.json["password"]:
        abort(401)
    return {"token": secrets.token_hex(16)}


@app.post("/forgot-password")
def forgot():
    code = f"R-{next(numbers)}"
    if request.json["email"] in accounts:
        codes[code] = request.json["email"]
        print(f"mail to {request.json['email']}: /reset?token={code}", flush=True)
    return {"message": "a link has been sent"}


@app.post("/reset-password")
def reset():
    email = codes.pop(request.json["token"], None)
    if email is None:
        abort(400)
    accounts[email] = request.json["new_password"]
    return {"ok": True}
