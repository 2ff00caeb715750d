"""Runs on uvicorn, which finishes what it has begun."""

import os
import sqlite3

import uvicorn
from fastapi import Body, FastAPI

app = FastAPI()


def connect():
    return sqlite3.connect("orders.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, amount INTEGER)")
db.close()


@app.post("/orders", status_code=201)
def order(amount: int = Body(embed=True)):
    with connect() as db:
        made = db.execute("INSERT INTO orders (amount) VALUES (?)", (amount,))
    number = made.lastrowid
    db.close()
    return {"id": number}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "8000")))
