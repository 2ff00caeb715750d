"""Takes each line where there is enough left, and nothing when one line fails."""

import sqlite3

from flask import Flask, abort, jsonify, request

app = Flask(__name__)


def connect():
    return sqlite3.connect("shop.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS products (id INTEGER PRIMARY KEY, stock INTEGER)")
db.close()


@app.post("/products")
def add():
    with connect() as db:
        made = db.execute("INSERT INTO products (stock) VALUES (?)", (request.json["stock"],))
    db.close()
    return jsonify(id=made.lastrowid), 201


@app.get("/products/<int:product>")
def read(product):
    row = connect().execute("SELECT stock FROM products WHERE id = ?", (product,)).fetchone()
    return jsonify(id=product, stock=row[0]) if row else abort(404)


@app.post("/orders")
def order():
    lines = request.json["items"]
    if any(line["quantity"] <= 0 for line in lines):
        abort(400)
    with connect() as db:
        db.execute("BEGIN IMMEDIATE")
        for line in lines:
            wanted, product = line["quantity"], line["product_id"]
            taken = db.execute(
                "UPDATE products SET stock = stock - ? WHERE id = ? AND stock >= ?", (wanted, product, wanted)
            )
            if not taken.rowcount:
                db.rollback()
                abort(409)
    db.close()
    return jsonify(ok=True), 201
