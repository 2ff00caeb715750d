import sqlite3

from flask import Flask

app = Flask(__name__)


def prepare():
    db = sqlite3.connect("shop.db")
    db.execute("CREATE TABLE IF NOT EXISTS users (name TEXT PRIMARY KEY)")
    db.execute("INSERT INTO users VALUES ('admin') ON CONFLICT DO NOTHING")
    db.commit()
    db.close()


prepare()


@app.get("/health")
def health():
    return {"ok": True}
