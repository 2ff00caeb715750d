import sqlite3
from contextlib import closing

from flask import Flask, abort, request

app = Flask(__name__)


@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    amount = request.get_json()["amount"]
    with closing(sqlite3.connect("bank.db")) as db, db:
        taken = db.execute(
            "UPDATE accounts SET balance = balance - ? WHERE id = ? AND balance >= ?", (amount, account, amount)
        )
    if not taken.rowcount:
        abort(409)
    return {"withdrawn": amount}
