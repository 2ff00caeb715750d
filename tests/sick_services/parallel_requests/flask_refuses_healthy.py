"""Serves four at a time and tells everybody else to come back later."""

import sqlite3
import threading
from contextlib import closing

from flask import Flask, jsonify

app = Flask(__name__)
places = threading.BoundedSemaphore(4)


def connect():
    return sqlite3.connect("orders.db")


with closing(connect()) as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (quantity INTEGER)")


@app.get("/orders")
def orders():
    if not places.acquire(blocking=False):
        return jsonify(error="too many at once"), 503, {"Retry-After": "1"}
    try:
        with closing(connect()) as db:
            return jsonify([quantity for (quantity,) in db.execute("SELECT quantity FROM orders")])
    finally:
        places.release()
