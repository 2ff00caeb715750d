"""The handler of errors answers with the traceback."""

import traceback

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.errorhandler(Exception)
def failed(error):
    return jsonify(error=traceback.format_exc()), 500


@app.post("/orders")
def order():
    return {"total": request.get_json()["quantity"] * 3}
