"""Withdraws with a balance kept in Redis, which is read and then written."""

import os
import uuid

import redis.asyncio
from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
store = redis.asyncio.from_url(os.environ["REDIS_URL"], decode_responses=True)


class NewAccount(BaseModel):
    balance: int


class Withdrawal(BaseModel):
    amount: int


@app.post("/accounts", status_code=201)
async def create(new: NewAccount):
    account = uuid.uuid4().hex
    await store.set(f"balance:{account}", new.balance)
    return {"id": account}


@app.get("/accounts/{account}")
async def read(account: str):
    return {"balance": int(await store.get(f"balance:{account}"))}


@app.post("/accounts/{account}/withdraw")
async def withdraw(account: str, wanted: Withdrawal):
    balance = int(await store.get(f"balance:{account}"))
    if balance < wanted.amount:
        raise HTTPException(409, "not enough")
    await store.set(f"balance:{account}", balance - wanted.amount)
    return {"ok": True}
