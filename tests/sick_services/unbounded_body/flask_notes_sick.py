"""A body may be of any length."""

from flask import Flask, request

app = Flask(__name__)
notes: list[str] = []


@app.post("/notes")
def add():
    notes.append(request.get_json()["text"])
    return {"id": len(notes)}, 201
