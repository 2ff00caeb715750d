"""Logs a name as it is."""

import logging

from flask import Flask, jsonify, request

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
app = Flask(__name__)


@app.post("/login")
def login():
    app.logger.info("login of %s", request.get_json()["name"])
    return jsonify(ok=True)
