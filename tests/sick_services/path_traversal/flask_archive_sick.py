"""Unpacks a zip file by hand, wherever its members say."""

import os
import zipfile

from flask import Flask, jsonify, request

app = Flask(__name__)
os.makedirs("unpacked", exist_ok=True)


@app.post("/archives")
def unpack():
    try:
        archive = zipfile.ZipFile(request.files["file"].stream)
    except (KeyError, zipfile.BadZipFile):
        return jsonify(error="no zip file"), 400
    for name in archive.namelist():
        with open("unpacked/" + name, "wb") as out:
            out.write(archive.read(name))
    return jsonify(names=archive.namelist())
