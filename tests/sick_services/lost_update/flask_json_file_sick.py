"""Reads a JSON file, changes it and writes it back."""

import json
from pathlib import Path

from flask import Flask, jsonify, request

app = Flask(__name__)
FILE = Path("votes.json")


def load():
    return json.loads(FILE.read_text()) if FILE.exists() else {}


@app.post("/votes")
def vote():
    votes = load()
    choice = request.json["choice"]
    votes[choice] = votes.get(choice, 0) + 1
    FILE.write_text(json.dumps(votes))
    return jsonify(ok=True)


@app.get("/votes")
def result():
    return jsonify(load())
