import uuid

import psycopg
import requests
from fastapi import FastAPI

app = FastAPI()


@app.post("/orders", status_code=201)
def order(cents: int):
    requests.post("https://payments.example.com/charges", json={"cents": cents}, timeout=5).raise_for_status()
    # A process that ends here has charged a card and knows nothing of it.
    number = str(uuid.uuid4())
    with psycopg.connect("dbname=shop") as db:
        db.execute("INSERT INTO orders (id, cents, state) VALUES (%s, %s, 'paid')", (number, cents))
    return {"order": number}
