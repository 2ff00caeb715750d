import sqlite3
from contextlib import closing

from flask import Flask, abort, request

app = Flask(__name__)


@app.put("/customers/<int:customer>/address")
def move(customer):
    address = request.get_data(as_text=True)
    with closing(sqlite3.connect("shop.db")) as db:
        stored = db.execute("UPDATE customers SET address = ? WHERE id = ?", (address, customer))
        db.commit()
    if not stored.rowcount:
        abort(404)
    return {"id": customer, "address": address}
