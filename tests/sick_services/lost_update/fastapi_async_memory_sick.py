"""Keeps balances in memory and gives up control between reading and writing."""

import asyncio

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
balances: dict[int, int] = {}


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
    balance = balances.get(account, 0)
    if balance < body.amount:
        raise HTTPException(409)
    await audit()
    balances[account] = balance - body.amount
    return {"ok": True}
