import uuid

import psycopg
import requests
from fastapi import FastAPI

app = FastAPI()


@app.post("/orders", status_code=201)
def order(cents: int):
    number = str(uuid.uuid4())
    with psycopg.connect("dbname=shop") as db:
        db.execute("INSERT INTO orders (id, cents, state) VALUES (%s, %s, 'paying')", (number, cents))
    # Committed. What breaks off from here on is found by its state, and asked for again under the same key.
    key = {"Idempotency-Key": number}
    charge = requests.post("https://payments.example.com/charges", json={"cents": cents}, headers=key, timeout=5)
    charge.raise_for_status()
    with psycopg.connect("dbname=shop") as db:
        db.execute("UPDATE orders SET state = 'paid' WHERE id = %s", (number,))
    return {"order": number}
