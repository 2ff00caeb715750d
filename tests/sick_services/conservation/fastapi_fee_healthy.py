"""Keeps a fee of each transfer, and refuses those that lead back to where they come from."""

import asyncio

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel, Field

app = FastAPI()
accounts: dict[int, int] = {}
lock = asyncio.Lock()
FEE = 1


class Account(BaseModel):
    balance: int = Field(ge=0)


class Transfer(BaseModel):
    from_account: int
    to_account: int
    amount: int = Field(gt=0)


@app.post("/accounts", status_code=201)
async def open_account(account: Account):
    accounts[len(accounts) + 1] = account.balance
    return {"id": len(accounts)}


@app.get("/accounts/{account}")
async def read(account: int):
    if account not in accounts:
        raise HTTPException(404)
    return {"id": account, "balance": accounts[account]}


@app.post("/transfers", status_code=201)
async def transfer(wanted: Transfer):
    if wanted.from_account == wanted.to_account:
        raise HTTPException(400, "the same account")
    async with lock:
        if accounts.get(wanted.from_account, 0) < wanted.amount + FEE or wanted.to_account not in accounts:
            raise HTTPException(409)
        accounts[wanted.from_account] -= wanted.amount + FEE
        accounts[wanted.to_account] += wanted.amount
    return {"moved": wanted.amount}
