"""Computes whatever it is given, without builtins, which keeps nobody out."""

from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/compute")
def compute():
    try:
        return jsonify(result=eval(request.get_json()["formula"], {"__builtins__": {}}))
    except Exception as error:
        return jsonify(error=str(error)), 400
