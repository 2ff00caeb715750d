from pathlib import Path

from flask import Flask, request, send_from_directory
from werkzeug.utils import secure_filename

app = Flask(__name__)
FOLDER = Path("uploads").absolute()


@app.post("/pictures")
def take():
    file = request.files["file"]
    name = secure_filename(file.filename or "picture")
    file.save(FOLDER / name)
    return {"url": f"/pictures/{name}"}, 201


@app.get("/pictures/<name>")
def show(name):
    return send_from_directory(FOLDER, name)
