"""Reads a JSON file, changes it and replaces it, one request at a time."""

import json
import threading
from pathlib import Path

from flask import Flask, jsonify, request

app = Flask(__name__)
FILE = Path("votes.json")
lock = threading.Lock()


def load():
    return json.loads(FILE.read_text()) if FILE.exists() else {}


@app.post("/votes")
def vote():
    with lock:
        votes = load()
        choice = request.json["choice"]
        votes[choice] = votes.get(choice, 0) + 1
        partial = FILE.with_suffix(".new")
        partial.write_text(json.dumps(votes))
        partial.replace(FILE)
    return jsonify(ok=True)


@app.get("/votes")
def result():
    return jsonify(load())
