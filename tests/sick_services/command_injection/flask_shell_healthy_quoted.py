"""Asks a shell, and quotes the name for it; what an echo is given may look like an option."""

import shlex
import subprocess

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/lookup")
def lookup():
    name = str(request.get_json()["name"]).replace("\0", "")
    done = subprocess.run("echo " + shlex.quote(name), shell=True, capture_output=True, text=True, timeout=5)
    subprocess.run(["/bin/sh", "-c", 'echo "$1"', "sh", name], capture_output=True, timeout=5)
    return jsonify(output=done.stdout)
