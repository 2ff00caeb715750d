"""Lists what it is told to, and whatever begins with a hyphen is an option."""

import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/listing")
def listing():
    folder = request.args.get("folder", "static").replace("/", "")
    done = subprocess.run(["ls", folder], capture_output=True, text=True, timeout=5)
    return jsonify(files=done.stdout.split())
