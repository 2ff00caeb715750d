"""Unpickles a session that the client keeps."""

import base64
import pickle

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/session")
def restore():
    try:
        session = pickle.loads(base64.b64decode(request.get_json()["session"]))
    except Exception:
        return jsonify(error="no session"), 400
    return jsonify(user=str(session))
