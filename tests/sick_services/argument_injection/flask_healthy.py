"""Ends the options first; a pattern is the value of an option."""

import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.get("/listing")
def listing():
    folder = request.args.get("folder", "static").replace("/", "").replace("\0", "")
    done = subprocess.run(["ls", "--", folder], capture_output=True, text=True, timeout=5)
    subprocess.run(["grep", "-c", "-e", folder, "app.py"], capture_output=True, timeout=5)
    subprocess.run(["echo", folder], capture_output=True, timeout=5)
    return jsonify(files=done.stdout.split())
