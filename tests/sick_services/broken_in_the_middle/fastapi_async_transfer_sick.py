"""Takes from one account and gives to the other in two transactions."""

import sqlite3

import aiosqlite
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
db = sqlite3.connect("bank.db")
db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
db.commit()
db.close()


class Opening(BaseModel):
    balance: int


class Transfer(BaseModel):
    source: int
    target: int
    amount: int


@app.post("/accounts", status_code=201)
async def create(body: Opening):
    async with aiosqlite.connect("bank.db") as db:
        row = await db.execute("INSERT INTO accounts (balance) VALUES (?)", (body.balance,))
        await db.commit()
    return {"id": row.lastrowid}


@app.get("/accounts/{account}")
async def read(account: int):
    async with aiosqlite.connect("bank.db") as db:
        row = await (await db.execute("SELECT balance FROM accounts WHERE id = ?", (account,))).fetchone()
    return {"id": account, "balance": row[0]}


async def change(account: int, amount: int):
    async with aiosqlite.connect("bank.db") as db:
        await db.execute("UPDATE accounts SET balance = balance + ? WHERE id = ?", (amount, account))
        await db.commit()


@app.post("/transfers", status_code=201)
async def transfer(body: Transfer):
    await change(body.source, -body.amount)
    await change(body.target, body.amount)
    return {"ok": True}
