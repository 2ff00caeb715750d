"""Invoices of one's own behind a session cookie."""

from __future__ import annotations

from flask import Flask, abort, jsonify, request, session

app = Flask(__name__)
app.secret_key = "9f1c0d3a7be44a5e8f2d6c1b0a998877"
users: dict[str, str] = {}
invoices: dict[int, dict[str, object]] = {}


def caller() -> str:
    if "user" not in session:
        abort(401)
    return session["user"]


def own(invoice_id: int) -> dict[str, object]:
    user = caller()
    invoice = invoices.get(invoice_id)
    if invoice is None or invoice["owner"] != user:
        abort(404)
    return invoice


@app.post("/register")
def register():
    users[request.json["username"]] = request.json["password"]
    return {"username": request.json["username"]}, 201


@app.post("/login")
def login():
    if users.get(request.json["username"]) != request.json["password"]:
        abort(401)
    session["user"] = request.json["username"]
    return {"ok": True}


@app.post("/invoices")
def create():
    number = len(invoices) + 1
    invoices[number] = {"id": number, "owner": caller(), "total": request.json["total"]}
    return invoices[number], 201


@app.get("/invoices")
def mine():
    user = caller()
    return jsonify({"invoices": [each for each in invoices.values() if each["owner"] == user]})


@app.get("/invoices/<int:invoice_id>")
def show(invoice_id):
    return own(invoice_id)


@app.delete("/invoices/<int:invoice_id>")
def delete(invoice_id):
    own(invoice_id)
    del invoices[invoice_id]
    return "", 204
