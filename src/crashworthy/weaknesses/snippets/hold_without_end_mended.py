import sqlite3
import time
from contextlib import closing

from flask import Flask, abort, jsonify

app = Flask(__name__)
FREE = "UPDATE seats SET held = 1, expires_at = ? WHERE id = ? AND (held = 0 OR expires_at <= ?)"


@app.post("/seats/<int:seat>/hold")
def hold(seat):
    now = time.time()
    with closing(sqlite3.connect("seats.db")) as db, db:
        done = db.execute(FREE, (now + 600, seat, now))
    if done.rowcount == 0:
        abort(409)
    return jsonify(seat=seat, expires_at=now + 600), 201
