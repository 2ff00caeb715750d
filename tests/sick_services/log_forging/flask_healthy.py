"""Logs a text's repr, and the traceback of what it could not do."""

import logging

from flask import Flask, jsonify, request

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
app = Flask(__name__)


@app.post("/login")
def login():
    name = request.get_json()["name"]
    app.logger.info("login of %r", name)
    try:
        raise ValueError(name)
    except ValueError:
        app.logger.exception("no login")
    return jsonify(ok=True)
