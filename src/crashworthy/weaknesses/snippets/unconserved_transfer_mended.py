import sqlite3
from contextlib import closing

from flask import Flask, abort

app = Flask(__name__)


@app.post("/transfers/<int:source>/<int:target>/<int:amount>")
def transfer(source, target, amount):
    if source == target:
        abort(400)
    with closing(sqlite3.connect("bank.db")) as db, db:
        taken = db.execute(
            "UPDATE accounts SET balance = balance - ? WHERE id = ? AND balance >= ?", (amount, source, amount)
        )
        given = db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, target))
        if not (taken.rowcount and given.rowcount):
            abort(409)
    return {"moved": amount}
