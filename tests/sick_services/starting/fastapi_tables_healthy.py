"""Makes its tables under a lock that all processes of the machine share."""

import fcntl
import sqlite3

from fastapi import FastAPI

app = FastAPI()

with open("tables.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    db = sqlite3.connect("shop.db", timeout=5)
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'users'").fetchone():
        db.execute("CREATE TABLE users (name TEXT PRIMARY KEY)")
        db.commit()
    db.close()


@app.get("/users")
def users():
    return [row[0] for row in sqlite3.connect("shop.db").execute("SELECT name FROM users")]
