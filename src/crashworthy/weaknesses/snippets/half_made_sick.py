import sqlite3
from pathlib import Path

from flask import Flask

app = Flask(__name__)


def prepare():
    db = sqlite3.connect("shop.db")
    db.execute("CREATE TABLE users (name TEXT PRIMARY KEY)")
    # Killed here, the file exists, and nobody ever makes the second table.
    db.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, cents INTEGER)")
    db.close()


if not Path("shop.db").exists():
    prepare()


@app.get("/orders")
def orders():
    rows = sqlite3.connect("shop.db").execute("SELECT id, cents FROM orders").fetchall()
    return {"orders": [dict(zip(("id", "cents"), row, strict=True)) for row in rows]}
