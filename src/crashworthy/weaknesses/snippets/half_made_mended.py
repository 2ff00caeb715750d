import sqlite3

from flask import Flask

app = Flask(__name__)


def prepare():
    db = sqlite3.connect("shop.db")
    # Each step can be made again, and is, at every start.
    db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY)")
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, cents INTEGER)")
    db.close()


prepare()


@app.get("/orders")
def orders():
    rows = sqlite3.connect("shop.db").execute("SELECT id, cents FROM orders").fetchall()
    return {"orders": [dict(zip(("id", "cents"), row, strict=True)) for row in rows]}
