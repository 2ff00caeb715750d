"""Refuses what is not above zero where it comes in."""

import sqlite3

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()


def connect():
    return sqlite3.connect("bank.db", timeout=5)


with connect() as db:
    db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER)")
db.close()


class Account(BaseModel):
    balance: int


class Amount(BaseModel):
    amount: int = Field(gt=0)


@app.post("/accounts", status_code=201)
def open_account(account: Account):
    with connect() as db:
        made = db.execute("INSERT INTO accounts (balance) VALUES (?)", (account.balance,))
    db.close()
    return {"id": made.lastrowid}


@app.get("/accounts/{account}")
def read(account: int):
    row = connect().execute("SELECT balance FROM accounts WHERE id = ?", (account,)).fetchone()
    if row is None:
        raise HTTPException(404)
    return {"id": account, "balance": row[0]}


@app.post("/accounts/{account}/withdraw")
def withdraw(account: int, wanted: Amount):
    with connect() as db:
        taken = db.execute(
            "UPDATE accounts SET balance = balance - ? WHERE id = ? AND balance >= ?",
            (wanted.amount, account, wanted.amount),
        )
    db.close()
    if not taken.rowcount:
        raise HTTPException(409)
    return {"withdrawn": wanted.amount}
