"""Guards its file by another one that says locked, and that stays when the process dies."""

import json
import os
from contextlib import contextmanager

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

app = FastAPI()
LOCK = "accounts.lock"


class Account(BaseModel):
    balance: int


class Deposit(BaseModel):
    amount: int


def load():
    if not os.path.exists("accounts.json"):
        return {}
    with open("accounts.json") as file:
        return json.load(file)


def save(accounts):
    with open("accounts.new", "w") as file:
        json.dump(accounts, file)
    os.replace("accounts.new", "accounts.json")


@contextmanager
def locked():
    try:
        os.close(os.open(LOCK, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:
        raise HTTPException(503, "locked") from None
    try:
        yield
    finally:
        os.remove(LOCK)


@app.post("/accounts", status_code=201)
async def create(new: Account):
    with locked():
        accounts = load()
        account = len(accounts) + 1
        save({**accounts, str(account): new.balance})
    return {"id": account}


@app.get("/accounts/{account}")
async def read(account: int):
    return {"balance": load()[str(account)]}


@app.post("/accounts/{account}/deposit")
async def deposit(account: int, given: Deposit):
    with locked():
        accounts = load()
        accounts[str(account)] += given.amount
        save(accounts)
    return {"ok": True}
