import sqlite3
from contextlib import closing

from fastapi import FastAPI, Query

app = FastAPI()


@app.get("/orders")
def orders(after: int = Query(0, ge=0, lt=2**63), limit: int = Query(20, ge=1, le=100)):
    with closing(sqlite3.connect("shop.db")) as db:
        rows = db.execute("SELECT id, total FROM orders WHERE id > ? ORDER BY id LIMIT ?", (after, limit)).fetchall()
    return {"orders": rows, "next": rows[-1][0] if len(rows) == limit else None}
