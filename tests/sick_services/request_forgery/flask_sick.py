"""Fetches whatever it is told to."""

import requests
from flask import Flask, jsonify, request

app = Flask(__name__)


@app.post("/previews")
def preview():
    try:
        answer = requests.get(request.get_json()["url"], timeout=2)
    except requests.RequestException:
        return jsonify(error="cannot be fetched"), 400
    return jsonify(title=answer.text[:80])
