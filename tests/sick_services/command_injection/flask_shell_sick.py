"""Asks a shell, with the name between double quotes."""

import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/lookup")
def lookup():
    name = request.get_json()["name"]
    done = subprocess.run(f'echo "looking for {name}"', shell=True, capture_output=True, text=True, timeout=5)
    return jsonify(output=done.stdout)
