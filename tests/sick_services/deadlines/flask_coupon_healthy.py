"""Keeps deadlines as seconds, and takes none without an offset."""

import time
from datetime import datetime

from flask import Flask, abort, jsonify, request

app = Flask(__name__)
coupons = {}


@app.post("/coupons")
def create():
    ends = request.json.get("expires_at")
    at = datetime.fromisoformat(ends) if ends else None
    if at is not None and at.tzinfo is None:
        abort(400)
    coupons[request.json["code"]] = at.timestamp() if at else None
    return jsonify(code=request.json["code"]), 201


@app.post("/orders")
def order():
    if request.json["coupon"] not in coupons:
        abort(404)
    ends = coupons[request.json["coupon"]]
    if ends is not None and ends < time.time():
        abort(410)
    return jsonify(ok=True), 201
