import sqlite3
from contextlib import closing

from flask import Flask, abort

app = Flask(__name__)


def balance_of(db, account):
    row = db.execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    return row[0] if row else abort(404)


@app.post("/transfers/<int:source>/<int:target>/<int:amount>")
def transfer(source, target, amount):
    with closing(sqlite3.connect("bank.db")) as db, db:
        db.execute("BEGIN IMMEDIATE")
        of_source, of_target = balance_of(db, source), balance_of(db, target)
        if of_source < amount:
            abort(409)
        db.execute("UPDATE accounts SET balance = ? WHERE id = ?", (of_source - amount, source))
        db.execute("UPDATE accounts SET balance = ? WHERE id = ?", (of_target + amount, target))
    return {"moved": amount}
