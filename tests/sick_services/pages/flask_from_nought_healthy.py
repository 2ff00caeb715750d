"""Counts pages from nought, where it is asked and where it reads."""

from flask import Flask, jsonify, request

app = Flask(__name__)
notes = []


@app.post("/notes")
def add():
    notes.append({"id": len(notes) + 1, "text": request.json["text"]})
    return jsonify(notes[-1]), 201


@app.get("/notes")
def read():
    page, limit = int(request.args.get("page", 0)), int(request.args.get("limit", 20))
    return jsonify(data=notes[page * limit : (page + 1) * limit], total=len(notes))
