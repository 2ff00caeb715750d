"""A deleted document is in the trash, from where it can be had back."""

import secrets
from pathlib import Path

from flask import Flask, abort, request

app = Flask(__name__)
FOLDER = Path("uploads")
FOLDER.mkdir(exist_ok=True)
documents: dict[str, str] = {}
trash: dict[str, str] = {}


@app.post("/documents")
def upload():
    file = request.files["file"]
    key = secrets.token_hex(8)
    file.save(FOLDER / key)
    documents[key] = file.filename or "document"
    return {"id": key}, 201


@app.get("/documents/<key>")
def show(key: str):
    if key not in documents:
        abort(404)
    return {"id": key, "name": documents[key]}


@app.delete("/documents/<key>")
def delete(key: str):
    if key not in documents:
        abort(404)
    trash[key] = documents.pop(key)
    return "", 204


@app.post("/trash/<key>/restore")
def restore(key: str):
    if key not in trash:
        abort(404)
    documents[key] = trash.pop(key)
    return {"id": key}
