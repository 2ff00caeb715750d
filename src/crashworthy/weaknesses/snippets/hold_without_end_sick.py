import sqlite3
import time
from contextlib import closing

from flask import Flask, abort, jsonify

app = Flask(__name__)


@app.post("/seats/<int:seat>/hold")
def hold(seat):
    expires_at = time.time() + 600
    with closing(sqlite3.connect("seats.db")) as db, db:
        done = db.execute("UPDATE seats SET held = 1, expires_at = ? WHERE id = ? AND held = 0", (expires_at, seat))
    if done.rowcount == 0:
        abort(409)
    return jsonify(seat=seat, expires_at=expires_at), 201
