"""Keeps balances in memory, behind a lock of the event loop."""

import asyncio

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
balances: dict[int, int] = {}
lock = asyncio.Lock()


class Account(BaseModel):
    balance: int


class Withdrawal(BaseModel):
    amount: int


async def audit():
    await asyncio.sleep(0)


@app.post("/accounts", status_code=201)
async def create(body: Account):
    account = len(balances) + 1
    balances[account] = body.balance
    return {"id": account}


@app.get("/accounts/{account}")
async def read(account: int):
    if account not in balances:
        raise HTTPException(404)
    return {"id": account, "balance": balances[account]}


@app.post("/accounts/{account}/withdraw")
async def withdraw(account: int, body: Withdrawal):
    async with lock:
        balance = balances.get(account, 0)
        if balance < body.amount:
            raise HTTPException(409)
        await audit()
        balances[account] = balance - body.amount
    return {"ok": True}
