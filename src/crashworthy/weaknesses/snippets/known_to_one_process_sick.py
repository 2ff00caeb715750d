import secrets

from flask import Flask, abort, request

app = Flask(__name__)
sessions = {}


@app.post("/login")
def login():
    token = secrets.token_hex(16)
    sessions[token] = request.form["name"]
    return {"token": token}


@app.get("/me")
def me():
    name = sessions.get(request.headers.get("X-Token"))
    if name is None:
        abort(401)
    return {"name": name}
