"""Puts the transfer on record as pending, moves the money in one transaction, and finishes old ones at the start."""

import sqlite3

import aiosqlite
from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
db = sqlite3.connect("bank.db")
db.execute("CREATE TABLE IF NOT EXISTS accounts (id INTEGER PRIMARY KEY, balance INTEGER NOT NULL)")
db.execute("CREATE TABLE IF NOT EXISTS transfers (id INTEGER PRIMARY KEY, amount INTEGER, status TEXT)")
db.execute("UPDATE transfers SET status = 'failed' WHERE status = 'pending'")
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


@app.post("/transfers", status_code=201)
async def transfer(body: Transfer):
    async with aiosqlite.connect("bank.db") as db:
        row = await db.execute("INSERT INTO transfers (amount, status) VALUES (?, 'pending')", (body.amount,))
        await db.commit()
        update = "UPDATE accounts SET balance = balance + ? WHERE id = ?"
        await db.execute(update, (-body.amount, body.source))
        await db.execute(update, (body.amount, body.target))
        await db.execute("UPDATE transfers SET status = 'done' WHERE id = ?", (row.lastrowid,))
        await db.commit()
    return {"ok": True}


@app.get("/transfers")
async def transfers():
    async with aiosqlite.connect("bank.db") as db:
        rows = await (await db.execute("SELECT amount, status FROM transfers")).fetchall()
    return [{"amount": amount, "status": status} for amount, status in rows]
