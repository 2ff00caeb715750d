"""Keys for anybody, albums that know their files by their first bytes, and tables with columns of their own (Flask)."""

from __future__ import annotations

import csv
import io
import secrets

from flask import Flask, jsonify, request

TYPES = {"image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}


def make() -> Flask:
    """The application with a state of its own."""
    app = Flask(__name__)
    keys: set[str] = set()
    albums: dict[int, bytes] = {}

    @app.before_request
    def identify():
        if request.path != "/keys" and request.headers.get("X-Api-Key") not in keys:
            return jsonify(error="send your key as X-Api-Key"), 401
        return None

    @app.post("/keys")
    def issue():
        keys.add(key := secrets.token_hex(16))
        return jsonify(key=key), 201

    @app.post("/albums")
    def begin():
        albums[len(albums) + 1] = b""
        return jsonify(id=len(albums)), 201

    @app.put("/albums/<int:album_id>/cover")
    def cover(album_id: int):
        if album_id not in albums:
            return jsonify(error="no such album"), 404
        first = TYPES.get(request.content_type or "")
        if first is None:
            return jsonify(error=f"{request.content_type} is not one of {', '.join(TYPES)}"), 415
        if not request.get_data().startswith(first):
            return jsonify(error="the content does not match its type"), 400
        albums[album_id] = request.get_data()
        return jsonify(size=len(albums[album_id]))

    @app.post("/albums/<int:album_id>/captions")
    def captions(album_id: int):
        file = request.files.get("file")
        if album_id not in albums or file is None:
            return jsonify(error="field 'file' with a CSV is required"), 400
        rows = list(csv.DictReader(io.StringIO(file.stream.read().decode())))
        if not rows or not {"picture", "caption"} <= set(rows[0]):
            return jsonify(error="the CSV needs the columns picture and caption"), 400
        return jsonify(rows=len(rows))

    @app.put("/albums/<int:album_id>/parts/<int:number>")
    def part(album_id: int, number: int):
        if album_id not in albums:
            return jsonify(error="no such album"), 404
        if not request.get_data():
            return jsonify(error="the part is empty"), 400
        return jsonify(number=number)

    return app
