"""Makes its tables in one transaction, whose last step is the version."""

import sqlite3

from fastapi import FastAPI

app = FastAPI()


def connect():
    return sqlite3.connect("shop.db", timeout=5, isolation_level=None)


db = connect()
if db.execute("PRAGMA user_version").fetchone()[0] == 0:
    db.execute("BEGIN IMMEDIATE")
    db.execute("CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT)")
    db.execute("CREATE TABLE users (name TEXT PRIMARY KEY)")
    db.execute("PRAGMA user_version = 1")
    db.execute("COMMIT")
db.close()


@app.get("/users")
def users():
    with connect() as own:
        return [row[0] for row in own.execute("SELECT name FROM users")]
