"""Compressed bodies are unpacked up to a limit."""

import json
import zlib

from flask import Flask, request

app = Flask(__name__)
MOST = 1024 * 1024


@app.post("/events")
def take():
    body = request.get_data()
    try:
        if request.headers.get("Content-Encoding") == "gzip":
            unpacker = zlib.decompressobj(wbits=31)
            body = unpacker.decompress(body, MOST)
            if unpacker.unconsumed_tail:
                return {"error": "too large"}, 413
        events = json.loads(body)["events"]
    except (ValueError, zlib.error, KeyError):
        return {"error": "no events"}, 422
    return {"taken": len(events)}, 201
