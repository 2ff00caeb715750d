import sqlite3

from flask import Flask, abort, jsonify

app = Flask(__name__)


@app.post("/documents/<int:number>/share")
def share(number):
    with sqlite3.connect("documents.db") as database:
        row = database.execute("INSERT INTO shares (document) VALUES (?)", (number,))
        share_id = row.lastrowid
    return jsonify(link=f"/shared/{share_id}"), 201


@app.get("/shared/<int:share_id>")
def shared(share_id):
    with sqlite3.connect("documents.db") as database:
        row = database.execute("SELECT text FROM shared_documents WHERE share_id = ?", (share_id,)).fetchone()
    if row is None:
        abort(404)
    return jsonify(text=row[0])
