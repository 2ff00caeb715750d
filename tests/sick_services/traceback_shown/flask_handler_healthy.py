"""The handler of errors prints the traceback, and answers without it."""

import traceback

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.errorhandler(Exception)
def failed(error):
    traceback.print_exc()
    return jsonify(error="something failed"), 500


@app.post("/orders")
def order():
    return {"total": request.get_json()["quantity"] * 3}
