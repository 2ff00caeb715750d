import json

import psycopg
from flask import Flask, request

app = Flask(__name__)
KEEP = "INSERT INTO orders (document, state) VALUES (%s, 'accepted') RETURNING id"


@app.post("/orders")
def order():
    document = json.dumps(request.get_json())
    with psycopg.connect("dbname=shop") as db:
        found = db.execute(KEEP, (document,)).fetchone()
    # Committed. A worker takes orders that are accepted, also those of before a restart.
    return {"order": found[0] if found else None, "state": "accepted"}, 201
