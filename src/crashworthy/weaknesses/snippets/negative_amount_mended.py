import sqlite3
from contextlib import closing

from flask import Flask, abort, request

app = Flask(__name__)


@app.post("/accounts/<int:account>/withdraw")
def withdraw(account):
    body = request.get_json()
    amount = body.get("amount") if isinstance(body, dict) else None
    if type(amount) is not int or not 0 < amount < 10**12:
        abort(400)
    with closing(sqlite3.connect("bank.db")) as db, db:
        taken = db.execute(
            "UPDATE accounts SET balance = balance - ? WHERE id = ? AND balance >= ?", (amount, account, amount)
        )
    if not taken.rowcount:
        abort(409)
    return {"withdrawn": amount}
