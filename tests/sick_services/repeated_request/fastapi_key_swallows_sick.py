"""Answers with what is stored under a key, whatever is asked for."""

import asyncio
from typing import Annotated

from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel

app = FastAPI()
accounts = {}
answers = {}
lock = asyncio.Lock()


class Opening(BaseModel):
    balance: int


class Deposit(BaseModel):
    amount: int


@app.post("/accounts", status_code=201)
async def create(body: Opening):
    accounts[len(accounts) + 1] = body.balance
    return {"id": len(accounts)}


@app.get("/accounts/{account}")
async def read(account: int):
    return {"id": account, "balance": accounts[account]}


@app.post("/accounts/{account}/deposit")
async def deposit(account: int, body: Deposit, idempotency_key: Annotated[str, Header()]):
    if account not in accounts:
        raise HTTPException(404)
    async with lock:
        if idempotency_key in answers:
            return answers[idempotency_key]
        await asyncio.sleep(0)
        accounts[account] += body.amount
        answers[idempotency_key] = {"ok": True}
    return {"ok": True}
