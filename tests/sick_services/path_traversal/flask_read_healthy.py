"""Keeps to its folder, by Werkzeug's means and by asking where the path really leads."""

import os
import tempfile
from pathlib import Path

from flask import Flask, abort, request, send_from_directory

app = Flask(__name__)
FOLDER = Path("notes").resolve()
os.makedirs("notes", exist_ok=True)
(FOLDER / "first.txt").write_text("hello")


@app.get("/notes")
def note():
    name = request.args.get("name", "first.txt")
    path = (FOLDER / name.replace("\0", "")).resolve()
    with tempfile.NamedTemporaryFile(prefix="note-") as copy:
        copy.write(name.encode())
    if not path.is_relative_to(FOLDER) or not path.is_file():
        return send_from_directory(FOLDER, name)
    if not path.exists():
        abort(404)
    return path.read_text()
