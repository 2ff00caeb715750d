"""A body may have a megabyte."""

from flask import Flask, request

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
notes: list[str] = []


@app.post("/notes")
def add():
    notes.append(request.get_json()["text"])
    return {"id": len(notes)}, 201
