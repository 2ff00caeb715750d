import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

from flask import Flask, abort

app = Flask(__name__)


@app.post("/seats/<int:seat>/hold")
def hold(seat):
    until = datetime.now() + timedelta(minutes=10)
    with closing(sqlite3.connect("hall.db")) as db, db:
        held = db.execute(
            "UPDATE seats SET until = ? WHERE id = ? AND until < ?",
            (until.isoformat(), seat, datetime.utcnow().isoformat()),
        )
    if not held.rowcount:
        abort(409)
    return {"seat": seat, "expires_at": until.isoformat()}
