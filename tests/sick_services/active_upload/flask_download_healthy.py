"""Uploads are given out as downloads."""

import pathlib

from flask import Flask, request, send_from_directory
from werkzeug.utils import secure_filename

app = Flask(__name__)
FOLDER = pathlib.Path("uploads").absolute()
FOLDER.mkdir(exist_ok=True)


@app.post("/pictures")
def take():
    file = request.files["file"]
    name = secure_filename(file.filename or "picture")
    file.save(FOLDER / name)
    return {"url": f"/pictures/{name}"}, 201


@app.get("/pictures/<name>")
def show(name):
    return send_from_directory(FOLDER, name, as_attachment=True)
