"""Keeps everything in memory, as it says; not even its set-up survives."""

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()
accounts = {}


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
async def deposit(account: int, body: Deposit):
    accounts[account] += body.amount
    return {"ok": True}
