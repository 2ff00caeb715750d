import secrets
import sqlite3

from flask import Flask, abort, jsonify

app = Flask(__name__)


@app.post("/documents/<int:number>/share")
def share(number):
    share_token = secrets.token_urlsafe(16)
    with sqlite3.connect("documents.db") as database:
        database.execute("INSERT INTO shares (token, document) VALUES (?, ?)", (share_token, number))
    return jsonify(link=f"/shared/{share_token}"), 201


@app.get("/shared/<share_token>")
def shared(share_token):
    with sqlite3.connect("documents.db") as database:
        row = database.execute("SELECT text FROM shared_documents WHERE token = ?", (share_token,)).fetchone()
    if row is None:
        abort(404)
    return jsonify(text=row[0])
