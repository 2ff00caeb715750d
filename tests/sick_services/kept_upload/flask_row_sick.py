"""A deleted document is gone from the list; its file stays."""

import secrets
from pathlib import Path

from flask import Flask, abort, request

app = Flask(__name__)
FOLDER = Path("uploads")
FOLDER.mkdir(exist_ok=True)
documents: dict[str, str] = {}


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
    if documents.pop(key, None) is None:
        abort(404)
    return "", 204
