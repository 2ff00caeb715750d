import sqlite3
from contextlib import closing

from fastapi import FastAPI, Query

app = FastAPI()


@app.get("/orders")
def orders(page: int = Query(1, ge=1), per_page: int = Query(20, ge=1, le=100)):
    with closing(sqlite3.connect("shop.db")) as db:
        (count,) = db.execute("SELECT COUNT(*) FROM orders").fetchone()
        pages = count // per_page
        if page > pages:
            return {"orders": [], "pages": pages}
        rows = db.execute(
            "SELECT id, total FROM orders ORDER BY id LIMIT ? OFFSET ?", (per_page, (page - 1) * per_page)
        )
        return {"orders": rows.fetchall(), "pages": pages}
