"""Uploads are served under a policy that lets no script run."""

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
    answer = send_from_directory(FOLDER, name)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
