"""Compressed bodies are unpacked whole."""

import gzip
import json

from flask import Flask, request

app = Flask(__name__)


@app.post("/events")
def take():
    body = request.get_data()
    try:
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        events = json.loads(body)["events"]
    except (ValueError, OSError, KeyError):
        return {"error": "no events"}, 422
    return {"taken": len(events)}, 201
